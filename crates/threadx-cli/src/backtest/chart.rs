//! `--chart FILE.svg`.

use threadx::{
    Result,
    controllers::BacktestReport,
    engine::{IndicatorLine, Strategy, Trade},
    error::{ValidationError, Violation, ViolationCode},
    indicators::{Direct, IndicatorSource},
    market::Timestamp,
    report::{ChartLine, PriceChart},
};

use crate::args::BacktestArgs;

/// Bars before the first trade of a chart that nobody asked to begin elsewhere.
const LEAD: usize = 12;

/// The picture of a part of the run. Indicators are computed over the bars of its range.
pub(super) fn svg(args: &BacktestArgs, report: &BacktestReport, strategy: &Strategy) -> Result<String> {
    if report.request.tokens.is_portfolio() {
        let message = "a chart shows the trades of one token";
        return Err(
            ValidationError::from(Violation::new("tokens", ViolationCode::Unsupported, message)).into(),
        );
    }
    let bars = &report.bars;
    let trades: Vec<Trade> = report.trades.iter().map(|trade| **trade).collect();
    let from = match &args.chart_from {
        Some(text) => {
            let from = Timestamp::parse(text)?;
            bars.time().partition_point(|time| *time < from)
        }
        None => report
            .trades
            .first()
            .map_or(0, |trade| trade.entry_index.saturating_sub(LEAD)),
    };
    let count = usize::try_from(args.chart_bars).unwrap_or(usize::MAX);
    let from = from.min(bars.len().saturating_sub(count));
    let to = from.saturating_add(count).min(bars.len());
    let shown = bars.slice(from..to);
    let request = &report.request;
    let title = format!(
        "{} on {} {}",
        request.strategy, report.data.token, report.data.timeframe
    );
    let mut chart = PriceChart::new(title, &shown).trades(&trades, from);
    let source = Direct::new(bars);
    for line in strategy.lines(&request.params) {
        let series = source.series(&line.indicator, &line.params, &line.output)?;
        chart = chart.line(ChartLine {
            name: name(&line)?,
            values: (from..to).map(|bar| series.get(bar)).collect(),
            on_price: line.on_price,
            levels: line.levels,
        });
    }
    Ok(chart.to_svg())
}

/// The line's name in the legend, its parameters in the order in which the indicator has them.
fn name(line: &IndicatorLine) -> Result<String> {
    let spec = threadx::indicators::spec(&line.indicator)?;
    let given = spec
        .params
        .iter()
        .filter_map(|param| line.params.get(&param.name));
    let values: Vec<String> = given.map(ToString::to_string).collect();
    let output = if line.output == line.indicator {
        String::new()
    } else {
        format!(" {}", line.output)
    };
    Ok(format!("{}({}){output}", line.indicator, values.join(", ")))
}

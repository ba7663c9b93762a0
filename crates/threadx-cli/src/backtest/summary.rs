//! The result as a person reads it.

use std::io::Write;

use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Table, presets};
use threadx::{
    controllers::BacktestReport,
    engine::{deepest_drawdowns, drawdowns, yearly_returns},
    spec::{Direction, FillModel, Metric, Params},
};

/// How a metric is written.
enum Unit {
    Percent,
    Ratio,
    Currency,
    Count,
    Seconds,
}

/// The metrics of the summary, in two columns.
const LEFT: [(&str, Metric, Unit); 10] = [
    ("total return", Metric::TotalReturn, Unit::Percent),
    ("buy and hold", Metric::BuyAndHoldReturn, Unit::Percent),
    ("growth a year", Metric::Cagr, Unit::Percent),
    ("volatility", Metric::Volatility, Unit::Percent),
    ("max drawdown", Metric::MaxDrawdown, Unit::Percent),
    ("drawdown lasted", Metric::MaxDrawdownDuration, Unit::Seconds),
    ("Sharpe ratio", Metric::SharpeRatio, Unit::Ratio),
    ("Sortino ratio", Metric::SortinoRatio, Unit::Ratio),
    ("Calmar ratio", Metric::CalmarRatio, Unit::Ratio),
    ("exposure", Metric::Exposure, Unit::Percent),
];
const RIGHT: [(&str, Metric, Unit); 10] = [
    ("closed trades", Metric::TradeCount, Unit::Count),
    ("win rate", Metric::WinRate, Unit::Percent),
    ("profit factor", Metric::ProfitFactor, Unit::Ratio),
    ("expectancy", Metric::Expectancy, Unit::Currency),
    ("average win", Metric::AvgWin, Unit::Currency),
    ("average loss", Metric::AvgLoss, Unit::Currency),
    ("best trade", Metric::BestTrade, Unit::Percent),
    ("worst trade", Metric::WorstTrade, Unit::Percent),
    ("average trade", Metric::AvgTradeDuration, Unit::Seconds),
    ("fees paid", Metric::FeesPaid, Unit::Currency),
];

/// Writes the summary: what ran on what, equity, metrics, the last trades, warnings.
pub(super) fn write(report: &BacktestReport, to: &mut impl Write) -> std::io::Result<()> {
    let (request, data) = (&report.request, &report.data);
    writeln!(to, "{} {}", request.strategy, brackets(&request.params))?;
    let range = match (data.first, data.last) {
        (Some(first), Some(last)) => format!(" from {first} to {last}"),
        _ => String::new(),
    };
    let clock = if report.per_token.is_empty() {
        "bars"
    } else {
        "stamps"
    };
    writeln!(
        to,
        "{} {}, {} {clock}{range}",
        data.tokens(),
        data.timeframe,
        data.bars
    )?;
    let direction = match request.direction {
        Direction::Long => "long",
        Direction::Short => "short",
        Direction::Both => "long and short",
    };
    let fill = match request.fill {
        FillModel::NextOpen => "filled at the next open",
        FillModel::Close => "filled at the close of the deciding bar",
    };
    writeln!(
        to,
        "{direction}, {fill}, fee {} a side\n",
        percent(request.fee_rate)
    )?;

    if let Some(signals) = &report.signals {
        writeln!(
            to,
            "signals {} ({} of {} rows are on these bars)\n",
            signals.fingerprint, signals.rows_on_bars, signals.rows
        )?;
    }

    let last = report.equity.last().copied().unwrap_or(request.portfolio_value);
    writeln!(to, "equity  {}", sparkline(&report.equity, 60))?;
    writeln!(to, "        {:.2} → {last:.2}\n", request.portfolio_value)?;

    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Disabled);
    for (left, right) in LEFT.iter().zip(&RIGHT) {
        let value = |(_, metric, unit): &(&str, Metric, Unit)| text(report.metrics.get(*metric), unit);
        table.add_row([
            left.0.to_owned(),
            value(left),
            format!("   {}", right.0),
            value(right),
        ]);
    }
    for column in [1, 3] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    write_table(&table, to)?;
    write_by_time(report, to)?;
    write_per_token(report, to)?;
    write_trades(report, to)?;

    if !report.rejected_orders.is_empty() {
        writeln!(
            to,
            "\n{} orders were rejected; --output json lists them",
            report.rejected_orders.len()
        )?;
    }
    for warning in &report.warnings {
        writeln!(to, "\nwarning: {}", warning.message)?;
    }
    writeln!(
        to,
        "\ndata {}, {:.1} ms",
        data.fingerprint,
        report.elapsed_seconds * 1e3
    )
}

/// Years, the market beside, and the deepest drawdowns, a line each.
fn write_by_time(report: &BacktestReport, to: &mut impl Write) -> std::io::Result<()> {
    const YEARS: usize = 8;
    const DEEPEST: usize = 3;
    let curve = report.curve();
    let years = yearly_returns(&curve);
    let shown = &years[years.len().saturating_sub(YEARS)..];
    let listed: Vec<String> = shown
        .iter()
        .map(|year| format!("{} {}", year.year, text(year.return_fraction, &Unit::Percent)))
        .collect();
    let from = if shown.len() < years.len() { "… " } else { "" };
    writeln!(to, "\nyears      {from}{}", listed.join("  "))?;
    if let Some(market) = report.benchmark() {
        writeln!(
            to,
            "market     alpha {}  beta {}  correlation {}  tracking error {}",
            text(market.alpha, &Unit::Percent),
            text(market.beta, &Unit::Ratio),
            text(market.correlation, &Unit::Ratio),
            text(market.tracking_error, &Unit::Percent),
        )?;
    }
    for (place, drawdown) in deepest_drawdowns(&drawdowns(&curve), DEEPEST).iter().enumerate() {
        let recovered = drawdown
            .recovery_time
            .map_or_else(|| "not recovered".to_owned(), |time| format!("recovered {time}"));
        writeln!(
            to,
            "{:<10} {} from {} to {}, {recovered}",
            if place == 0 { "drawdowns" } else { "" },
            percent(drawdown.depth),
            drawdown.peak_time,
            drawdown.trough_time,
        )?;
    }
    Ok(())
}

/// A row for each token of a portfolio.
fn write_per_token(report: &BacktestReport, to: &mut impl Write) -> std::io::Result<()> {
    if report.per_token.is_empty() {
        return Ok(());
    }
    writeln!(to, "\ntokens")?;
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Disabled);
    table.set_header([
        "",
        "bars",
        "pnl",
        "trades",
        "win rate",
        "exposure",
        "buy and hold",
    ]);
    for token in &report.per_token {
        let percent = |metric| text(token.metrics.get(metric), &Unit::Percent);
        table.add_row([
            token.token.to_string(),
            token.data.bars.to_string(),
            format!("{:.2}", token.pnl),
            token.metrics.trade_count.to_string(),
            percent(Metric::WinRate),
            percent(Metric::Exposure),
            percent(Metric::BuyAndHoldReturn),
        ]);
    }
    for column in 1..7 {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    write_table(&table, to)
}

/// The last trades, newest last.
fn write_trades(report: &BacktestReport, to: &mut impl Write) -> std::io::Result<()> {
    const SHOWN: usize = 5;
    if report.trades.is_empty() {
        return writeln!(to, "\nno trades");
    }
    let from = report.trades.len().saturating_sub(SHOWN);
    let count = report.trades.len();
    if from == 0 {
        writeln!(to, "\ntrades")?;
    } else {
        writeln!(
            to,
            "\nlast {SHOWN} of {count} trades; --trades FILE writes them all"
        )?;
    }
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Disabled);
    let portfolio = !report.per_token.is_empty();
    table.set_header([
        "", "token", "side", "entry", "price", "exit", "price", "pnl", "return", "reason",
    ]);
    for (index, trade) in report.trades.iter().enumerate().skip(from) {
        let exit = |text: String| if trade.is_open() { "–".to_owned() } else { text };
        table.add_row([
            (index + 1).to_string(),
            trade.token.as_ref().map_or_else(String::new, ToString::to_string),
            trade.side.to_string(),
            trade.entry_time.to_string(),
            trade.entry_price.to_string(),
            exit(trade.exit.map_or_else(String::new, |exit| exit.time.to_string())),
            exit(trade.exit.map_or_else(String::new, |exit| exit.price.to_string())),
            format!("{:.2}", trade.pnl),
            percent(trade.return_fraction),
            trade
                .exit
                .map_or_else(|| "open".to_owned(), |exit| exit.reason.to_string()),
        ]);
    }
    for column in [0, 4, 6, 7, 8] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    if !portfolio && let Some(column) = table.column_mut(1) {
        column.set_constraint(ColumnConstraint::Hidden);
    }
    write_table(&table, to)
}

fn write_table(table: &Table, to: &mut impl Write) -> std::io::Result<()> {
    for line in table.lines() {
        writeln!(to, "{}", line.trim_end())?;
    }
    Ok(())
}

fn brackets(params: &Params) -> String {
    if params.is_empty() {
        String::new()
    } else {
        format!("({params})")
    }
}

fn percent(fraction: f64) -> String {
    format!("{:.2}%", fraction * 100.0)
}

fn text(value: Option<f64>, unit: &Unit) -> String {
    let Some(value) = value else {
        return "–".to_owned();
    };
    match unit {
        Unit::Percent => percent(value),
        Unit::Ratio => format!("{value:.3}"),
        Unit::Currency => format!("{value:.2}"),
        Unit::Count => format!("{value:.0}"),
        Unit::Seconds => duration(value),
    }
}

/// The two largest units of a duration.
fn duration(seconds: f64) -> String {
    let minutes = (seconds / 60.0).round() as i64;
    let (days, hours, minutes) = (minutes / 1440, minutes / 60 % 24, minutes % 60);
    match (days, hours) {
        (0, 0) => format!("{minutes} min"),
        (0, hours) => format!("{hours} h {minutes} min"),
        (days, hours) => format!("{days} d {hours} h"),
    }
}

/// The curve in `width` characters at most, each as high as the mean of its bars.
fn sparkline(curve: &[f64], width: usize) -> String {
    const LEVELS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let columns = curve.len().min(width);
    let means: Vec<f64> = (0..columns)
        .map(|column| {
            let part = &curve[column * curve.len() / columns..(column + 1) * curve.len() / columns];
            part.iter().sum::<f64>() / part.len() as f64
        })
        .collect();
    let low = means.iter().copied().fold(f64::INFINITY, f64::min);
    let high = means.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let level = |mean: f64| {
        let share = if high > low {
            (mean - low) / (high - low)
        } else {
            0.0
        };
        LEVELS[((share * 8.0) as usize).min(7)]
    };
    means.into_iter().map(level).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sparkline_has_a_character_per_column() {
        assert_eq!(sparkline(&[], 10), "");
        assert_eq!(sparkline(&[5.0], 10), "▁");
        assert_eq!(sparkline(&[1.0, 1.0, 1.0], 10), "▁▁▁");
        assert_eq!(sparkline(&[1.0, 2.0, 3.0, 4.0], 2), "▁█");
    }

    #[test]
    fn a_duration_shows_its_two_largest_units() {
        assert_eq!(duration(59.0), "1 min");
        assert_eq!(duration(3600.0), "1 h 0 min");
        assert_eq!(duration(90_000.0), "1 d 1 h");
    }
}

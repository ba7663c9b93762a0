//! The values of indicators, a bar a row.

use std::io::Write;

use threadx::{
    controllers::{IndicatorReport, IndicatorValues},
    indicators::Series,
};

use crate::table::Plain;

/// Every output of every indicator under its heading, such as `bbands(period=20 std=2).upper`.
fn columns(report: &IndicatorReport, called: impl Fn(&IndicatorValues) -> String) -> Vec<(String, &Series)> {
    let mut columns = Vec::new();
    for indicator in &report.indicators {
        let called = called(indicator);
        let one = indicator.values.iter().len() == 1;
        for (output, series) in indicator.values.iter() {
            let heading = if one {
                called.clone()
            } else {
                format!("{called}.{output}")
            };
            columns.push((heading, &**series));
        }
    }
    columns
}

fn in_full(indicator: &IndicatorValues) -> String {
    if indicator.params.is_empty() {
        indicator.name.clone()
    } else {
        format!("{}({})", indicator.name, indicator.params)
    }
}

/// What ran on what, what was computed, and the last bars.
pub(super) fn write_table(
    report: &IndicatorReport,
    last: usize,
    stdout: &mut impl Write,
) -> std::io::Result<()> {
    let data = &report.data;
    let range = match (data.first, data.last) {
        (Some(first), Some(last)) => format!(" from {first} to {last}"),
        _ => String::new(),
    };
    writeln!(
        stdout,
        "{} {}, {} bars{range}",
        data.token, data.timeframe, data.bars
    )?;
    let all: Vec<String> = report.indicators.iter().map(in_full).collect();
    writeln!(stdout, "{}", all.join(", "))?;
    for warning in &report.warnings {
        writeln!(stdout, "warning: {}", warning.message)?;
    }
    // The parameters are told only where the name alone does not say which is meant.
    let columns = columns(report, |indicator| {
        let same = report
            .indicators
            .iter()
            .filter(|other| other.name == indicator.name);
        if same.count() == 1 {
            indicator.name.clone()
        } else {
            in_full(indicator)
        }
    });
    let from = data.bars.saturating_sub(last);
    if from < data.bars {
        if from > 0 {
            writeln!(
                stdout,
                "last {} bars; --output csv or json has all\n",
                data.bars - from
            )?;
        } else {
            writeln!(stdout)?;
        }
        let right: Vec<usize> = (1..columns.len() + 2).collect();
        let header = ["time", "close"].into_iter().map(str::to_owned);
        let headings = columns.iter().map(|(heading, _)| heading.clone());
        let mut table = Plain::new(header.chain(headings), &right);
        for bar in from..data.bars {
            let cell = |(_, series): &(String, &Series)| {
                series
                    .get(bar)
                    .map_or_else(|| "–".to_owned(), |value| format!("{value:.6}"))
            };
            let place = [
                report.bars.time()[bar].to_string(),
                report.bars.close()[bar].to_string(),
            ];
            table.row(place.into_iter().chain(columns.iter().map(cell)));
        }
        table.write(stdout)?;
    }
    writeln!(stdout, "\ndata {}", data.fingerprint)
}

/// One row per bar: its open time, then every output; a bar of the warm-up has an empty cell.
pub(super) fn write_csv(report: &IndicatorReport, stdout: &mut impl Write) -> std::io::Result<()> {
    let columns = columns(report, in_full);
    let mut csv = csv::Writer::from_writer(stdout);
    let headings = columns.iter().map(|(heading, _)| heading.as_str());
    csv.write_record(["timestamp"].into_iter().chain(headings))?;
    for (bar, time) in report.bars.time().iter().enumerate() {
        let values = columns.iter().map(|(_, series)| {
            series
                .get(bar)
                .map_or_else(String::new, |value| value.to_string())
        });
        csv.write_record(std::iter::once(time.to_string()).chain(values))?;
    }
    csv.flush()
}

//! What a walk-forward analysis came to, in words.

use std::io::Write;

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use threadx::{
    controllers::{WalkForwardReport, WalkForwardWindow},
    engine::Metrics,
    market::Timestamp,
    spec::{Criterion, Metric},
};

/// A row for each window with the first criterion and the return in and out of sample, then the account that traded all
/// of them.
pub(super) fn write(
    report: &WalkForwardReport,
    criterion: Option<Criterion>,
    to: &mut impl Write,
) -> std::io::Result<()> {
    let criterion = criterion.unwrap_or(Metric::SharpeRatio.into());
    writeln!(
        to,
        "\nWalk-forward: chosen in one window, traded in the next; {criterion} and total return in and out of sample"
    )?;
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Disabled);
    let header = [
        "",
        "train",
        "test",
        "params",
        "in",
        "out",
        "return in",
        "return out",
    ];
    table.set_header(header);
    for (number, window) in (1..).zip(&report.windows) {
        table.add_row(row(number, window, criterion.metric));
    }
    for column in [0, 4, 5, 6, 7] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    for line in table.lines() {
        writeln!(to, "{}", line.trim_end())?;
    }
    for (number, window) in (1..).zip(&report.windows) {
        if let Some(error) = &window.error {
            writeln!(to, "window {number}: {error}")?;
        }
    }
    let metrics = &report.metrics;
    writeln!(
        to,
        "out of sample: total return {}, Sharpe ratio {}, max drawdown {}, {} trades; buy and hold {}",
        percent(metrics.total_return),
        plain(metrics.sharpe_ratio),
        percent(metrics.max_drawdown),
        metrics.trade_count,
        percent(metrics.buy_and_hold_return)
    )?;
    match report.efficiency {
        Some(efficiency) => writeln!(
            to,
            "efficiency {}: growth a year out of sample over that in sample",
            percent(Some(efficiency))
        ),
        None => writeln!(to, "efficiency –: the choices did not grow in sample"),
    }
}

fn row(number: usize, window: &WalkForwardWindow, criterion: Metric) -> [String; 8] {
    let of = |metrics: &Option<Metrics>, metric: Metric| metrics.as_ref().and_then(|found| found.get(metric));
    let span = |from: Timestamp, to: Timestamp| format!("{} to {}", day(from), day(to));
    let params = window.params.as_ref();
    [
        number.to_string(),
        span(window.train_start, window.train_end),
        span(window.train_end, window.test_end),
        params.map_or_else(|| "–".to_owned(), ToString::to_string),
        plain(of(&window.in_sample, criterion)),
        plain(of(&window.out_of_sample, criterion)),
        percent(of(&window.in_sample, Metric::TotalReturn)),
        percent(of(&window.out_of_sample, Metric::TotalReturn)),
    ]
}

/// The day, and the time where it is not midnight.
fn day(at: Timestamp) -> String {
    let text = at.to_string();
    match text.strip_suffix("T00:00:00Z") {
        Some(day) => day.to_owned(),
        None => text,
    }
}

fn plain(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| format!("{value:.4}"))
}

fn percent(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| format!("{:.2}%", value * 100.0))
}

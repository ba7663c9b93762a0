//! Whether prices are those of a bar.

use super::{Check, Finding, FindingCode, Severity, finding::Tally, view::View};

/// Bars without movement in a row that are worth a warning.
const FLAT_RUN_BARS: usize = 10;

/// A share of bars whose four prices are the same that is worth knowing.
const FLAT_SHARE: f64 = 0.05;

pub(crate) fn check(view: &View<'_>, findings: &mut Vec<Finding>) {
    let columns = view.columns();
    let (mut broken, mut not_positive, mut not_finite) =
        (Tally::default(), Tally::default(), Tally::default());
    for row in 0..view.rows() {
        let (open, high, low, close) = (
            columns.open[row],
            columns.high[row],
            columns.low[row],
            columns.close[row],
        );
        let prices = [open, high, low, close];
        let time = columns.time[row];
        let shown = || format!("open {open}, high {high}, low {low}, close {close}");
        if !prices.iter().all(|price| price.is_finite()) {
            not_finite.add(time, shown);
        } else if !prices.iter().all(|price| *price > 0.0) {
            not_positive.add(time, shown);
        } else if !(low <= open && low <= close && open <= high && close <= high) {
            broken.add(time, shown);
        }
    }
    let mut add = |tally: Tally, code, severity, message: &str| {
        findings.extend(tally.into_finding(Check::Ohlc, code, severity, message));
    };
    add(
        not_finite,
        FindingCode::NotFinite,
        Severity::Error,
        "prices are not finite",
    );
    add(
        not_positive,
        FindingCode::NotPositive,
        Severity::Error,
        "prices are 0 or below",
    );
    add(
        broken,
        FindingCode::BrokenOhlc,
        Severity::Error,
        "low is above open or close, or high is below",
    );
    let (runs, flat) = flat(view);
    add(
        runs,
        FindingCode::FlatRuns,
        Severity::Warning,
        "prices did not move for ten bars or more: a market that stood still, or a source that did",
    );
    if flat.count as f64 > FLAT_SHARE * view.len() as f64 {
        add(
            flat,
            FindingCode::FlatBars,
            Severity::Info,
            "open, high, low and close are the same",
        );
    }
}

/// Runs of bars at one price, and bars at one price.
fn flat(view: &View<'_>) -> (Tally, Tally) {
    let columns = view.columns();
    let (mut runs, mut flat) = (Tally::default(), Tally::default());
    let mut run: Option<(usize, usize)> = None;
    let mut end_run = |run: Option<(usize, usize)>| {
        if let Some((start, bars)) = run
            && bars >= FLAT_RUN_BARS
        {
            runs.add(columns.time[start], || {
                format!("{bars} bars at {}", columns.close[start])
            });
        }
    };
    for position in 0..view.len() {
        let row = view.row(position);
        let price = columns.close[row];
        let is_flat = columns.open[row] == price && columns.high[row] == price && columns.low[row] == price;
        if is_flat {
            flat.add(columns.time[row], || format!("{price}"));
        }
        run = match run {
            Some((start, bars)) if is_flat && columns.close[start] == price => Some((start, bars + 1)),
            held => {
                end_run(held);
                is_flat.then_some((row, 1))
            }
        };
    }
    end_run(run);
    (runs, flat)
}

//! What is wrong with bars: a report of checks.

mod calendar;
mod check;
mod completeness;
mod declared_calendar;
mod duplicates;
mod finding;
mod gaps;
mod ohlc;
mod order;
mod outliers;
mod report;
mod view;
mod volume;

use std::collections::BTreeSet;

pub use calendar::Calendar;
pub use check::Check;
pub use declared_calendar::DeclaredCalendar;
pub use finding::{EXAMPLES_MAX, Example, Finding, FindingCode, Severity};
pub use report::{QualityReport, Verdict};
pub use view::ColumnsRef;

use crate::{Symbol, Timeframe, Timestamp};
use view::View;

/// What is checked, and what is known about the market.
#[derive(Debug, Clone, PartialEq)]
pub struct QualityOptions {
    /// The checks that are made.
    pub checks: BTreeSet<Check>,
    /// What is known of when the market is open.
    pub calendar: DeclaredCalendar,
    /// The range `[start, end)` that the bars should cover; from the first to the last bar if absent.
    pub range: Option<(Timestamp, Timestamp)>,
}

impl Default for QualityOptions {
    fn default() -> Self {
        Self {
            checks: Check::ALL.into_iter().collect(),
            calendar: DeclaredCalendar::Auto,
            range: None,
        }
    }
}

/// Checks bars, or columns that are not known to be bars, of one market.
///
/// Costs one pass over the columns a check, and nothing is changed. What each check finds is told by
/// [`FindingCode`].
///
/// ```
/// use threadx_market::{Check, Columns, FindingCode, QualityOptions, Symbol, Timeframe, Timestamp, Verdict, check_quality};
///
/// let at = |hour| Timestamp::parse(&format!("2019-01-01 {hour:02}:00"));
/// let columns = Columns {
///     time: vec![at(0)?, at(1)?, at(4)?],
///     open: vec![10.0, 11.0, 12.0],
///     high: vec![11.0, 12.0, 13.0],
///     low: vec![9.0, 10.0, 12.5],
///     close: vec![11.0, 12.0, 13.0],
///     volume: vec![1.0, 2.0, 3.0],
/// };
/// let token = Symbol::parse("BTCUSDT")?;
/// let report = check_quality(&token, Timeframe::H1, (&columns).into(), &QualityOptions::default());
/// assert_eq!(report.verdict, Verdict::Fail);
/// assert_eq!(report.checks[&Check::Ohlc], Verdict::Fail);
/// let gaps = report.finding(FindingCode::Gaps).expect("two hours are missing");
/// assert_eq!((gaps.count, gaps.examples[0].detail.as_str()), (1, "2 bars missing"));
/// # Ok::<(), threadx_error::DataError>(())
/// ```
#[must_use]
pub fn check_quality(
    token: &Symbol,
    timeframe: Timeframe,
    columns: ColumnsRef<'_>,
    options: &QualityOptions,
) -> QualityReport {
    let view = View::new(columns, timeframe, options.calendar);
    let mut findings = Vec::new();
    for check in &options.checks {
        match check {
            Check::Completeness => completeness::check(&view, options.range, &mut findings),
            Check::Duplicates => duplicates::check(&view, &mut findings),
            Check::Order => order::check(&view, &mut findings),
            Check::Gaps => gaps::check(&view, &mut findings),
            Check::Outliers => outliers::check(&view, &mut findings),
            Check::Ohlc => ohlc::check(&view, &mut findings),
            Check::Volume => volume::check(&view, &mut findings),
        }
    }
    QualityReport::new(token.clone(), &view, &options.checks, findings)
}

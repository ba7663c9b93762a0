//! What a caller says about when a market is open.

use serde::Serialize;

use super::Calendar;
use crate::{Timeframe, Timestamp};

/// What a caller says about when a market is open, by which holes in the bars are gaps or breaks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DeclaredCalendar {
    /// Nothing: sessions where the bars show them clearly, else always open.
    #[default]
    Auto,
    /// Always open, as crypto exchanges are: every hole is a gap, weekends included.
    Always,
    /// Open around the clock on weekdays, as forex is: closed within Saturday and Sunday (UTC), at Christmas and at
    /// the turn of the year. A hole that touches a weekend is a break.
    Weekdays,
    /// Open in the hours of the week in which there are bars, as stock exchanges are: closed in all others, however
    /// few weeks or hours show it, and on single days.
    Sessions,
}

impl DeclaredCalendar {
    /// Every value with its wire name.
    pub const NAMES: [(&'static str, Self); 4] = [
        ("auto", Self::Auto),
        ("always", Self::Always),
        ("weekdays", Self::Weekdays),
        ("sessions", Self::Sessions),
    ];

    /// The wire name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Always => "always",
            Self::Weekdays => "weekdays",
            Self::Sessions => "sessions",
        }
    }

    /// The calendar of bars that open at `times`, which are in order.
    pub(crate) fn resolve(
        self,
        times: impl DoubleEndedIterator<Item = Timestamp> + Clone,
        timeframe: Timeframe,
    ) -> Calendar {
        match self {
            Self::Auto => Calendar::find(times, timeframe),
            Self::Always => Calendar::Continuous,
            Self::Weekdays => Calendar::weekdays(timeframe),
            Self::Sessions => Calendar::sessions(times, timeframe),
        }
    }
}

impl std::fmt::Display for DeclaredCalendar {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

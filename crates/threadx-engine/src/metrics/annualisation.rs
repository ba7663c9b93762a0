//! From figures per bar to figures per year.

use serde::{Deserialize, Serialize};
use threadx_market::Timeframe;

/// How figures per bar become figures per year.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Annualisation {
    /// P: bars in a year, finite and above 0; `None` for 365 days of the timeframe, 12 for `1M`. Give 252
    /// for daily bars of equities, say.
    pub periods_per_year: Option<f64>,
    /// Return a year of what is free of risk, a fraction, finite; 0 by default.
    pub risk_free_rate: f64,
}

impl Annualisation {
    /// P for bars of that timeframe.
    #[must_use]
    pub fn periods_per_year(&self, timeframe: Timeframe) -> f64 {
        self.periods_per_year
            .unwrap_or_else(|| timeframe.periods_per_year())
    }

    /// The risk-free return of one bar: the rate over P.
    #[must_use]
    pub fn risk_free_return(&self, timeframe: Timeframe) -> f64 {
        self.risk_free_rate / self.periods_per_year(timeframe)
    }
}

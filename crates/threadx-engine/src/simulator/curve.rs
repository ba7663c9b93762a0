//! Where the bar loop leaves equity.

/// Takes equity at the close of each bar, in order: to keep it, or to measure it at once.
pub(crate) trait Curve {
    /// One bar.
    fn push(&mut self, equity: f64);

    /// So many bars with the same equity.
    fn repeat(&mut self, equity: f64, bars: usize);

    /// Bars on which `units` are held, below 0 if they were sold short, beside `cash`.
    fn hold(&mut self, cash: f64, units: f64, close: &[f64]);
}

/// Equity with `units` held, below 0 if they were sold short, at a price. It is not below 0: a rounding of `cash` that is
/// no debt could leave that where a price falls to nothing.
#[inline(always)]
pub(crate) fn held(cash: f64, units: f64, price: f64) -> f64 {
    (cash + units * price).max(0.0)
}

impl Curve for Vec<f64> {
    fn push(&mut self, equity: f64) {
        self.push(equity);
    }

    fn repeat(&mut self, equity: f64, bars: usize) {
        self.resize(self.len() + bars, equity);
    }

    fn hold(&mut self, cash: f64, units: f64, close: &[f64]) {
        self.extend(close.iter().map(|close| held(cash, units, *close)));
    }
}

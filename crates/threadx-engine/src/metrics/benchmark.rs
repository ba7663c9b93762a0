//! A strategy's returns beside those of its market.

use serde::{Deserialize, Serialize};
use threadx_market::Bars;

use super::{
    annualisation::Annualisation,
    compensated::CompensatedSum,
    curve::{EquityCurve, finite, ratio, write_returns},
    lanes,
    moments::{Moments, without_noise},
};

/// Bars that are worked on at a time.
const BLOCK: usize = 256;

/// The market held from the first open: what a strategy is compared with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Benchmark<'a> {
    /// Price at which it is bought, above 0.
    pub first_open: f64,
    /// Its price at each bar's close, above 0.
    pub close: &'a [f64],
}

impl<'a> Benchmark<'a> {
    /// Buying and holding over `bars`; `None` without bars.
    #[must_use]
    pub fn buy_and_hold(bars: &'a Bars) -> Option<Self> {
        Some(Self {
            first_open: *bars.open().first()?,
            close: bars.close(),
        })
    }
}

/// Last close over first open, minus 1: the metric `buy_and_hold_return`. `None` without bars.
#[must_use]
pub fn buy_and_hold_return(bars: &Bars) -> Option<f64> {
    let (open, close) = (bars.open().first()?, bars.close().last()?);
    finite(close / open - 1.0)
}

/// The returns r of a strategy against the returns b of a benchmark, bar by bar.
///
/// Every figure is `None` with fewer than two bars and where it is not defined. As in
/// [`Metrics`](crate::Metrics), a deviation below 1e-14 of the largest |return| counts as 0; that of r − b
/// below 1e-14 of 1 + the largest, since each return carries the rounding of a growth factor.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BenchmarkComparison {
    /// Jensen's alpha (1968) a year, a fraction: (mean(r) − rf/P − beta·(mean(b) − rf/P))·P. `None`
    /// without beta.
    pub alpha: Option<f64>,
    /// Covariance of r and b over the variance of b. `None` if the benchmark does not move.
    pub beta: Option<f64>,
    /// Pearson's correlation of r and b, −1 to 1. `None` if either does not move.
    pub correlation: Option<f64>,
    /// std(r − b, ddof 1)·√P, a fraction, at least 0.
    pub tracking_error: Option<f64>,
    /// mean(r − b)/std(r − b, ddof 1)·√P. `None` if the strategy is the benchmark.
    pub information_ratio: Option<f64>,
}

impl BenchmarkComparison {
    /// Compares a strategy's curve with a benchmark over the same bars; what the longer has more is
    /// ignored.
    ///
    /// ```
    /// use threadx_engine::{Annualisation, Benchmark, BenchmarkComparison, EquityCurve};
    /// use threadx_market::{Timeframe, Timestamp};
    ///
    /// let time: Vec<_> = (1..=4).map(|day| Timestamp::parse(&format!("2019-01-0{day}"))).collect::<Result<_, _>>()?;
    /// // Half of the money in the market, restored to half after every bar.
    /// let close = [110.0, 99.0, 108.9, 98.01];
    /// let equity = [1050.0, 997.5, 1047.375, 995.00625];
    /// let curve = EquityCurve { starting_value: 1000.0, timeframe: Timeframe::D1, time: &time, equity: &equity };
    /// let benchmark = Benchmark { first_open: 100.0, close: &close };
    /// let comparison = BenchmarkComparison::compute(&curve, &benchmark, Annualisation::default());
    /// assert!((comparison.beta.ok_or("beta")? - 0.5).abs() < 1e-12);
    /// assert!((comparison.correlation.ok_or("correlation")? - 1.0).abs() < 1e-12);
    /// assert!(comparison.alpha.ok_or("alpha")?.abs() < 1e-12);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn compute(curve: &EquityCurve<'_>, benchmark: &Benchmark<'_>, annualisation: Annualisation) -> Self {
        let mut joint = Joint::default();
        let (mut base, mut price) = (curve.starting_value, benchmark.first_open);
        let bars = curve.paired().equity.len().min(benchmark.close.len());
        let blocks = curve.equity[..bars]
            .chunks(BLOCK)
            .zip(benchmark.close[..bars].chunks(BLOCK));
        let (mut own, mut market) = ([0.0; BLOCK], [0.0; BLOCK]);
        for (equity, close) in blocks {
            write_returns(base, equity, &mut own);
            write_returns(price, close, &mut market);
            joint.absorb(&own[..equity.len()], &market[..close.len()]);
            base = equity.last().copied().unwrap_or(base);
            price = close.last().copied().unwrap_or(price);
        }
        joint.compare(
            annualisation.periods_per_year(curve.timeframe),
            annualisation.risk_free_return(curve.timeframe),
        )
    }
}

/// Moments of both, of their difference, and their co-moment.
#[derive(Debug, Default)]
struct Joint {
    own: Moments,
    market: Moments,
    /// Of r − b itself: the difference of two variances would lose what a close follower differs by.
    difference: Moments,
    /// Σ (r − mean r)(b − mean b).
    together: CompensatedSum,
}

impl Joint {
    fn absorb(&mut self, own: &[f64], market: &[f64]) {
        let here = own.len() as f64;
        let mut pairs = [0.0; BLOCK];
        let pairs = &mut pairs[..own.len()];
        let (own_mean, market_mean) = (
            lanes::sum(own, |value| value) / here,
            lanes::sum(market, |value| value) / here,
        );
        for ((pair, own), market) in pairs.iter_mut().zip(own).zip(market) {
            *pair = (own - own_mean) * (market - market_mean);
        }
        self.together.add(lanes::sum(pairs, |value| value));
        if let (Some(own_before), Some(market_before)) = (self.own.mean(), self.market.mean()) {
            let before = self.own.count() as f64;
            // Pébay's formula for the co-moment, as in `Moments`.
            self.together.add(
                (own_mean - own_before) * (market_mean - market_before) * (before / (before + here)) * here,
            );
        }
        for ((pair, own), market) in pairs.iter_mut().zip(own).zip(market) {
            *pair = own - market;
        }
        self.own.absorb(own);
        self.market.absorb(market);
        self.difference.absorb(pairs);
    }

    fn compare(&self, periods_per_year: f64, risk_free: f64) -> BenchmarkComparison {
        let degrees = self.own.count().saturating_sub(1) as f64;
        let moves = |moments: &Moments| moments.deviation().filter(|deviation| *deviation != 0.0);
        let covariance = ratio(self.together.value(), degrees);
        let beta = covariance
            .zip(moves(&self.market))
            .and_then(|(covariance, market)| finite(covariance / market / market));
        let correlation = covariance
            .zip(moves(&self.own).zip(moves(&self.market)))
            .and_then(|(covariance, (own, market))| finite(covariance / own / market))
            .map(|correlation| correlation.clamp(-1.0, 1.0));
        let alpha = beta
            .zip(self.own.mean().zip(self.market.mean()))
            .and_then(|(beta, (own, market))| {
                finite((own - risk_free - beta * (market - risk_free)) * periods_per_year)
            });
        // Two curves that hold the same differ by the rounding of 1 + r, however small r is.
        let largest_factor = 1.0 + self.own.largest().max(self.market.largest());
        let tracking = self
            .difference
            .deviation()
            .map(|deviation| without_noise(deviation, largest_factor));
        let annual = periods_per_year.sqrt();
        BenchmarkComparison {
            alpha,
            beta,
            correlation,
            tracking_error: tracking.and_then(|deviation| finite(deviation * annual)),
            information_ratio: self
                .difference
                .mean()
                .zip(tracking)
                .and_then(|(mean, deviation)| ratio(mean, deviation))
                .and_then(|ratio| finite(ratio * annual)),
        }
    }
}

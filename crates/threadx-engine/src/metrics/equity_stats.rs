//! What equity alone tells, bar by bar.

use multiversion::multiversion;
use threadx_market::{Timeframe, Timestamp};

use super::{
    annualisation::Annualisation,
    compensated::CompensatedSum,
    curve::{EquityCurve, finite, ratio, simple_return, write_returns},
    drawdown_depth::{DrawdownDepth, without_rounding},
    lanes,
    moments::{Moments, without_noise},
    tail::{LowerTail, Missed, TailRisk},
};

/// Bars that are worked on at a time: enough to be worth it, few enough to stay in the nearest cache.
pub(super) const BLOCK: usize = 256;

pub(crate) const SECONDS_PER_YEAR: f64 = 365.25 * 86_400.0;

/// Statistics of an equity curve that arrives bar by bar.
///
/// Holds about 4 KB whatever the number of bars, and does not drift: sums are compensated, moments
/// are taken about block means. [`push`](Self::push) and [`extend`](Self::extend) in any mixture, and
/// [`Metrics::compute`](crate::Metrics::compute) on the whole curve, give the same bits.
///
/// `value_at_risk_95` and `cvar_95` need every return: they are `None` unless the statistics were made
/// with [`keeping_returns`](Self::keeping_returns) (8 bytes a bar), and then equal too.
///
/// ```
/// use threadx_engine::{Activity, Annualisation, EquityStats, Metrics, TradeStats};
/// use threadx_market::{Timeframe, Timestamp};
///
/// let mut stats = EquityStats::new(100.0, Timeframe::D1, Annualisation::default());
/// let mut open = Timestamp::parse("2019-01-01")?;
/// for equity in [101.0, 99.0, 104.0] {
///     stats.push(open, equity);
///     open = Timeframe::D1.next(open);
/// }
/// let metrics = Metrics::from_stats(&stats, &TradeStats::default(), &Activity::default());
/// assert_eq!(metrics.total_return, Some(104.0 / 100.0 - 1.0));
/// assert_eq!(metrics.max_drawdown, Some(99.0 / 101.0 - 1.0));
/// assert_eq!(metrics.max_drawdown_duration, Some(2.0 * 86_400.0));
/// assert_eq!(metrics.value_at_risk_95, None);
/// # Ok::<(), threadx_error::DataError>(())
/// ```
#[derive(Debug, Clone)]
pub struct EquityStats {
    absorbed: Absorbed,
    /// Bars since, in the first `waiting` places; fewer than a block.
    waiting: usize,
    waiting_time: [Timestamp; BLOCK],
    waiting_equity: [f64; BLOCK],
    /// Every return of the absorbed blocks, if they are to be kept.
    returns: Option<Vec<f64>>,
}

/// All full blocks so far.
#[derive(Debug, Clone)]
pub(super) struct Absorbed {
    starting_value: f64,
    timeframe: Timeframe,
    periods_per_year: f64,
    /// Risk-free return of one bar.
    risk_free: f64,
    moments: Moments,
    /// Σ max(r, 0).
    gains: CompensatedSum,
    /// Σ max(−r, 0).
    losses: CompensatedSum,
    /// Σ min(r − risk-free, 0)².
    downside: CompensatedSum,
    equity: CompensatedSum,
    path: Option<Path>,
}

/// What exists from the first bar on.
#[derive(Debug, Clone, Copy)]
struct Path {
    start: Timestamp,
    last: Timestamp,
    last_equity: f64,
    drawdown: DrawdownDepth,
}

/// The figures, as defined at the fields of [`Metrics`](crate::Metrics).
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct EquityFigures {
    pub(super) total_return: Option<f64>,
    pub(super) cagr: Option<f64>,
    pub(super) volatility: Option<f64>,
    pub(super) sharpe_ratio: Option<f64>,
    pub(super) sortino_ratio: Option<f64>,
    pub(super) max_drawdown: Option<f64>,
    pub(super) max_drawdown_duration: Option<f64>,
    pub(super) calmar_ratio: Option<f64>,
    pub(super) omega_ratio: Option<f64>,
    pub(super) tail: Option<TailRisk>,
    pub(super) skew: Option<f64>,
    pub(super) kurtosis: Option<f64>,
    pub(super) bars: usize,
    pub(super) mean_equity: Option<f64>,
    pub(super) periods_per_year: f64,
}

impl EquityStats {
    /// Statistics of a curve that starts from `starting_value` (currency, above 0).
    #[must_use]
    pub fn new(starting_value: f64, timeframe: Timeframe, annualisation: Annualisation) -> Self {
        Self {
            absorbed: Absorbed::new(starting_value, timeframe, annualisation),
            waiting: 0,
            waiting_time: [Timestamp::MIN; BLOCK],
            waiting_equity: [0.0; BLOCK],
            returns: None,
        }
    }

    /// The same, keeping every return from here on for `value_at_risk_95` and `cvar_95`; 8 bytes a bar.
    #[must_use]
    pub fn keeping_returns(mut self) -> Self {
        self.returns = Some(Vec::new());
        self
    }

    /// Adds one bar: its open time, later than that of the bar before, and equity at its close
    /// (currency, finite, at least 0).
    pub fn push(&mut self, open: Timestamp, equity: f64) {
        self.waiting_time[self.waiting] = open;
        self.waiting_equity[self.waiting] = equity;
        self.waiting += 1;
        if self.waiting == BLOCK {
            self.waiting = 0;
            let mut returns = [0.0; BLOCK];
            self.absorbed
                .absorb(&self.waiting_time, &self.waiting_equity, &mut returns);
            if let Some(kept) = &mut self.returns {
                kept.extend_from_slice(&returns);
            }
        }
    }

    /// Adds bars: their open times and equity at their closes. What the longer slice has more is
    /// ignored.
    pub fn extend(&mut self, time: &[Timestamp], equity: &[f64]) {
        let bars = time.len().min(equity.len());
        let to_full = (BLOCK - self.waiting) % BLOCK;
        let (whole_from, whole_to) = if bars < to_full {
            (bars, bars)
        } else {
            (to_full, bars - (bars - to_full) % BLOCK)
        };
        for bar in 0..whole_from {
            self.push(time[bar], equity[bar]);
        }
        let (time_blocks, _) = time[whole_from..whole_to].as_chunks::<BLOCK>();
        let (equity_blocks, _) = equity[whole_from..whole_to].as_chunks::<BLOCK>();
        let mut returns = [0.0; BLOCK];
        for (time, equity) in time_blocks.iter().zip(equity_blocks) {
            self.absorbed.absorb(time, equity, &mut returns);
            if let Some(kept) = &mut self.returns {
                kept.extend_from_slice(&returns);
            }
        }
        for bar in whole_to..bars {
            self.push(time[bar], equity[bar]);
        }
    }

    pub(super) fn figures(&self) -> EquityFigures {
        let (time, equity) = (
            &self.waiting_time[..self.waiting],
            &self.waiting_equity[..self.waiting],
        );
        let mut returns = [0.0; BLOCK];
        let mut all = self.absorbed.clone();
        all.absorb(time, equity, &mut returns);
        let tail = self.returns.as_ref().and_then(|kept| {
            let kept: Vec<f64> = kept.iter().chain(&returns[..self.waiting]).copied().collect();
            TailRisk::of(&kept)
        });
        all.figures(tail)
    }
}

impl Absorbed {
    /// No block yet.
    pub(super) fn new(starting_value: f64, timeframe: Timeframe, annualisation: Annualisation) -> Self {
        Self {
            starting_value,
            timeframe,
            periods_per_year: annualisation.periods_per_year(timeframe),
            risk_free: annualisation.risk_free_return(timeframe),
            moments: Moments::default(),
            gains: CompensatedSum::default(),
            losses: CompensatedSum::default(),
            downside: CompensatedSum::default(),
            equity: CompensatedSum::default(),
            path: None,
        }
    }

    /// Adds a block of bars and leaves their returns in front of `returns`.
    pub(super) fn absorb(&mut self, time: &[Timestamp], equity: &[f64], returns: &mut [f64; BLOCK]) {
        absorb(self, time, equity, returns);
    }

    pub(super) fn figures(&self, tail: Option<TailRisk>) -> EquityFigures {
        let mut figures = EquityFigures {
            periods_per_year: self.periods_per_year,
            ..EquityFigures::default()
        };
        let Some(path) = &self.path else {
            return figures;
        };
        let bars = self.moments.count();
        figures.bars = bars;
        figures.mean_equity = finite(self.equity.value() / bars as f64);

        let growth = if self.starting_value > 0.0 {
            finite(path.last_equity / self.starting_value)
        } else {
            None
        };
        let seconds = self.timeframe.next(path.last).seconds_since(path.start);
        figures.total_return = growth.map(|growth| growth - 1.0);
        figures.cagr = growth
            .filter(|_| seconds > 0.0)
            .and_then(|growth| finite(libm::pow(growth, SECONDS_PER_YEAR / seconds) - 1.0));

        let (depth, duration) = path.drawdown.finish(self.timeframe, path.last);
        let depth = without_rounding(depth);
        figures.max_drawdown = finite(depth);
        figures.max_drawdown_duration = finite(duration);
        figures.calmar_ratio = figures.cagr.and_then(|cagr| ratio(cagr, -depth));

        if bars < 2 {
            return figures;
        }
        let annual = self.periods_per_year.sqrt();
        let deviation = self.moments.deviation();
        let downside = without_noise(
            (self.downside.value() / bars as f64).sqrt(),
            self.moments.largest(),
        );
        let excess = self.moments.mean().map(|mean| mean - self.risk_free);
        figures.volatility = deviation.and_then(|deviation| finite(deviation * annual));
        figures.sharpe_ratio = excess
            .zip(deviation)
            .and_then(|(excess, deviation)| ratio(excess, deviation))
            .and_then(|ratio| finite(ratio * annual));
        figures.sortino_ratio = excess
            .and_then(|excess| ratio(excess, downside))
            .and_then(|ratio| finite(ratio * annual));
        figures.omega_ratio = ratio(self.gains.value(), self.losses.value());
        figures.tail = tail;
        figures.skew = self.moments.skewness().and_then(finite);
        figures.kurtosis = self.moments.kurtosis().and_then(finite);
        figures
    }
}

/// As [`Absorbed::absorb`]. Sums run in lanes of a fixed order, so that every vector width gives the same bits.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx2"))]
fn absorb(all: &mut Absorbed, time: &[Timestamp], equity: &[f64], returns: &mut [f64; BLOCK]) {
    let (Some(first), Some(last), Some(last_equity)) = (time.first(), time.last(), equity.last()) else {
        return;
    };
    let path = all.path.get_or_insert_with(|| Path {
        start: *first,
        last: *first,
        last_equity: all.starting_value,
        drawdown: DrawdownDepth::new(all.starting_value, *first),
    });
    let returns = &mut returns[..equity.len()];
    write_returns(path.last_equity, equity, returns);
    path.drawdown.absorb(all.timeframe, time, equity);
    (path.last, path.last_equity) = (*last, *last_equity);

    let risk_free = all.risk_free;
    let [sum, gains, losses, downside] = lanes::sums(returns, |values| {
        let short = lanes::each(values, |value| {
            let excess = value - risk_free;
            if excess < 0.0 { excess } else { 0.0 }
        });
        [
            values,
            lanes::each(values, |value| if value > 0.0 { value } else { 0.0 }),
            lanes::each(values, |value| if value < 0.0 { -value } else { 0.0 }),
            lanes::times(short, short),
        ]
    });
    all.moments.absorb_summed(returns, sum);
    all.gains.add(gains);
    all.losses.add(losses);
    all.downside.add(downside);
    all.equity.add(lanes::sum(equity, |value| value));
}

impl EquityFigures {
    /// The figures of a whole curve; the same bits as bar by bar.
    pub(super) fn of(curve: EquityCurve<'_>, annualisation: Annualisation) -> Self {
        let curve = curve.paired();
        let mut all = EquityStats::new(curve.starting_value, curve.timeframe, annualisation).absorbed;
        let mut returns = [0.0; BLOCK];
        let mut tail = LowerTail::guess(curve.equity.len(), |bar| {
            simple_return(curve.base(bar), curve.equity[bar])
        });
        for (time, equity) in curve.time.chunks(BLOCK).zip(curve.equity.chunks(BLOCK)) {
            all.absorb(time, equity, &mut returns);
            tail.absorb(&returns[..equity.len()]);
        }
        let tail = tail.finish().unwrap_or_else(|Missed| {
            let mut tail = LowerTail::all();
            let mut base = curve.starting_value;
            for equity in curve.equity.chunks(BLOCK) {
                write_returns(base, equity, &mut returns);
                tail.absorb(&returns[..equity.len()]);
                base = equity.last().copied().unwrap_or(base);
            }
            tail.finish().unwrap_or_default()
        });
        all.figures(tail)
    }
}

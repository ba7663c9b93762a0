//! What a trade contributes, looked up by its entry bar and its exit bar.

use threadx_market::Bars;
use threadx_spec::FillModel;

use super::price_range::PriceRange;
use crate::BacktestOptions;

/// Sums over bars as whole multiples of a small unit, so that sums and their differences are exact in any order and may
/// wrap on the way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Sums {
    /// Returns, in [`Units::returns`].
    pub(super) returns: i64,
    /// Squares of returns, in [`Units::squares`].
    pub(super) squares: i64,
    /// Time, nanoseconds.
    pub(super) time: i64,
}

impl Sums {
    #[inline(always)]
    pub(super) fn add(&mut self, other: Self) {
        self.returns = self.returns.wrapping_add(other.returns);
        self.squares = self.squares.wrapping_add(other.squares);
        self.time = self.time.wrapping_add(other.time);
    }

    #[inline(always)]
    pub(super) fn and(mut self, other: Self) -> Self {
        self.add(other);
        self
    }

    fn negative(self) -> Self {
        Self {
            returns: self.returns.wrapping_neg(),
            squares: self.squares.wrapping_neg(),
            time: self.time.wrapping_neg(),
        }
    }
}

/// The units of [`Sums`]: small enough that what is cut off a bar is far below its share, large enough that no run's
/// sum overflows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Units {
    /// How many of them make 1.
    pub(super) returns: f64,
    pub(super) squares: f64,
}

/// The power of two that scales sums of up to `most` to integers; `None` if there is none.
fn scale(most: f64) -> Option<f64> {
    // One bit for the sign and one to spare.
    (most < 2f64.powi(60)).then(|| 2f64.powi(61 - libm::ilogb(most.max(2f64.powi(-400)))))
}

impl Units {
    /// A return's part of the sums.
    fn of(self, value: f64) -> Sums {
        Sums {
            returns: (value * self.returns) as i64,
            squares: (value * value * self.squares) as i64,
            time: 0,
        }
    }
}

/// What the bar of a long entry adds, in terms of prefix sums up to it: added to the [`Leaving`] of the exit bar it
/// gives the sums over the trade.
///
/// Equity of a fully invested long position moves as the price does, but for the bars on which fees are paid. So the
/// returns of a trade are those of the price, whose sums are a difference of prefix sums, with the first and the last
/// corrected.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Entering {
    /// Equity at the mark over equity before the entry, over the price of the fill: times a close it gives the equity
    /// at that close over the equity before the entry.
    pub(super) over_price: f64,
    /// Return of the bar less all price returns up to it.
    pub(super) sums: Sums,
}

/// What the bar of a long exit by signal adds.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Leaving {
    /// Proceeds of a unit.
    pub(super) price: f64,
    /// Return of the bar plus all price returns up to the bar before.
    pub(super) sums: Sums,
}

/// Rows with one entry per bar, warm-up bars included, which all combinations of a sweep share.
#[derive(Debug)]
pub(super) struct Rows {
    pub(super) bars: Bars,
    pub(super) first: usize,
    pub(super) fill: FillModel,
    /// Equity at the mark over equity before the entry, at the price of the fill.
    kept_in: f64,
    /// Proceeds of an exit over the position's value at the price of the fill.
    kept_out: f64,
    pub(super) units: Units,
    pub(super) entering: Vec<Entering>,
    pub(super) leaving: Vec<Leaving>,
    /// Sums of price returns up to the bar.
    sums: Vec<Sums>,
    pub(super) closes: PriceRange,
}

impl Rows {
    /// `None` where prices move so far that sums of their returns overflow.
    pub(super) fn new(bars: &Bars, first: usize, options: &BacktestOptions) -> Option<Self> {
        let slippage = options.slippage_rate;
        let mut rows = Self {
            bars: bars.clone(),
            first,
            fill: options.fill,
            kept_in: 1.0 / ((1.0 + slippage) * (1.0 + options.fee_rate)),
            kept_out: (1.0 - slippage) * (1.0 - options.fee_rate),
            units: Units {
                returns: 0.0,
                squares: 0.0,
            },
            entering: vec![Entering::default(); bars.len()],
            leaving: vec![Leaving::default(); bars.len()],
            sums: vec![Sums::default(); bars.len()],
            closes: PriceRange::new(bars.close()),
        };
        let (returns, squares) = rows.most();
        rows.units = Units {
            returns: scale(returns)?,
            squares: scale(squares)?,
        };
        rows.prepare();
        Some(rows)
    }

    /// The most that the returns and squares of a run can add up to, as absolute values.
    fn most(&self) -> (f64, f64) {
        let (mut returns, mut squares) = (0.0, 0.0);
        let [low, high, close] = [self.bars.low(), self.bars.high(), self.bars.close()];
        for bar in self.first..self.bars.len() {
            // Wherever in the bar positions are entered and left, the bar before being held or not.
            let before = if bar > self.first {
                close[bar - 1]
            } else {
                low[bar]
            };
            let widest = high[bar].max(before) / low[bar].min(before);
            let value = (widest - 1.0).max(1.0 - self.kept_in * self.kept_out / widest);
            returns += 2.0 * value;
            squares += 2.0 * value * value;
        }
        (returns, squares)
    }

    fn prepare(&mut self) {
        let close = self.bars.close();
        let mut all = Sums::default();
        for bar in self.first..close.len() {
            let time = self.bars.time()[bar].nanoseconds();
            let price = self.price(bar);
            if bar > self.first {
                let mut sums = self.units.of(self.return_out(bar, price)).and(all);
                sums.time = time;
                self.leaving[bar] = Leaving {
                    price: price * self.kept_out,
                    sums,
                };
                all.add(self.units.of(close[bar] / close[bar - 1] - 1.0));
            }
            self.sums[bar] = all;
            let mut sums = self.units.of(self.return_in(bar)).and(all.negative());
            sums.time = time.wrapping_neg();
            self.entering[bar] = Entering {
                over_price: self.kept_in / price,
                sums,
            };
        }
    }

    /// Price of a fill on a bar by signal, before slippage.
    #[inline(always)]
    pub(super) fn price(&self, bar: usize) -> f64 {
        match self.fill {
            FillModel::Close => self.bars.close()[bar],
            FillModel::NextOpen => self.bars.open()[bar],
        }
    }

    /// Return of the bar of a long entry.
    pub(super) fn return_in(&self, entry: usize) -> f64 {
        let into_close = match self.fill {
            FillModel::Close => 1.0,
            FillModel::NextOpen => self.bars.close()[entry] / self.bars.open()[entry],
        };
        self.kept_in * into_close - 1.0
    }

    /// Return of the bar of a long exit at `price`, before slippage, from a position that was held at the close
    /// before.
    pub(super) fn return_out(&self, exit: usize, price: f64) -> f64 {
        price / self.bars.close()[exit - 1] * self.kept_out - 1.0
    }

    /// A long position that is left at a price before slippage: equity after over equity before, what it adds to the
    /// sums, and the return of the exit's bar.
    pub(super) fn trade(&self, entry: usize, exit: usize, price: f64) -> (f64, Sums, f64) {
        let entering = self.entering[entry];
        let growth = entering.over_price * (price * self.kept_out);
        let (mut sums, value) = if exit > entry {
            let value = self.return_out(exit, price);
            let leaving = self.units.of(value).and(self.sums[exit - 1]);
            (entering.sums.and(leaving), value)
        } else {
            (self.units.of(growth - 1.0), growth - 1.0)
        };
        sums.time = self.time_between(entry, exit);
        (growth, sums, value)
    }

    /// The returns of a long position from the bar of its entry up to the one before `end`.
    pub(super) fn held_before(&self, entry: usize, end: usize) -> Sums {
        self.entering[entry].sums.and(self.sums[end - 1])
    }

    /// Nanoseconds from the start of one bar to that of another.
    pub(super) fn time_between(&self, from: usize, to: usize) -> i64 {
        let time = self.bars.time();
        time[to].nanoseconds().wrapping_sub(time[from].nanoseconds())
    }
}

//! What a trade contributes, looked up by its entry bar and its exit bar.

use threadx_market::Bars;
use threadx_spec::FillModel;

use super::price_range::PriceRange;
use crate::{BacktestOptions, metrics::CompensatedSum};

/// What the bar of a long entry adds, in terms of prefix sums up to it: added to the [`Leaving`] of the exit bar it
/// gives the sums over the trade.
///
/// Equity of a fully invested long position moves as the price does, but for the bars on which fees are paid. So the
/// returns of a trade are those of the price, whose sums are a difference of prefix sums, with the first and the last
/// corrected.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Entering {
    /// Price of the fill before slippage.
    pub(super) price: f64,
    /// Return of the bar less Σ of all price returns up to it.
    pub(super) returns: f64,
    /// The same of squares, in twice the precision of an `f64`: a short quiet trade is the difference of two large
    /// sums.
    pub(super) squares: [f64; 2],
}

/// What the bar of a long exit by signal adds.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Leaving {
    /// Price of the fill before slippage.
    pub(super) price: f64,
    /// Return of the bar plus Σ of all price returns up to the bar before.
    pub(super) returns: f64,
    /// The same of squares.
    pub(super) squares: [f64; 2],
}

/// Rows with one entry per bar, warm-up bars included, which all combinations of a sweep share.
#[derive(Debug)]
pub(super) struct Rows {
    pub(super) bars: Bars,
    pub(super) first: usize,
    pub(super) fill: FillModel,
    /// Equity at the mark over equity before the entry, at the price of the fill.
    pub(super) kept_in: f64,
    /// Proceeds of an exit over the position's value at the price of the fill.
    pub(super) kept_out: f64,
    /// `kept_in` · `kept_out`.
    pub(super) kept: f64,
    pub(super) entering: Vec<Entering>,
    pub(super) leaving: Vec<Leaving>,
    /// Σ of price returns up to the bar.
    sums: Vec<f64>,
    /// The same of squares.
    square_sums: Vec<[f64; 2]>,
    pub(super) closes: PriceRange,
    pub(super) highs: PriceRange,
}

/// a + b and what rounding cut off it (Knuth, TAOCP 2, 4.2.2, theorem B).
pub(super) fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let seen = sum - a;
    (sum, (a - (sum - seen)) + (b - seen))
}

fn add(a: [f64; 2], b: [f64; 2]) -> [f64; 2] {
    let (sum, error) = two_sum(a[0], b[0]);
    let low = error + (a[1] + b[1]);
    let high = sum + low;
    [high, low - (high - sum)]
}

impl Rows {
    pub(super) fn new(bars: &Bars, first: usize, options: &BacktestOptions) -> Self {
        let (open, close) = (bars.open(), bars.close());
        let slippage = options.slippage_rate;
        let kept_in = 1.0 / ((1.0 + slippage) * (1.0 + options.fee_rate));
        let kept_out = (1.0 - slippage) * (1.0 - options.fee_rate);
        let (mut sum, mut square_sum) = (CompensatedSum::default(), CompensatedSum::default());
        let (mut sums, mut square_sums) = (vec![0.0; bars.len()], vec![[0.0; 2]; bars.len()]);
        let mut entering = vec![Entering::default(); bars.len()];
        let mut leaving = vec![Leaving::default(); bars.len()];
        for bar in first..bars.len() {
            let before = bar.checked_sub(1).filter(|before| *before >= first);
            let (price, into_close) = match options.fill {
                FillModel::Close => (close[bar], 1.0),
                FillModel::NextOpen => (open[bar], close[bar] / open[bar]),
            };
            if let Some(before) = before {
                let value = price / close[before] * kept_out - 1.0;
                leaving[bar] = Leaving {
                    price,
                    returns: value + sums[before],
                    squares: add([value * value, 0.0], square_sums[before]),
                };
                let value = close[bar] / close[before] - 1.0;
                sum.add(value);
                square_sum.add(value * value);
            }
            sums[bar] = sum.value();
            square_sums[bar] = square_sum.parts();
            let value = kept_in * into_close - 1.0;
            let [high, low] = square_sums[bar];
            entering[bar] = Entering {
                price,
                returns: value - sums[bar],
                squares: add([value * value, 0.0], [-high, -low]),
            };
        }
        Self {
            bars: bars.clone(),
            first,
            fill: options.fill,
            kept_in,
            kept_out,
            kept: kept_in * kept_out,
            entering,
            leaving,
            sums,
            square_sums,
            closes: PriceRange::new(close),
            highs: PriceRange::new(bars.high()),
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

    /// What a long exit at `price` adds.
    pub(super) fn leaving_at(&self, exit: usize, price: f64) -> Leaving {
        let value = self.return_out(exit, price);
        Leaving {
            price,
            returns: value + self.sums[exit - 1],
            squares: add([value * value, 0.0], self.square_sums[exit - 1]),
        }
    }

    /// What a long position that is still open at the last bar adds: no exit, marked at the close.
    pub(super) fn staying(&self) -> Leaving {
        let last = self.bars.len() - 1;
        Leaving {
            price: self.bars.close()[last],
            returns: self.sums[last],
            squares: self.square_sums[last],
        }
    }
}

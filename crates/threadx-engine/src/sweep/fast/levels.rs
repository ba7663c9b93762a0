//! Where a position that is entered on a bar meets its stop or target.

use threadx_spec::FillModel;

use super::{
    price_range::{Extremes, greater, lesser},
    rows::{Rows, Sums},
};
use crate::{BacktestOptions, Side};

/// Bars in a block of extremes.
const STEP: usize = 16;

/// Where a position meets its stop or target.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct LevelExit {
    pub(super) bar: usize,
    /// Price of the fill before slippage.
    pub(super) price: f64,
}

/// What is known of the bar of a short entry.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Record {
    Unknown,
    Never,
    Met(LevelExit),
}

/// A long position from the bar of its entry to its stop or target.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct LongLevel {
    /// The bar of the exit, or one of the two below.
    bar: u32,
    /// Equity after over equity before.
    pub(super) growth: f64,
    /// Equity at the closes of the bars held over equity before.
    pub(super) extremes: Extremes,
    pub(super) sums: Sums,
}

const UNKNOWN: u32 = u32::MAX;
const NEVER: u32 = u32::MAX - 1;

impl LongLevel {
    const UNKNOWN: Self = Self {
        bar: UNKNOWN,
        growth: 1.0,
        extremes: Extremes::NONE,
        sums: Sums {
            returns: 0,
            squares: 0,
            time: 0,
        },
    };

    /// The bar of the exit; none if neither is ever met.
    pub(super) fn bar(&self) -> Option<usize> {
        (self.bar < NEVER).then_some(self.bar as usize)
    }
}

/// Stops and targets by the bar of the entry, looked for when one is first asked for: they depend on the price of
/// the entry and the bars after it, not on the combination.
#[derive(Debug)]
pub(super) struct Levels {
    stop_loss: Option<f64>,
    take_profit: Option<f64>,
    slippage: f64,
    /// A record a bar where positions of that side alone or of both may be.
    long: Vec<LongLevel>,
    either: [Vec<Record>; 2],
    /// Lowest low and highest high of each block.
    blocks: Vec<(f64, f64)>,
}

impl Levels {
    /// `None` if there is neither stop nor target.
    pub(super) fn new(rows: &Rows, options: &BacktestOptions) -> Option<Self> {
        if options.stop_loss.is_none() && options.take_profit.is_none() {
            return None;
        }
        let (bars, shorts) = (rows.bars.len(), options.direction.allows_short());
        let records = |wanted| vec![Record::Unknown; if wanted { bars } else { 0 }];
        let extremes = |(low, high): (&[f64], &[f64])| {
            let low = low.iter().copied().fold(f64::INFINITY, lesser);
            let high = high.iter().copied().fold(0.0, greater);
            (low, high)
        };
        let blocks = rows.bars.low().chunks(STEP).zip(rows.bars.high().chunks(STEP));
        Some(Self {
            stop_loss: options.stop_loss,
            take_profit: options.take_profit,
            slippage: options.slippage_rate,
            long: vec![LongLevel::UNKNOWN; if shorts { 0 } else { bars }],
            either: [
                records(shorts && options.direction.allows_long()),
                records(shorts),
            ],
            blocks: blocks.map(extremes).collect(),
        })
    }

    /// The bar on which a position entered on `bar` meets its stop or target; `None` if it never does.
    pub(super) fn bar(&mut self, rows: &Rows, side: Side, bar: usize) -> Option<usize> {
        if self.long.is_empty() {
            self.exit(rows, side, bar).map(|exit| exit.bar)
        } else {
            self.long(rows, bar).bar()
        }
    }

    /// The stop or target that a position entered on `bar` meets; `None` if it never does. Kept for the next that asks where
    /// runs take both sides or short ones.
    pub(super) fn exit(&mut self, rows: &Rows, side: Side, bar: usize) -> Option<LevelExit> {
        let row = usize::from(side == Side::Short);
        let known = self.either[row].get(bar).copied().unwrap_or(Record::Unknown);
        match known {
            Record::Met(exit) => Some(exit),
            Record::Never => None,
            Record::Unknown => {
                let found = self.find(rows, side, bar);
                if let Some(record) = self.either[row].get_mut(bar) {
                    *record = found.map_or(Record::Never, Record::Met);
                }
                found
            }
        }
    }

    /// The trade of a long position entered on `bar` that is left at its stop or target, where runs take long
    /// positions only.
    pub(super) fn long(&mut self, rows: &Rows, bar: usize) -> &LongLevel {
        if self.long[bar].bar == UNKNOWN {
            self.long[bar] = self.long_record(rows, bar);
        }
        &self.long[bar]
    }

    fn long_record(&self, rows: &Rows, entry: usize) -> LongLevel {
        let Some(LevelExit { bar, price }) = self.find(rows, Side::Long, entry) else {
            return LongLevel {
                bar: NEVER,
                ..LongLevel::UNKNOWN
            };
        };
        let (growth, sums, _) = rows.trade(entry, bar, price);
        let over_price = rows.entering[entry].over_price;
        let extremes = if bar > entry {
            let Extremes { low, high } = rows.closes.extremes(entry, bar);
            Extremes {
                low: low * over_price,
                high: high * over_price,
            }
        } else {
            Extremes::NONE
        };
        LongLevel {
            bar: bar as u32,
            growth,
            extremes,
            sums,
        }
    }

    fn find(&self, rows: &Rows, side: Side, entry: usize) -> Option<LevelExit> {
        let sign = side.sign();
        // As the account books it, operation by operation: the same levels to the last bit.
        let raw = rows.price(entry);
        let price = match side {
            Side::Long => raw * (1.0 + self.slippage),
            Side::Short => raw * (1.0 - self.slippage),
        };
        let stop = self.stop_loss.map(|x| price * (1.0 - sign * x));
        let target = self.take_profit.map(|x| price * (1.0 + sign * x));
        let (below, above) = match side {
            Side::Long => (stop, target),
            Side::Short => (target, stop),
        };
        let (below, above) = (below.unwrap_or(f64::NEG_INFINITY), above.unwrap_or(f64::INFINITY));
        let live = match rows.fill {
            FillModel::Close => entry + 1,
            FillModel::NextOpen => entry,
        };
        let bar = self.first_reaching(rows, live, below, above)?;
        let (open, high, low) = (rows.bars.open()[bar], rows.bars.high()[bar], rows.bars.low()[bar]);
        // In terms of a long position, as in the simulator: a stop is met from above and looked at first.
        let at_or_below = |price: f64, level: f64| match side {
            Side::Long => price <= level,
            Side::Short => price >= level,
        };
        let worst = if side == Side::Long { low } else { high };
        let beyond = |level: f64, beyond: bool| if beyond { open } else { level };
        let price = match (stop, target) {
            (Some(stop), _) if at_or_below(worst, stop) => beyond(stop, at_or_below(open, stop)),
            (_, Some(target)) => beyond(target, bar > entry && at_or_below(target, open)),
            (stop, None) => stop?,
        };
        Some(LevelExit { bar, price })
    }

    /// The first bar from `from` on whose low is at or below `below` or whose high is at or above `above`.
    fn first_reaching(&self, rows: &Rows, from: usize, below: f64, above: f64) -> Option<usize> {
        let (low, high) = (rows.bars.low(), rows.bars.high());
        let within = |from: usize, to: usize| {
            let to = to.min(low.len());
            (from < to)
                .then(|| {
                    low[from..to]
                        .iter()
                        .zip(&high[from..to])
                        .position(|(low, high)| *low <= below || *high >= above)
                })
                .flatten()
                .map(|offset| from + offset)
        };
        let next = from.next_multiple_of(STEP);
        within(from, next).or_else(|| {
            let blocks = self.blocks.get(next / STEP..)?;
            let skipped = blocks
                .iter()
                .position(|(low, high)| *low <= below || *high >= above)?;
            let start = next + skipped * STEP;
            within(start, start + STEP)
        })
    }
}

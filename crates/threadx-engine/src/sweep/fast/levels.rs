//! Where a position that is entered on a bar meets its stop or target.

use threadx_spec::FillModel;

use super::rows::Rows;
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

/// What is known of an entry bar.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Record {
    Unknown,
    Never,
    Met(LevelExit),
}

/// Stops and targets by the bar of the entry, looked for when one is first asked for: they depend on the price of
/// the entry and the bars after it, not on the combination.
#[derive(Debug)]
pub(super) struct Levels<'a> {
    rows: &'a Rows,
    stop_loss: Option<f64>,
    take_profit: Option<f64>,
    slippage: f64,
    /// One record a bar: long, short.
    records: [Vec<Record>; 2],
    /// Lowest low and highest high of each block.
    blocks: Vec<(f64, f64)>,
}

impl<'a> Levels<'a> {
    /// `None` if there is neither stop nor target.
    pub(super) fn new(rows: &'a Rows, options: &BacktestOptions) -> Option<Self> {
        if options.stop_loss.is_none() && options.take_profit.is_none() {
            return None;
        }
        let records = |allowed| vec![Record::Unknown; if allowed { rows.bars.len() } else { 0 }];
        let extremes = |(low, high): (&[f64], &[f64])| {
            let low = low.iter().copied().fold(f64::INFINITY, f64::min);
            let high = high.iter().copied().fold(0.0, f64::max);
            (low, high)
        };
        let blocks = rows.bars.low().chunks(STEP).zip(rows.bars.high().chunks(STEP));
        Some(Self {
            rows,
            stop_loss: options.stop_loss,
            take_profit: options.take_profit,
            slippage: options.slippage_rate,
            records: [
                records(options.direction.allows_long()),
                records(options.direction.allows_short()),
            ],
            blocks: blocks.map(extremes).collect(),
        })
    }

    /// The stop or target that a position entered on `bar` meets; `None` if it never does.
    pub(super) fn exit(&mut self, side: Side, bar: usize) -> Option<LevelExit> {
        let row = usize::from(side == Side::Short);
        let known = self.records[row].get(bar).copied().unwrap_or(Record::Unknown);
        match known {
            Record::Met(exit) => Some(exit),
            Record::Never => None,
            Record::Unknown => {
                let found = self.find(side, bar);
                if let Some(record) = self.records[row].get_mut(bar) {
                    *record = found.map_or(Record::Never, Record::Met);
                }
                found
            }
        }
    }

    fn find(&self, side: Side, entry: usize) -> Option<LevelExit> {
        let sign = side.sign();
        // As the account books it, operation by operation: the same levels to the last bit.
        let raw = self.rows.entering[entry].price;
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
        let live = match self.rows.fill {
            FillModel::Close => entry + 1,
            FillModel::NextOpen => entry,
        };
        let bar = self.first_reaching(live, below, above)?;
        let (open, high, low) = (
            self.rows.bars.open()[bar],
            self.rows.bars.high()[bar],
            self.rows.bars.low()[bar],
        );
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
    fn first_reaching(&self, from: usize, below: f64, above: f64) -> Option<usize> {
        let (low, high) = (self.rows.bars.low(), self.rows.bars.high());
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

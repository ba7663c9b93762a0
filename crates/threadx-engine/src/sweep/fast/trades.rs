//! The trades of a run over some bars, in columns.

use multiversion::multiversion;

use super::{
    price_range::{Extremes, greater, lesser},
    rows::{Rows, Sums},
};
use crate::metrics::PNL_NOISE;

/// Partial sums that run side by side.
const LANES: usize = 4;

/// Closed long trades of one run, one after the other.
#[derive(Debug, Default)]
pub(super) struct Trades {
    /// Bars of the entry and the exit.
    pub(super) held: Vec<[u32; 2]>,
    /// Equity after over equity before.
    growth: Vec<f64>,
    /// Lowest and highest equity at the closes of the bars held, over equity before.
    lows: Vec<f64>,
    highs: Vec<f64>,
    /// Equity before.
    pub(super) before: Vec<f64>,
    pub(super) sums: Sums,
    pub(super) bars_held: usize,
}

/// What trades came to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Figures {
    /// Equity after the last of them.
    pub(super) equity: f64,
    /// Σ of equity before each.
    pub(super) before: f64,
    pub(super) wins: usize,
    pub(super) losses: usize,
    pub(super) won: f64,
    pub(super) lost: f64,
    /// Smallest and largest growth.
    pub(super) worst: f64,
    pub(super) best: f64,
    /// Lowest and highest equity at a close.
    pub(super) extremes: Extremes,
}

impl Trades {
    pub(super) fn clear(&mut self) {
        self.held.clear();
        self.growth.clear();
        self.lows.clear();
        self.highs.clear();
        self.sums = Sums::default();
        self.bars_held = 0;
    }

    /// A trade that was worked out before.
    #[inline(always)]
    pub(super) fn push(&mut self, held: [u32; 2], growth: f64, extremes: Extremes, sums: Sums) {
        self.held.push(held);
        self.growth.push(growth);
        self.lows.push(extremes.low);
        self.highs.push(extremes.high);
        self.sums.add(sums);
        self.bars_held += (held[1] - held[0]) as usize;
    }

    /// A position that is left by signal on a later bar.
    pub(super) fn push_signal(&mut self, rows: &Rows, [entry, exit]: [u32; 2]) {
        let (from, to) = (entry as usize, exit as usize);
        let (entering, leaving) = (&rows.entering[from], &rows.leaving[to]);
        let Extremes { low, high } = rows.closes.extremes(from, to);
        let extremes = Extremes {
            low: low * entering.over_price,
            high: high * entering.over_price,
        };
        let growth = entering.over_price * leaving.price;
        self.push([entry, exit], growth, extremes, entering.sums.and(leaving.sums));
    }

    /// Instead of what there is: the trades of these entries and exits by signal, in turn, each exit on a later bar
    /// than its entry. This is where a sweep spends its time.
    pub(super) fn take_edges(&mut self, rows: &Rows, edges: &[u32]) {
        let held = edges.as_chunks::<2>().0;
        self.clear();
        self.growth.resize(held.len(), 0.0);
        self.lows.resize(held.len(), 0.0);
        self.highs.resize(held.len(), 0.0);
        self.held.extend_from_slice(held);
        let mut sums = Sums::default();
        let mut bars_held = 0;
        let columns = self
            .growth
            .iter_mut()
            .zip(self.lows.iter_mut().zip(&mut self.highs));
        for ([entry, exit], (growth, (low, high))) in held.iter().zip(columns) {
            let (from, to) = (*entry as usize, *exit as usize);
            let (entering, leaving) = (&rows.entering[from], &rows.leaving[to]);
            *growth = entering.over_price * leaving.price;
            sums.add(entering.sums);
            sums.add(leaving.sums);
            bars_held += to - from;
            let found = rows.closes.extremes(from, to);
            *low = found.low * entering.over_price;
            *high = found.high * entering.over_price;
        }
        (self.sums, self.bars_held) = (sums, bars_held);
    }

    /// What they come to, starting from `equity`; `over_notional` is equity before an entry over its notional.
    pub(super) fn figures(&mut self, mut equity: f64, over_notional: f64) -> Figures {
        self.before.clear();
        self.before.extend(self.growth.iter().map(|growth| {
            let before = equity;
            equity *= growth;
            before
        }));
        figures(
            &self.before,
            &self.growth,
            &self.lows,
            &self.highs,
            equity,
            over_notional,
        )
    }

    /// The bars, equity before and growth of each.
    pub(super) fn each(&self) -> impl Iterator<Item = ([u32; 2], f64, f64)> + '_ {
        let columns = self.before.iter().zip(&self.growth);
        self.held
            .iter()
            .zip(columns)
            .map(|(held, (before, growth))| (*held, *before, *growth))
    }
}

#[multiversion(targets("x86_64+avx2"))]
fn figures(
    before: &[f64],
    growth: &[f64],
    lows: &[f64],
    highs: &[f64],
    equity: f64,
    over_notional: f64,
) -> Figures {
    let mut sum = [0.0; LANES];
    let (mut won, mut lost) = ([0.0; LANES], [0.0; LANES]);
    let (mut wins, mut losses) = ([0u64; LANES], [0u64; LANES]);
    let (mut worst, mut best) = ([f64::INFINITY; LANES], [f64::NEG_INFINITY; LANES]);
    let (mut lowest, mut highest) = ([f64::INFINITY; LANES], [f64::NEG_INFINITY; LANES]);
    let mut one = |lane: usize, [before, growth, low, high]: [f64; 4]| {
        let after = before * growth;
        let (pnl, fraction) = (before * (growth - 1.0), (growth - 1.0) * over_notional);
        // Within rounding of nothing: neither won nor lost, as the trade statistics have it.
        let (is_won, is_lost) = (fraction > PNL_NOISE, fraction < -PNL_NOISE);
        sum[lane] += before;
        won[lane] += if is_won { pnl } else { 0.0 };
        lost[lane] += if is_lost { pnl } else { 0.0 };
        wins[lane] += u64::from(is_won);
        losses[lane] += u64::from(is_lost);
        worst[lane] = lesser(worst[lane], growth);
        best[lane] = greater(best[lane], growth);
        lowest[lane] = lesser(lowest[lane], lesser(before * low, after));
        highest[lane] = greater(highest[lane], greater(before * high, after));
    };
    let columns = [before, growth, lows, highs].map(<[f64]>::as_chunks::<LANES>);
    let [
        (before, before_rest),
        (growth, growth_rest),
        (lows, lows_rest),
        (highs, highs_rest),
    ] = columns;
    for ((before, growth), (lows, highs)) in before.iter().zip(growth).zip(lows.iter().zip(highs)) {
        for lane in 0..LANES {
            one(lane, [before[lane], growth[lane], lows[lane], highs[lane]]);
        }
    }
    let rest = before_rest
        .iter()
        .zip(growth_rest)
        .zip(lows_rest.iter().zip(highs_rest));
    for (lane, ((before, growth), (low, high))) in rest.enumerate() {
        one(lane, [*before, *growth, *low, *high]);
    }
    let all = |[a, b, c, d]: [f64; LANES]| (a + b) + (c + d);
    Figures {
        equity,
        before: all(sum),
        wins: wins.iter().sum::<u64>() as usize,
        losses: losses.iter().sum::<u64>() as usize,
        won: all(won),
        lost: all(lost),
        worst: worst.into_iter().fold(f64::INFINITY, lesser),
        best: best.into_iter().fold(f64::NEG_INFINITY, greater),
        extremes: Extremes {
            low: lowest.into_iter().fold(f64::INFINITY, lesser),
            high: highest.into_iter().fold(f64::NEG_INFINITY, greater),
        },
    }
}

//! The probability of backtest overfitting.

use std::ops::Range;

use multiversion::multiversion;
use serde::Serialize;

/// Blocks that the returns are cut into.
pub const CSCV_BLOCKS: usize = 16;

/// Choices of half of the blocks: 16 over 8.
const SUBSETS: usize = 12_870;

/// Sums of a trial's returns over each block of time.
#[derive(Debug, Clone, PartialEq)]
pub struct BlockReturns {
    pub(crate) sum: [f64; CSCV_BLOCKS],
    pub(crate) squares: [f64; CSCV_BLOCKS],
}

impl BlockReturns {
    /// Cuts the returns of an equity curve that starts from `start` into blocks of equal length; the first returns
    /// are left out so that they are. `None` for fewer than two returns a block.
    #[must_use]
    pub fn of(start: f64, equity: &[f64]) -> Option<Self> {
        let length = Self::length(equity.len())?;
        let first = equity.len() - length * CSCV_BLOCKS;
        let mut blocks = Self {
            sum: [0.0; CSCV_BLOCKS],
            squares: [0.0; CSCV_BLOCKS],
        };
        let mut before = if first == 0 { start } else { equity[first - 1] };
        for (block, values) in equity[first..].chunks_exact(length).enumerate() {
            for &equity in values {
                // Equity of 0 stays 0 to its end.
                let change = if before > 0.0 { equity / before - 1.0 } else { 0.0 };
                blocks.sum[block] += change;
                blocks.squares[block] += change * change;
                before = equity;
            }
        }
        Some(blocks)
    }

    /// Returns of a block of so many bars; `None` if there are fewer than two.
    #[must_use]
    pub fn length(bars: usize) -> Option<usize> {
        Some(bars / CSCV_BLOCKS).filter(|length| *length >= 2)
    }
}

/// How likely the best in one half of the time is below the middle in the other half.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Overfitting {
    /// Share of the choices of half of the blocks whose best trial ranks in the lower half of all trials in the other
    /// blocks, from 0 to 1. About ½ where choosing is worth nothing.
    pub probability: f64,
    /// Trials that were compared.
    pub trials: usize,
    /// Trials that they were drawn from, evenly.
    pub drawn_from: u64,
    /// Blocks of time.
    pub blocks: usize,
    /// Bars of a block.
    pub block_bars: usize,
    /// Choices of half of the blocks.
    pub choices: usize,
    /// Share of the choices whose best trial has a negative Sharpe ratio in the other blocks.
    pub loss_probability: f64,
}

/// Counts over choices of half of the blocks; counts over different choices add up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OverfittingCount {
    choices: usize,
    overfitted: usize,
    lost: usize,
}

impl OverfittingCount {
    /// How many choices there are.
    pub const CHOICES: usize = SUBSETS;

    /// Counts over the choices with the numbers in `choices`: combinatorially symmetric cross-validation (Bailey,
    /// Borwein, López de Prado and Zhu, "The Probability of Backtest Overfitting", Journal of Computational Finance
    /// 20(4), 2017). A choice with an even number leaves the last block out; the next takes the other blocks.
    ///
    /// Of each choice: the trial with the highest Sharpe ratio over the chosen blocks, the first of several; its
    /// rank r among the N trials by Sharpe ratio over the other blocks, the mean rank of equals; overfitted if
    /// ω = r/(N + 1) ≤ ½, the logit of which is ≤ 0. A trial without deviation has Sharpe ratio 0 there: it did
    /// nothing. Takes about 1 kB a trial. `cancelled` is asked at each choice; `None` if it says so.
    pub fn over(
        trials: &[BlockReturns],
        block_bars: usize,
        choices: Range<usize>,
        cancelled: impl Fn() -> bool,
    ) -> Option<Self> {
        let mut count = Self::default();
        let mut halves = Halves::new(trials, block_bars);
        let masks =
            (0u32..1 << (CSCV_BLOCKS - 1)).filter(|mask| mask.count_ones() as usize == CSCV_BLOCKS / 2);
        let pairs = choices.start / 2..choices.end.div_ceil(2);
        for (pair, mask) in (0..).zip(masks).skip(pairs.start).take(pairs.len()) {
            if cancelled() {
                return None;
            }
            halves.choose(mask);
            for (choice, [inside, outside]) in [
                (2 * pair, [&halves.chosen, &halves.others]),
                (2 * pair + 1, [&halves.others, &halves.chosen]),
            ] {
                if choices.contains(&choice) {
                    count.add(inside, outside);
                }
            }
        }
        Some(count)
    }

    /// Counts a choice by the trials' Sharpe ratios in it and in the other blocks.
    fn add(&mut self, inside: &[f64], outside: &[f64]) {
        let best = highest(inside);
        let its = inside
            .iter()
            .position(|value| *value == best)
            .map(|best| outside[best]);
        let Some(its) = its else {
            return;
        };
        let [below, equal] = below_and_equal(outside, its);
        // The rank is below + (equal + 1)/2; ω ≤ ½ without fractions.
        self.choices += 1;
        self.overfitted += usize::from(2 * below + equal < outside.len() + 1);
        self.lost += usize::from(its < 0.0);
    }

    /// The count over the choices of both.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            choices: self.choices + other.choices,
            overfitted: self.overfitted + other.overfitted,
            lost: self.lost + other.lost,
        }
    }

    /// The probability, from a count over all choices; `None` for fewer than two trials or no choice.
    #[must_use]
    pub fn probability(&self, trials: usize, drawn_from: u64, block_bars: usize) -> Option<Overfitting> {
        (trials >= 2 && self.choices > 0).then(|| Overfitting {
            probability: self.overfitted as f64 / self.choices as f64,
            trials,
            drawn_from,
            blocks: CSCV_BLOCKS,
            block_bars,
            choices: self.choices,
            loss_probability: self.lost as f64 / self.choices as f64,
        })
    }
}

/// Blocks that a table has all choices of: with more it is larger, with fewer the others are added up more often.
const LOW: usize = 5;
const LANES: usize = 8;

/// A value for each trial of what adds up.
#[derive(Debug, Clone)]
struct Row {
    sum: Vec<f64>,
    squares: Vec<f64>,
}

/// Sharpe ratios of the trials over half of the blocks and over the others.
#[derive(Debug)]
struct Halves {
    /// One bar's share of a half, and of one bar less.
    share: [f64; 2],
    /// By block.
    blocks: Vec<Row>,
    /// Over each choice of the first blocks, by its mask.
    low: Vec<Row>,
    /// Over the chosen ones of the last blocks and the others, and of which mask.
    high: [Row; 2],
    high_mask: Option<u32>,
    chosen: Vec<f64>,
    others: Vec<f64>,
}

impl Row {
    fn zero(trials: usize) -> Self {
        Self {
            sum: vec![0.0; trials],
            squares: vec![0.0; trials],
        }
    }

    fn add(&mut self, other: &Self) {
        let add = |to: &mut [f64], values: &[f64]| {
            for (to, value) in to.iter_mut().zip(values) {
                *to += value;
            }
        };
        add(&mut self.sum, &other.sum);
        add(&mut self.squares, &other.squares);
    }
}

impl Halves {
    fn new(trials: &[BlockReturns], block_bars: usize) -> Self {
        let n = (block_bars * CSCV_BLOCKS / 2) as f64;
        let block = |block: usize| {
            let values = trials
                .iter()
                .map(|trial| (trial.sum[block], trial.squares[block]));
            let (sum, squares) = values.unzip();
            Row { sum, squares }
        };
        let blocks: Vec<Row> = (0..CSCV_BLOCKS).map(block).collect();
        let mut low = vec![Row::zero(trials.len())];
        for mask in 1..1usize << LOW {
            // Without its last block, and that.
            let last = mask.ilog2() as usize;
            let mut row = low[mask & !(1 << last)].clone();
            row.add(&blocks[last]);
            low.push(row);
        }
        Self {
            share: [1.0 / n, 1.0 / (n - 1.0)],
            blocks,
            low,
            high: [Row::zero(0), Row::zero(0)],
            high_mask: None,
            chosen: vec![0.0; trials.len()],
            others: vec![0.0; trials.len()],
        }
    }

    /// Makes both halves those of a choice.
    fn choose(&mut self, mask: u32) {
        let (low, high) = (mask as usize & (self.low.len() - 1), mask >> LOW);
        if self.high_mask != Some(high) {
            self.high_mask = Some(high);
            let row = |chosen: u32| {
                let mut row = Row::zero(self.chosen.len());
                for block in (0..CSCV_BLOCKS - LOW).filter(|block| chosen >> block & 1 == 1) {
                    row.add(&self.blocks[LOW + block]);
                }
                row
            };
            self.high = [row(high), row(!high)];
        }
        let others = self.low.len() - 1 - low;
        sharpes([&self.low[low], &self.high[0]], self.share, &mut self.chosen);
        sharpes([&self.low[others], &self.high[1]], self.share, &mut self.others);
    }
}

/// Mean over standard deviation (n − 1) of what two rows add up to; 0 without deviation.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx2"))]
fn sharpes([low, high]: [&Row; 2], [share, share_less]: [f64; 2], into: &mut [f64]) {
    let sums = low.sum.iter().zip(&high.sum);
    let squares = low.squares.iter().zip(&high.squares);
    for (into, (sum, squares)) in into.iter_mut().zip(sums.zip(squares)) {
        let (sum, squares) = (sum.0 + sum.1, squares.0 + squares.1);
        let mean = sum * share;
        let variance = (squares - sum * mean) * share_less;
        // Below the rounding of the squares there is no deviation.
        let ratio = mean / variance.sqrt();
        *into = if variance > 1e-14 * (squares * share) {
            ratio
        } else {
            0.0
        };
    }
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx2"))]
fn highest(values: &[f64]) -> f64 {
    let greater = |a: f64, b: f64| if b > a { b } else { a };
    let (chunks, rest) = values.as_chunks::<LANES>();
    let mut highest = [f64::NEG_INFINITY; LANES];
    for chunk in chunks {
        for (highest, value) in highest.iter_mut().zip(chunk) {
            *highest = greater(*highest, *value);
        }
    }
    rest.iter()
        .copied()
        .chain(highest)
        .fold(f64::NEG_INFINITY, greater)
}

/// How many values are below one, and how many equal it.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx2"))]
fn below_and_equal(values: &[f64], one: f64) -> [usize; 2] {
    let (mut below, mut equal) = (0u64, 0u64);
    for value in values {
        below += u64::from(*value < one);
        equal += u64::from(*value == one);
    }
    [below as usize, equal as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split_mix(state: &mut u64) -> u64 {
        *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = *state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// The blocks of trials whose returns are made as `compare_luck.py` makes them.
    fn trials(seed: u64, count: usize, bars: usize, drift: f64) -> Vec<BlockReturns> {
        let mut state = seed;
        (0..count)
            .map(|trial| {
                let mut equity = 1.0;
                let curve: Vec<f64> = (0..bars)
                    .map(|_| {
                        let uniform = (split_mix(&mut state) >> 11) as f64 * 0.5f64.powi(53);
                        equity *= 1.0 + (uniform - 0.5) * 0.02 + drift * trial as f64;
                        equity
                    })
                    .collect();
                BlockReturns::of(1.0, &curve).unwrap()
            })
            .collect()
    }

    /// What holdout-backtest 0.1.0 says; `tests/peers/compare_luck.py` prints it.
    #[test]
    fn agrees_with_another_implementation() {
        for (seed, count, bars, drift, probability, loss) in [
            (1, 20, 160, 0.0, 0.881_973_581_973_582, 0.953_535_353_535_353_6),
            (2, 7, 333, 0.0, 0.780_341_880_341_880_3, 0.671_484_071_484_071_5),
            (
                3,
                12,
                160,
                0.0002,
                0.001_243_201_243_201_243_2,
                0.000_233_100_233_100_233_1,
            ),
            (
                4,
                50,
                800,
                0.000_01,
                0.196_658_896_658_896_66,
                0.095_648_795_648_795_65,
            ),
        ] {
            let trials = trials(seed, count, bars, drift);
            let block_bars = BlockReturns::length(bars).unwrap();
            let count = OverfittingCount::over(&trials, block_bars, 0..OverfittingCount::CHOICES, || false);
            let found = count
                .unwrap()
                .probability(trials.len(), 1000, block_bars)
                .unwrap();
            assert_eq!(
                (found.choices, found.trials, found.drawn_from),
                (12_870, trials.len(), 1000)
            );
            assert!(
                (found.probability - probability).abs() < 1e-12,
                "{seed}: {found:?}"
            );
            assert!((found.loss_probability - loss).abs() < 1e-12, "{seed}: {found:?}");
        }
    }

    #[test]
    fn counts_over_parts_add_up() {
        let trials = trials(5, 9, 64, 0.0);
        let over = |choices| OverfittingCount::over(&trials, 4, choices, || false).unwrap();
        let whole = over(0..OverfittingCount::CHOICES);
        let parts = [0..1, 1..7000, 7000..OverfittingCount::CHOICES].map(over);
        assert_eq!(
            parts
                .into_iter()
                .fold(OverfittingCount::default(), OverfittingCount::plus),
            whole
        );
        assert_eq!(OverfittingCount::over(&trials, 4, 0..5, || true), None);
        assert_eq!(whole.probability(1, 1, 4), None);
    }

    #[test]
    fn trials_that_did_nothing_are_equal_to_each_other() {
        let flat = vec![BlockReturns::of(1.0, &[1.0; 64]).unwrap(); 4];
        let count = OverfittingCount::over(&flat, 4, 0..10, || false).unwrap();
        // Each is in the middle of all: ω is ½, which is not above.
        assert_eq!((count.overfitted, count.lost), (10, 0));
        assert_eq!(BlockReturns::of(1.0, &[1.0; 31]), None);
    }
}

//! What a sweep may take of memory, and what for.

use std::sync::Arc;

use threadx_engine::SweepPlan;
use threadx_error::SweepError;
use threadx_indicators::IndicatorBank;
use threadx_market::Bars;
use threadx_request::SweepRequest;

use super::{
    collected::POINT_BYTES, luck::OVERFITTING_TRIALS_MAX, options::SweepOptions, walk_forward::BATCH_POINTS,
};

/// Bytes a bar that the points share, beside the bars: sums and ranges of prices.
const SHARED_BAR_BYTES: u64 = 216;
/// Bytes a bar and thread of where positions meet their stops and targets.
const LEVEL_BAR_BYTES: u64 = 64;
/// Bytes a trial and thread of choices of blocks.
const TRIAL_BYTES: u64 = 1 << 10;
/// Bytes of a point with all its metrics.
const FULL_POINT_BYTES: u64 = 512;
/// Bytes of a point's number, where not all combinations are points.
const CHOSEN_BYTES: u64 = size_of::<u64>() as u64;
/// Most bytes that all threads together take for what is under way.
const UNDER_WAY_BYTES: u64 = 512 << 20;
/// Fewest bytes that what is under way takes, however small the sweep.
const UNDER_WAY_LEAST: u64 = 1 << 20;

/// Indicators of a sweep that are counted on to be kept, bytes.
const KEPT_BYTES: u64 = 256 << 20;

/// What a sweep takes of memory. What is under way is shared out among the threads.
#[derive(Debug, Clone, Copy)]
pub(super) struct Memory {
    /// All but the bank of indicators, bytes.
    pub(super) needed: u64,
    /// Bytes of indicators that a thread may hold at a time, beside the bank; it takes as much again for signals and
    /// results.
    pub(super) held_bytes: usize,
    /// What is left for the bank, bytes.
    left: u64,
    /// About what all indicators of the sweep take, bytes.
    indicators: u64,
}

impl Memory {
    /// Shares the budget out; refused if it is too small.
    pub(super) fn plan(
        bars: &Bars,
        plan: &SweepPlan,
        request: &SweepRequest,
        how: &SweepOptions,
    ) -> Result<Self, SweepError> {
        let budget = how.memory_bytes;
        let points = plan.len();
        let length = bars.len() as u64;
        let values: u64 = plan.axes().iter().map(|(_, values)| values.len() as u64).sum();
        let indicators = values
            .saturating_mul(length)
            .saturating_mul(size_of::<f64>() as u64);
        // What is under way of all points at once: indicators, a bit a bar and signal, metrics.
        let whole = points
            .saturating_mul(FULL_POINT_BYTES.saturating_add(length / 2))
            .saturating_add(indicators.saturating_mul(4));
        // A ranking is cut at twice its length.
        let best = (request.top_n as u64)
            .min(points)
            .saturating_mul(2 * FULL_POINT_BYTES);
        let threads = how.threads.max(1) as u64;
        let base = &request.base;
        let levels = if base.stop_loss.is_some() || base.take_profit.is_some() {
            threads * LEVEL_BAR_BYTES
        } else {
            0
        };
        let shared_bar = SHARED_BAR_BYTES + levels;
        // When all points are run, in the place of what is under way.
        let luck = if request.luck {
            points.min(OVERFITTING_TRIALS_MAX as u64) * threads * TRIAL_BYTES
        } else {
            0
        };
        let fixed = (bars.heap_bytes() as u64)
            .saturating_add(length.saturating_mul(shared_bar))
            .saturating_add(points.saturating_mul(match request.sample {
                Some(_) => POINT_BYTES + CHOSEN_BYTES,
                None => POINT_BYTES,
            }))
            .saturating_add(best)
            .saturating_add(match request.walk_forward {
                // The bars of a train and a test window, and what points came to in both.
                Some(_) => (length.saturating_mul(2 * shared_bar))
                    .saturating_add(points.min(BATCH_POINTS) * 2 * FULL_POINT_BYTES),
                None => 0,
            });
        let under_way = (budget.saturating_sub(fixed) / 2)
            .min(UNDER_WAY_BYTES)
            .min(whole)
            .max(UNDER_WAY_LEAST)
            .max(luck);
        let needed = fixed.saturating_add(under_way);
        if needed > budget {
            return Err(SweepError::MemoryExceeded { needed, budget });
        }
        let held = under_way / (2 * how.threads.max(1) as u64);
        Ok(Self {
            needed,
            held_bytes: usize::try_from(held).unwrap_or(usize::MAX),
            left: budget - needed,
            indicators,
        })
    }

    /// Whether points are likely to find an indicator gone that another one has computed; by the plan and the bars alone.
    pub(super) const fn has_many_indicators(&self) -> bool {
        self.indicators > KEPT_BYTES
    }

    /// Where indicators are kept, and how many bytes that takes at most: among those of all tasks, or, if there is no
    /// room for them there or none for that, in a bank of the sweep's own.
    pub(super) fn bank(&self, shared: &Arc<IndicatorBank>) -> (Arc<IndicatorBank>, u64) {
        let bytes = shared.figures().bytes_max as u64;
        if self.indicators <= bytes && bytes <= self.left {
            return (Arc::clone(shared), bytes);
        }
        let own = usize::try_from(self.left).unwrap_or(usize::MAX);
        (Arc::new(IndicatorBank::new(own)), self.left)
    }
}

//! Whether the best of a sweep is luck.

use std::{ops::Range, sync::Arc};

use serde::Serialize;
use threadx_coordinator::{Flow, Parts, TaskContext};
use threadx_engine::{
    Backtest, BacktestInput, BlockReturns, DeflatedSharpe, Moments, Overfitting, OverfittingCount, Ranked,
    Stability, SweepPlan, backtest, deflated_sharpe, stability,
};
use threadx_error::Result;

use super::run::{Run, SweepFlow};
use crate::{Services, control::Cancelled};

/// Most trials that the probability of overfitting is computed on.
pub const OVERFITTING_TRIALS_MAX: usize = 2000;

/// Nanoseconds that a trial takes in one choice of blocks, to size parts by.
const TRIAL_NANOSECONDS: usize = 5;
/// Work that a part aims at, nanoseconds.
const PART_NANOSECONDS: usize = 20_000_000;

/// Whether the best of a sweep is luck. What is not defined is absent.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SweepLuck {
    /// Trials among which the best was chosen: combinations that were run to their end.
    pub trials: u64,
    /// The deflated Sharpe ratio of the best.
    pub deflated_sharpe: Option<DeflatedSharpe>,
    /// The probability of backtest overfitting.
    pub overfitting: Option<Overfitting>,
    /// The best beside its neighbours in the grid.
    pub stability: Option<Stability>,
}

/// What the parts share.
struct Look {
    run: Arc<Run>,
    plan: SweepPlan,
    best: Option<Ranked>,
    /// Combinations of the trials that are compared, evenly drawn from all that were run.
    drawn: Vec<u64>,
    evaluated: u64,
    /// The trials' Sharpe ratios, annualised.
    sharpes: Vec<f64>,
}

/// What a part yields.
enum Yield {
    Blocks(Vec<BlockReturns>),
    Best(Option<Moments>, Option<Stability>),
}

/// Looks whether the best is luck, then goes on with `next`.
pub(super) fn look(
    run: Arc<Run>,
    plan: SweepPlan,
    next: impl FnOnce(Arc<Run>, SweepPlan, SweepLuck) -> SweepFlow + Send + 'static,
) -> SweepFlow {
    let look = Arc::new(Look::new(run, plan));
    let size = look.run.job.part_trials;
    let chunks = look.drawn.len().div_ceil(size);
    let runner = Arc::clone(&look);
    Flow::Parts(Parts::then(
        chunks + 1,
        move |index, _services: &Services, context| {
            if index == chunks {
                return runner.best(context);
            }
            let end = ((index + 1) * size).min(runner.drawn.len());
            let job = &runner.run.job;
            let blocks = job.block_returns(&runner.plan, &runner.drawn[index * size..end], context)?;
            Ok(Yield::Blocks(blocks))
        },
        move |yielded, _services, _context| {
            let mut blocks = Vec::new();
            let mut best = (None, None);
            for one in yielded {
                match one {
                    Yield::Blocks(some) => blocks.extend(some),
                    Yield::Best(moments, stability) => best = (moments, stability),
                }
            }
            Ok(overfitting(look, blocks, best, next))
        },
    ))
}

/// Compares the trials over the choices of blocks, some a part.
fn overfitting(
    look: Arc<Look>,
    blocks: Vec<BlockReturns>,
    (moments, stability): (Option<Moments>, Option<Stability>),
    next: impl FnOnce(Arc<Run>, SweepPlan, SweepLuck) -> SweepFlow + Send + 'static,
) -> SweepFlow {
    let trials = blocks.len();
    let bars = look.run.job.range.len();
    let block_bars = BlockReturns::length(bars).unwrap_or(0);
    let choices = if trials < 2 { 0 } else { OverfittingCount::CHOICES };
    // Choices come in pairs that are cheap together.
    let size = (PART_NANOSECONDS / (TRIAL_NANOSECONDS * trials.max(1)) / 2).max(1) * 2;
    let count = move |choices: Range<usize>, context: &TaskContext| {
        let counted = OverfittingCount::over(&blocks, block_bars, choices, || context.is_cancelled());
        context.checkpoint()?;
        Ok(counted.unwrap_or_default())
    };
    Flow::Parts(Parts::then(
        choices.div_ceil(size),
        move |index, _services: &Services, context| {
            count(index * size..((index + 1) * size).min(choices), context)
        },
        move |counts: Vec<OverfittingCount>, _services, _context| {
            let count = counts
                .into_iter()
                .fold(OverfittingCount::default(), OverfittingCount::plus);
            let luck = SweepLuck {
                trials: look.evaluated,
                deflated_sharpe: moments.and_then(|moments| look.deflated(&moments)),
                overfitting: count.probability(trials, look.evaluated, block_bars),
                stability,
            };
            Ok(next(Arc::clone(&look.run), look.plan.clone(), luck))
        },
    ))
}

impl Look {
    fn new(run: Arc<Run>, plan: SweepPlan) -> Self {
        let collected = run.collected();
        let evaluated = collected.summary.evaluated();
        let take = usize::try_from(evaluated)
            .unwrap_or(usize::MAX)
            .min(OVERFITTING_TRIALS_MAX);
        let mut drawn = Vec::with_capacity(take);
        let mut sharpes = Vec::new();
        for (place, point) in (0u64..).zip(collected.points()) {
            sharpes.extend(point.sharpe());
            // The k-th of those drawn is point ⌊k · n / m⌋.
            let wanted = u128::from(evaluated) * drawn.len() as u128 / (take.max(1) as u128);
            if drawn.len() < take && u128::from(place) == wanted {
                drawn.extend(plan.combination(point.position));
            }
        }
        let best = collected.summary.best().into_iter().next();
        drop(collected);
        Self {
            run,
            plan,
            best,
            drawn,
            evaluated,
            sharpes,
        }
    }

    /// The whole run of a combination; `None` if it fails.
    fn backtest(&self, combination: u64, context: &TaskContext) -> Result<Option<Backtest>> {
        context.checkpoint()?;
        let job = &self.run.job;
        let Some(params) = self.plan.params(combination) else {
            return Ok(None);
        };
        let over = &job.whole;
        let given_up = || context.is_cancelled();
        let run = || {
            let input = BacktestInput {
                indicators: &job.bank.source(&over.bars, &given_up).known_as(over.fingerprint),
                first: over.first,
                strategy: &job.strategy,
                params: &params,
                spec: &job.spec,
            };
            backtest(&input, &Cancelled(context))
        };
        // The strategy is the user's; it may panic here and not before, being asked again.
        let ran = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run));
        context.checkpoint()?;
        Ok(ran.ok().and_then(std::result::Result::ok))
    }

    /// What the best and its neighbours came to.
    fn best(&self, context: &TaskContext) -> Result<Yield> {
        let Some(best) = &self.best else {
            return Ok(Yield::Best(None, None));
        };
        let moments = self.backtest(best.combination, context)?.and_then(|ran| {
            let metrics = &ran.metrics;
            Some(Moments {
                sharpe: metrics.sharpe_ratio? / metrics.periods_per_year.sqrt(),
                skew: metrics.skew?,
                excess_kurtosis: metrics.kurtosis?,
                returns: ran.equity.len() as u64,
            })
        });
        let Some(&criterion) = self.run.job.request.criteria.first() else {
            return Ok(Yield::Best(moments, None));
        };
        let mut values = Vec::new();
        for neighbour in self.plan.neighbours(best.combination) {
            let ran = self.backtest(neighbour, context)?;
            values.extend(ran.and_then(|ran| ran.metrics.get(criterion.metric)));
        }
        let stability = best
            .metrics
            .get(criterion.metric)
            .and_then(|value| stability(criterion, value, &values));
        Ok(Yield::Best(moments, stability))
    }

    fn deflated(&self, best: &Moments) -> Option<DeflatedSharpe> {
        let periods = self.best.as_ref()?.metrics.periods_per_year;
        let n = self.sharpes.len() as f64;
        // In the order of the points, so that the bits do not depend on who ran them.
        let mean = self.sharpes.iter().sum::<f64>() / n;
        let squares: f64 = self.sharpes.iter().map(|sharpe| (sharpe - mean).powi(2)).sum();
        deflated_sharpe(best, self.sharpes.len() as u64, squares / (n - 1.0) / periods)
    }
}

//! A sweep that is ready to be run.

use std::{cell::Cell, ops::Range, sync::Arc, time::Instant};

use threadx_coordinator::TaskContext;
use threadx_engine::{
    BacktestSpec, BlockReturns, Control, Ranked, Strategy, SweepInput, SweepPlan, SweepShard, Window,
    block_returns, complete, run_shard, walk_forward_windows,
};
use threadx_error::{Error, Result, SweepError};
use threadx_indicators::IndicatorBank;
use threadx_market::Bars;
use threadx_request::{SweepRequest, Valid};
use threadx_spec::WarmUp;

use super::SweepController;
use super::{
    manifest::{Parts, SweepManifest},
    memory::Memory,
    options::SweepOptions,
    report::SweepMemory,
    stretch::Stretch,
};
use crate::{backtest::options, control::Cancelled, stored_range::StoredRange};

/// Work that one part of a sweep aims at, nanoseconds.
const PART_NANOSECONDS: f64 = 20_000_000.0;
/// What a bar of one point takes, nanoseconds, to size parts by: where trades are looked up, and where bars are
/// walked.
const FAST_BAR_NANOSECONDS: f64 = 0.35;
const BAR_NANOSECONDS: f64 = 8.0;
/// What a bar of an indicator takes, nanoseconds. Each point of a sweep with more indicators than are kept computes one.
const INDICATOR_BAR_NANOSECONDS: f64 = 2.5;
/// What a point takes beside its bars, nanoseconds.
const POINT_NANOSECONDS: f64 = 5_000.0;
/// Fewest parts that a sweep of enough points has, so that few workers and few shards have even shares.
const PARTS_MIN: u64 = 16;

/// A sweep that is ready to be run.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) request: Valid<SweepRequest>,
    pub(super) plan: SweepPlan,
    pub(super) strategy: Strategy,
    pub(super) spec: BacktestSpec,
    /// The range's bars behind their warm-up.
    pub(super) whole: Stretch,
    /// The range's bars.
    pub(super) range: Bars,
    pub(super) bank: Arc<IndicatorBank>,
    /// The windows of a walk-forward analysis; none unless it is asked for.
    pub(super) windows: Vec<Window>,
    /// How many points a part may run by the full simulator.
    pub(super) part_backtests: usize,
    /// How many points a part may take the returns by blocks of.
    pub(super) part_trials: usize,
    /// Bytes of indicators that a thread may hold at a time.
    pub(super) held_bytes: usize,
    pub(super) manifest: SweepManifest,
    pub(super) memory: SweepMemory,
    pub(super) started: Instant,
}

impl Job {
    pub(super) fn new(
        shared: &SweepController,
        request: &Valid<SweepRequest>,
        how: &SweepOptions,
        context: &TaskContext,
    ) -> Result<Self> {
        let started = Instant::now();
        let base = &request.base;
        let strategy = shared.strategies.get(&base.strategy)?.clone();
        let dates = [base.start_date, base.end_date];
        let found = StoredRange::find(&shared.bars, base.tokens.first(), base.timeframe, dates, &|| {
            context.is_cancelled()
        })?;
        let axes: Vec<_> = request
            .param_grid
            .axes()
            .map(|(name, axis)| (name.to_owned(), axis.iter().collect()))
            .collect();
        let mut plan = SweepPlan::new(strategy.spec(), axes)?.constrained(request.r#where.clone());
        if let Some(sample) = &request.sample {
            plan = plan.sampled(sample.method, sample.n, sample.seed);
        }
        let warm_up = match base.warm_up {
            WarmUp::Inside => 0,
            WarmUp::Before => longest_warm_up(&plan, &strategy)?,
        };
        let range = found.bars();
        let windows = match &request.walk_forward {
            Some(windows) => walk_forward_windows(&range, windows)?,
            None => Vec::new(),
        };
        let points = plan.len();
        let spec = BacktestSpec::new(options(base))?;
        let lead = warm_up.min(found.range.start);
        let bars = found.stored.slice(found.range.start - lead..found.range.end);
        let memory = Memory::plan(&bars, &plan, request, how)?;
        let whole = Stretch::new(
            &bars,
            lead..bars.len(),
            warm_up,
            &spec,
            &request.criteria,
            memory.held_bytes,
        );
        let fast = whole.rows.is_fast() && matches!(strategy, Strategy::Signal(_));
        let bar = if fast {
            FAST_BAR_NANOSECONDS
        } else {
            BAR_NANOSECONDS
        };
        // By the plan and the bars alone, whatever memory there is.
        let indicator = if memory.has_many_indicators() {
            INDICATOR_BAR_NANOSECONDS
        } else {
            0.0
        };
        let part = |bar: f64| {
            let point = POINT_NANOSECONDS + bar * whole.bars.len() as f64;
            ((PART_NANOSECONDS / point) as u64).max(1)
        };
        let part_trials = part(2.0 * bar + indicator) as usize;
        let part_points = part(bar + indicator).min(points.div_ceil(PARTS_MIN)).max(1);
        let part_backtests = part(BAR_NANOSECONDS + indicator) as usize;
        let manifest = SweepManifest::new(&Parts {
            request,
            strategy: strategy.spec(),
            fingerprint: whole.fingerprint,
            warm_up_bars: whole.first,
            points,
            part_points,
        });
        let (bank, bank_bytes) = memory.bank(&shared.bank);
        Ok(Self {
            request: request.clone(),
            spec,
            whole,
            range,
            bank,
            windows,
            plan,
            strategy,
            manifest,
            part_backtests,
            part_trials,
            held_bytes: memory.held_bytes,
            memory: SweepMemory {
                budget_bytes: how.memory_bytes,
                planned_bytes: memory.needed + bank_bytes,
            },
            started,
        })
    }

    /// Runs the points at `positions` of a plan over bars of this sweep.
    pub(super) fn run(
        &self,
        over: &Stretch,
        plan: &SweepPlan,
        positions: Range<u64>,
        control: &dyn Control,
        context: &TaskContext,
    ) -> Result<SweepShard> {
        self.engine(over, plan, context, |input| run_shard(input, positions, control))
    }

    /// Gives points that were run all metrics, and puts them in order.
    pub(super) fn complete(
        &self,
        over: &Stretch,
        plan: &SweepPlan,
        points: Vec<Ranked>,
        context: &TaskContext,
    ) -> Result<Vec<Ranked>> {
        self.engine(over, plan, context, |input| {
            complete(input, points, &self.request.criteria, &Cancelled(context))
        })
    }

    /// The returns by blocks of time of combinations over the whole of the bars.
    pub(super) fn block_returns(
        &self,
        plan: &SweepPlan,
        combinations: &[u64],
        context: &TaskContext,
    ) -> Result<Vec<BlockReturns>> {
        self.engine(&self.whole, plan, context, |input| {
            block_returns(input, combinations, &Cancelled(context))
        })
    }

    /// Hands what the engine works on to `run`.
    fn engine<T>(
        &self,
        over: &Stretch,
        plan: &SweepPlan,
        context: &TaskContext,
        run: impl FnOnce(&SweepInput<'_>) -> std::result::Result<T, SweepError>,
    ) -> Result<T> {
        let given_up = || context.is_cancelled();
        let input = SweepInput {
            plan,
            indicators: &self.bank.source(&over.bars, &given_up).known_as(over.fingerprint),
            first: over.first,
            strategy: &self.strategy,
            spec: &self.spec,
            rows: Some(&over.rows),
        };
        run(&input).map_err(|error| self.named(error.into()))
    }

    /// The error with what was being done, and to what.
    pub(super) fn named(&self, error: Error) -> Error {
        named(error, &self.request)
    }
}

pub(super) fn named(error: Error, request: &SweepRequest) -> Error {
    let base = &request.base;
    error
        .with_operation("sweep")
        .with_token(base.tokens.first().as_str())
        .with_timeframe(base.timeframe.as_str())
        .with_strategy(base.strategy.as_str())
}

/// The longest warm-up of any point, so that all of them read the same bars.
pub(super) fn longest_warm_up(plan: &SweepPlan, strategy: &Strategy) -> Result<usize> {
    let points = (0..plan.len()).filter_map(|position| plan.params(plan.combination(position)?));
    let mut longest = 0;
    for params in points {
        longest = longest.max(strategy.warm_up(&params)?);
    }
    Ok(longest)
}

/// Counts a part's points into the progress of the whole.
pub(super) struct PartControl<'a> {
    context: &'a TaskContext,
    /// Points of the part that were counted.
    counted: Cell<u64>,
}

impl<'a> PartControl<'a> {
    pub(super) const fn new(context: &'a TaskContext) -> Self {
        Self {
            context,
            counted: Cell::new(0),
        }
    }
}

impl Control for PartControl<'_> {
    fn cancelled(&self) -> bool {
        self.context.is_cancelled()
    }

    fn progress(&self, done: u64, _total: u64) {
        self.context.advance(done - self.counted.replace(done).min(done));
    }
}

//! Parameter sweeps.

use std::{cell::Cell, sync::Arc, time::Instant};

use serde::Serialize;
use threadx_coordinator::{Flow, Parts, TaskContext};
use threadx_engine::{
    BacktestSpec, Control, Metrics, Strategy, StrategyRegistry, SweepInput, SweepPlan, SweepRows, SweepShard,
    SweepSummary, complete, run_shard,
};
use threadx_error::{Error, Result, SweepError};
use threadx_indicators::IndicatorBank;
use threadx_market::{Bars, Fingerprint};
use threadx_request::{SweepRequest, Valid};
use threadx_spec::{Params, WarmUp};

use crate::{DataSummary, Services, backtest::options, stored_bars::StoredBars, stored_range::StoredRange};

/// Work that one part of a sweep aims at, nanoseconds.
const PART_NANOSECONDS: f64 = 20_000_000.0;
/// What a bar of one point takes, nanoseconds, to size parts by: where trades are looked up, and where bars are
/// walked.
const FAST_BAR_NANOSECONDS: f64 = 0.5;
const BAR_NANOSECONDS: f64 = 8.0;
/// What a point takes beside its bars, nanoseconds.
const POINT_NANOSECONDS: f64 = 5_000.0;

/// Runs parameter sweeps; shared by all tasks.
#[derive(Debug, Clone)]
pub struct SweepController {
    bars: Arc<StoredBars>,
    bank: Arc<IndicatorBank>,
    strategies: Arc<StrategyRegistry>,
}

/// What a sweep yields, with the request and the bars that it was made of.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SweepReport {
    /// The request as validated, defaults filled in.
    pub request: SweepRequest,
    /// The bars of the range.
    pub data: DataSummary,
    /// Combinations of the grid, or of the sample.
    pub combinations: u64,
    /// Combinations that were run to their end.
    pub evaluated: u64,
    /// Combinations that break a rule of the strategy.
    pub skipped: u64,
    /// Combinations that failed, all of them counted.
    pub failed_count: u64,
    /// The first of them; never ranked.
    pub failed: Vec<FailedCombination>,
    /// The best, best first.
    pub results: Vec<SweepResult>,
    /// Time from the start of the run to its end, seconds.
    pub elapsed_seconds: f64,
    /// Version of ThreadX.
    pub version: &'static str,
}

/// A combination that could not be run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FailedCombination {
    /// All parameters.
    pub params: Params,
    /// Why.
    pub error: String,
}

/// One of the best combinations.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SweepResult {
    /// From 1.
    pub rank: usize,
    /// All parameters.
    pub params: Params,
    /// The measures.
    pub metrics: Metrics,
}

/// What the parts of one sweep share.
#[derive(Debug)]
struct Job {
    request: Valid<SweepRequest>,
    plan: SweepPlan,
    strategy: Strategy,
    spec: BacktestSpec,
    /// The range's bars behind their warm-up.
    bars: Bars,
    bank: Arc<IndicatorBank>,
    first: usize,
    range: Bars,
    /// Of `bars`, which are a part of the stored ones.
    fingerprint: Fingerprint,
    rows: SweepRows,
    started: Instant,
}

/// Counts a part's points into the progress of the whole.
struct PartControl<'a> {
    context: &'a TaskContext,
    /// Points of the part that were counted.
    counted: Cell<u64>,
}

impl Control for PartControl<'_> {
    fn cancelled(&self) -> bool {
        self.context.is_cancelled()
    }

    fn progress(&self, done: u64, _total: u64) {
        self.context.advance(done - self.counted.replace(done).min(done));
    }
}

impl SweepController {
    pub(crate) fn new(
        bars: Arc<StoredBars>,
        bank: Arc<IndicatorBank>,
        strategies: Arc<StrategyRegistry>,
    ) -> Self {
        Self {
            bars,
            bank,
            strategies,
        }
    }

    /// Plans the sweep that the request describes; its parts run on the workers of the coordinator, or one after
    /// the other with [`Flow::complete`].
    ///
    /// # Errors
    ///
    /// A data error if the bars cannot be read or the range has none; a sweep error if no combination keeps the
    /// strategy's rules.
    pub fn start(
        &self,
        request: &Valid<SweepRequest>,
        context: &TaskContext,
    ) -> Result<Flow<Services, SweepReport, Error>> {
        let job = Arc::new(
            self.plan(request, context)
                .map_err(|error| named(error, request))?,
        );
        let points = job.plan.len();
        context.progress(0, points);
        let part_points = job.part_points();
        // A request has far fewer combinations than a usize counts.
        let parts = usize::try_from(points.div_ceil(part_points)).unwrap_or(usize::MAX);
        let finisher = Arc::clone(&job);
        Ok(Flow::Parts(Parts::new(
            parts,
            move |index, _services: &Services, context| {
                let start = index as u64 * part_points;
                job.run(start..(start + part_points).min(points), context)
            },
            move |shards, _services: &Services, context| finisher.finish(&shards, context),
        )))
    }

    fn plan(&self, request: &Valid<SweepRequest>, context: &TaskContext) -> Result<Job> {
        let base = &request.base;
        let strategy = self.strategies.get(&base.strategy)?.clone();
        let found = StoredRange::find(
            &self.bars,
            base.tokens.first(),
            base.timeframe,
            [base.start_date, base.end_date],
            &|| context.is_cancelled(),
        )?;
        let axes: Vec<_> = request
            .param_grid
            .axes()
            .map(|(name, axis)| (name.to_owned(), axis.iter().collect()))
            .collect();
        let mut plan = SweepPlan::new(strategy.spec(), axes)?;
        if let Some(sample) = &request.sample {
            plan = plan.sampled(sample.n, sample.seed);
        }
        let first = match base.warm_up {
            WarmUp::Inside => 0,
            WarmUp::Before => longest_warm_up(&plan, &strategy)?.min(found.range.start),
        };
        let spec = BacktestSpec::new(options(base))?;
        let bars = found.stored.slice(found.range.start - first..found.range.end);
        Ok(Job {
            request: request.clone(),
            fingerprint: bars.fingerprint(),
            bank: Arc::clone(&self.bank),
            rows: SweepRows::new(&bars, first, &spec, &request.criteria),
            spec,
            bars,
            range: found.bars(),
            first,
            plan,
            strategy,
            started: Instant::now(),
        })
    }
}

/// The longest warm-up of any point, so that all of them read the same bars.
fn longest_warm_up(plan: &SweepPlan, strategy: &Strategy) -> Result<usize> {
    let points = (0..plan.len()).filter_map(|position| plan.params(plan.combination(position)?));
    let mut longest = 0;
    for params in points {
        longest = longest.max(strategy.warm_up(&params)?);
    }
    Ok(longest)
}

fn named(error: Error, request: &SweepRequest) -> Error {
    let base = &request.base;
    error
        .with_operation("sweep")
        .with_token(base.tokens.first().as_str())
        .with_timeframe(base.timeframe.as_str())
        .with_strategy(base.strategy.as_str())
}

impl Job {
    /// Points that one part has.
    fn part_points(&self) -> u64 {
        let bar = if self.rows.is_fast() {
            FAST_BAR_NANOSECONDS
        } else {
            BAR_NANOSECONDS
        };
        let point = POINT_NANOSECONDS + bar * self.bars.len() as f64;
        ((PART_NANOSECONDS / point) as u64).max(1)
    }

    /// Hands what the engine works on to `run`.
    fn engine<T>(
        &self,
        context: &TaskContext,
        run: impl FnOnce(&SweepInput<'_>) -> std::result::Result<T, SweepError>,
    ) -> Result<T> {
        let given_up = || context.is_cancelled();
        let input = SweepInput {
            plan: &self.plan,
            indicators: &self.bank.source(&self.bars, &given_up).known_as(self.fingerprint),
            first: self.first,
            strategy: &self.strategy,
            spec: &self.spec,
            rows: Some(&self.rows),
        };
        run(&input).map_err(|error| named(error.into(), &self.request))
    }

    fn run(&self, positions: std::ops::Range<u64>, context: &TaskContext) -> Result<SweepShard> {
        let control = PartControl {
            context,
            counted: Cell::new(0),
        };
        self.engine(context, |input| run_shard(input, positions, &control))
    }

    fn finish(&self, shards: &[SweepShard], context: &TaskContext) -> Result<SweepReport> {
        let mut all = SweepSummary::new(&self.request.criteria, self.request.top_n);
        for shard in shards {
            all.add(shard);
        }
        let combinations = self.plan.len();
        if all.skipped() == combinations {
            return Err(named(
                SweepError::NoCombinations { combinations }.into(),
                &self.request,
            ));
        }
        // The points that are reported have every metric, as a backtest of theirs has.
        let control = PartControl {
            context,
            counted: Cell::new(0),
        };
        let best = self.engine(context, |input| {
            complete(input, all.best(), &self.request.criteria, &control)
        })?;
        let params = |combination| self.plan.params(combination).unwrap_or_default();
        Ok(SweepReport {
            request: SweepRequest::clone(&self.request),
            data: DataSummary::of(self.request.base.tokens.first(), &self.range),
            combinations,
            evaluated: all.evaluated(),
            skipped: all.skipped(),
            failed_count: all.failed_count(),
            failed: all
                .failed()
                .map(|failed| FailedCombination {
                    params: params(failed.combination),
                    error: failed.error.clone(),
                })
                .collect(),
            results: (1..)
                .zip(best)
                .map(|(rank, point)| SweepResult {
                    rank,
                    params: params(point.combination),
                    metrics: point.metrics,
                })
                .collect(),
            elapsed_seconds: self.started.elapsed().as_secs_f64(),
            version: env!("CARGO_PKG_VERSION"),
        })
    }
}

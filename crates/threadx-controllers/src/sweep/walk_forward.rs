//! Parameters chosen in one window of time and traded in the next.

use std::{ops::Range, sync::Arc};

use serde::Serialize;
use threadx_coordinator::{Flow, Parts, TaskContext};
use threadx_engine::{
    BacktestInput, Control, Metrics, OutOfSample, Ranked, Stitch, SweepPlan, SweepShard, SweepSummary, Trade,
    Window,
};
use threadx_error::Result;
use threadx_market::{Bars, Timestamp};
use threadx_spec::{Params, WarmUp};

use super::{
    job::{PartControl, longest_warm_up},
    part::Part,
    part_folder::PartFolder,
    results::Sample,
    run::{Run, SweepFlow},
    stretch::Stretch,
};
use crate::{Services, control::Cancelled};

/// Points of a window that are run before their rows are written: what is held of them in memory at a time.
pub(super) const BATCH_POINTS: u64 = 1 << 14;

/// What a walk-forward analysis came to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WalkForwardReport {
    /// The windows in order.
    pub windows: Vec<WalkForwardWindow>,
    /// The measures of the account that traded all test windows, one after the other.
    pub metrics: Metrics,
    /// Growth a year of that account over the mean growth a year of the choices in their train windows (Pardo, 2008);
    /// `None` if these did not grow.
    pub efficiency: Option<f64>,
    /// All its trades in the order of their exits; bars count from 0 at the first bar of the first test window.
    pub trades: Vec<Trade>,
    /// Its equity at the close of each bar, currency.
    #[serde(skip)]
    pub equity: Vec<f64>,
    /// The bars from the first test window to the last.
    #[serde(skip)]
    pub bars: Bars,
}

/// A window of a walk-forward analysis.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WalkForwardWindow {
    /// Start of the train window.
    pub train_start: Timestamp,
    /// End of the train window, excluded, and start of the test window.
    pub train_end: Timestamp,
    /// End of the test window, excluded.
    pub test_end: Timestamp,
    /// Bars that were learned from, without the purged ones.
    pub train_bars: usize,
    /// Bars that were traded, without the embargoed ones.
    pub test_bars: usize,
    /// Combinations that were run to their end in the train window.
    pub evaluated: u64,
    /// The best of them; `None` if there was none.
    pub params: Option<Params>,
    /// Their measures in the train window.
    pub in_sample: Option<Metrics>,
    /// Their measures in the test window; `None` if nothing could be traded, for which `error` has the reason.
    pub out_of_sample: Option<Metrics>,
    /// Why the window could not be traded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// What the windows share.
#[derive(Debug)]
struct Walk {
    run: Arc<Run>,
    plan: SweepPlan,
    /// What the longest warm-up of any combination needs.
    warm_up: usize,
}

/// What the windows so far came to.
#[derive(Debug)]
struct Account {
    stitch: Stitch,
    windows: Vec<WalkForwardWindow>,
}

/// The bars of one window.
#[derive(Debug)]
struct Samples {
    train: Option<Trial>,
    /// Where every point is run out of sample too, for the file of results.
    test: Option<Trial>,
}

/// Bars over which every point is run, and where that is kept, if it is.
#[derive(Debug)]
struct Trial {
    over: Stretch,
    kept: Option<PartFolder>,
}

/// Which points of which window are run next.
#[derive(Debug)]
struct Turn {
    number: usize,
    from: u64,
    summary: SweepSummary,
}

type Next = Box<dyn FnOnce(Arc<Run>, SweepPlan, WalkForwardReport) -> SweepFlow + Send>;

/// Walks through the windows that the request asks for, then goes on with `next`.
pub(super) fn walk(run: Arc<Run>, plan: SweepPlan, next: Next) -> Result<SweepFlow> {
    let job = &run.job;
    let warm_up = longest_warm_up(&plan, &job.strategy).map_err(|error| job.named(error))?;
    let account = Account {
        stitch: Stitch::new(&job.range, &job.windows, &job.spec),
        windows: Vec::with_capacity(job.windows.len()),
    };
    let walk = Walk { run, plan, warm_up };
    window(Arc::new(walk), 0, account, next)
}

/// Runs the windows from `number` on.
fn window(walk: Arc<Walk>, number: usize, account: Account, next: Next) -> Result<SweepFlow> {
    let Some(its) = walk.run.job.windows.get(number) else {
        let report = account.finish();
        return Ok(next(Arc::clone(&walk.run), walk.plan.clone(), report));
    };
    let request = &walk.run.job.request;
    let warm_up = match request.base.warm_up {
        WarmUp::Inside => 0,
        WarmUp::Before => walk.warm_up,
    };
    let samples = Samples {
        train: walk.trial(number, Sample::In, &its.train, warm_up)?,
        test: match walk.run.writes_results() {
            true => walk.trial(number, Sample::Out, &its.test, walk.warm_up)?,
            false => None,
        },
    };
    let turn = Turn {
        number,
        from: 0,
        summary: SweepSummary::new(&request.criteria, 1),
    };
    Ok(batch(walk, Arc::new(samples), turn, account, next))
}

/// Runs points of a window in parts, then the next points, and behind the last trades the best of all.
fn batch(walk: Arc<Walk>, samples: Arc<Samples>, turn: Turn, account: Account, next: Next) -> SweepFlow {
    let from = turn.from;
    let size = walk.run.job.manifest.part_points;
    // Whole parts, so that they are the same whoever runs them.
    let until = (from + (BATCH_POINTS / size).max(1) * size).min(walk.plan.len());
    let (runner, its) = (Arc::clone(&walk), Arc::clone(&samples));
    Flow::Parts(Parts::then(
        // A batch has far fewer parts than a usize counts.
        (until - from).div_ceil(size) as usize,
        move |index, _services: &Services, context| runner.points(&its, from / size + index as u64, context),
        move |shards, _services, context| {
            let Turn {
                number, mut summary, ..
            } = turn;
            let write =
                |sample, shard: &SweepShard| walk.run.write_window(number as u64, sample, &walk.plan, shard);
            for (trained, _) in &shards {
                summary.add(trained);
                write(Sample::In, trained)?;
            }
            for tested in shards.iter().filter_map(|(_, tested)| tested.as_ref()) {
                write(Sample::Out, tested)?;
            }
            if until < walk.plan.len() {
                let turn = Turn {
                    number,
                    from: until,
                    summary,
                };
                return Ok(batch(walk, samples, turn, account, next));
            }
            let mut account = account;
            let best = summary.best().into_iter().next();
            let traded = walk.trade(
                number,
                &samples,
                summary.evaluated(),
                best,
                &mut account.stitch,
                context,
            )?;
            account.windows.push(traded);
            window(walk, number + 1, account, next)
        },
    ))
}

impl Walk {
    /// Bars of the range behind as many as are stored before them up to `warm_up`; `None` if there are none.
    fn stretch(&self, bars: &Range<usize>, warm_up: usize) -> Option<Stretch> {
        let job = &self.run.job;
        let lead = job.whole.first;
        (!bars.is_empty()).then(|| {
            Stretch::new(
                &job.whole.bars,
                lead + bars.start..lead + bars.end,
                warm_up,
                &job.spec,
                &job.request.criteria,
                job.held_bytes,
            )
        })
    }

    /// The bars of a window's sample, over which every point is run; `None` if there are none.
    fn trial(
        &self,
        number: usize,
        sample: Sample,
        bars: &Range<usize>,
        warm_up: usize,
    ) -> Result<Option<Trial>> {
        let Some(over) = self.stretch(bars, warm_up) else {
            return Ok(None);
        };
        let kept = self
            .run
            .keep_window(number as u64, sample)
            .map_err(|error| self.run.job.named(error))?;
        Ok(Some(Trial { over, kept }))
    }

    /// What the points of a part came to in the train window, and in the test window where that is wanted.
    fn points(
        &self,
        samples: &Samples,
        part: u64,
        context: &TaskContext,
    ) -> Result<(SweepShard, Option<SweepShard>)> {
        let positions = self.run.job.manifest.positions(part);
        let points = positions.end - positions.start;
        let Some(train) = &samples.train else {
            context.advance(points);
            self.run.watch().add(points, false);
            return Ok((SweepShard::default(), None));
        };
        let (trained, resumed) = self.part(train, part, &PartControl::new(context), context)?;
        self.run.watch().add(points, resumed);
        let tested = samples
            .test
            .as_ref()
            .map(|test| self.part(test, part, &Cancelled(context), context))
            .transpose()?;
        Ok((trained, tested.map(|(tested, _resumed)| tested)))
    }

    /// Runs a part over a window's sample, or takes it from where it is kept, and says whether it did.
    fn part(
        &self,
        trial: &Trial,
        number: u64,
        control: &dyn Control,
        context: &TaskContext,
    ) -> Result<(SweepShard, bool)> {
        let job = &self.run.job;
        let positions = job.manifest.positions(number);
        let points = positions.end - positions.start;
        let Some(kept) = &trial.kept else {
            let shard = job.run(&trial.over, &self.plan, positions, control, context)?;
            return Ok((shard, false));
        };
        let held = kept.load(number).map(|part| part.shard);
        if let Some(shard) = held.filter(|shard| shard.covered() == std::slice::from_ref(&positions)) {
            control.progress(points, points);
            return Ok((shard, true));
        }
        let shard = job.run(&trial.over, &self.plan, positions, control, context)?;
        let part = Part::new(kept.identity(), number, shard);
        kept.save(&part).map_err(|error| job.named(error))?;
        Ok((part.shard, false))
    }

    /// Trades the test window with the best point of the train window.
    fn trade(
        &self,
        number: usize,
        samples: &Samples,
        evaluated: u64,
        best: Option<Ranked>,
        stitch: &mut Stitch,
        context: &TaskContext,
    ) -> Result<WalkForwardWindow> {
        let job = &self.run.job;
        let window = &job.windows[number];
        let mut report = WalkForwardWindow {
            train_start: window.train_time[0],
            train_end: window.train_time[1],
            test_end: window.test_time[1],
            train_bars: window.train.len(),
            test_bars: window.test.len(),
            evaluated,
            params: None,
            in_sample: None,
            out_of_sample: None,
            error: None,
        };
        let (Some(train), Some(best)) = (&samples.train, best) else {
            report.error = Some("no combination could be run in the train window".to_owned());
            return Ok(report);
        };
        // With every metric, as a backtest of the window has.
        let best = job.complete(&train.over, &self.plan, vec![best], context)?;
        let Some(best) = best.into_iter().next() else {
            return Ok(report);
        };
        let params = self.plan.params(best.combination).unwrap_or_default();
        report.in_sample = Some(best.metrics);
        match self.traded(window, &params, stitch, context) {
            Ok(Some(metrics)) => report.out_of_sample = Some(metrics),
            Ok(None) => report.error = Some("there was no cash left".to_owned()),
            Err(reason) => {
                context.checkpoint()?;
                report.error = Some(reason);
            }
        }
        report.params = Some(params);
        Ok(report)
    }

    /// Trades the test window; `Err` says why that failed.
    fn traded(
        &self,
        window: &Window,
        params: &Params,
        stitch: &mut Stitch,
        context: &TaskContext,
    ) -> Result<Option<Metrics>, String> {
        let job = &self.run.job;
        let Some(test) = self.stretch(&window.test, self.warm_up) else {
            return Err("no bar is left to trade".to_owned());
        };
        let given_up = || context.is_cancelled();
        let run = || {
            let input = BacktestInput {
                indicators: &job.bank.source(&test.bars, &given_up).known_as(test.fingerprint),
                first: test.first,
                strategy: &job.strategy,
                params,
                spec: &job.spec,
            };
            stitch.trade(&window.test, &input, &Cancelled(context))
        };
        // The strategy is the user's; the account is touched only behind it.
        match std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)) {
            Ok(traded) => traded.map_err(|error| error.to_string()),
            Err(_panic) => Err("the strategy panicked".to_owned()),
        }
    }
}

impl Account {
    fn finish(self) -> WalkForwardReport {
        let OutOfSample {
            metrics,
            trades,
            equity,
            bars,
        } = self.stitch.finish();
        let grown: Vec<f64> = self
            .windows
            .iter()
            .filter_map(|window| window.in_sample.as_ref()?.cagr)
            .collect();
        let mean = grown.iter().sum::<f64>() / grown.len() as f64;
        WalkForwardReport {
            efficiency: metrics
                .cagr
                .filter(|_| mean > 0.0)
                .map(|cagr| cagr / mean)
                .filter(|efficiency| efficiency.is_finite()),
            windows: self.windows,
            metrics,
            trades,
            equity,
            bars,
        }
    }
}

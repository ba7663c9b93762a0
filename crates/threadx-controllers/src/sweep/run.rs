//! A sweep that is under way.

mod steps;

use std::{
    ops::Range,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use threadx_coordinator::{Flow, TaskContext};
use threadx_engine::{Narrowing, Ranked, Surface, SweepPlan, SweepShard};
use threadx_error::{Error, Result, SweepError};

use super::{
    collected::{Collected, before},
    job::{Job, PartControl},
    luck::SweepLuck,
    options::{SurfaceParams, SweepOptions, SweepWatch},
    part::Part,
    part_folder::PartFolder,
    report::{FailedCombination, SweepReport, SweepResult},
    results::{Results, Sample},
    shard_parts::ShardParts,
    store::{Held, Store},
    walk_forward::WalkForwardReport,
};
use crate::{DataSummary, Services, StrategyIdentity};

pub(super) type SweepFlow = Flow<Services, SweepReport, Error>;

/// Most parts that are written to the file while points are run, behind each part.
const PARTS_WRITTEN: usize = 4;

/// A sweep that is under way; its parts share it.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) job: Job,
    options: SweepOptions,
    /// Where parts are kept, if they are.
    store: Option<Store>,
    /// Parts that were run before, which are not run again.
    shards: Option<ShardParts>,
    collected: Mutex<Collected>,
    results: Mutex<Option<Results>>,
    /// An early stop leaves out all parts that have not begun.
    stopped: AtomicBool,
}

/// Some points of the sweep whose parts run together.
#[derive(Debug, Clone)]
pub(super) struct Round {
    /// The plan up to the round's last point.
    plan: SweepPlan,
    /// The first position of the round.
    first: u64,
    /// The number of its first part.
    first_part: u64,
    /// The search that chose the points, if there is one.
    narrowing: Option<Narrowing>,
}

impl Round {
    fn positions(&self, part: u64, part_points: u64) -> Range<u64> {
        let start = self.first + (part - self.first_part) * part_points;
        start..(start + part_points).min(self.plan.len())
    }

    fn parts(&self, part_points: u64) -> u64 {
        (self.plan.len() - self.first).div_ceil(part_points)
    }
}

impl Run {
    pub(super) fn new(job: Job, options: &SweepOptions) -> Result<Self> {
        let manifest = &job.manifest;
        let held = if options.resume {
            Held::Resume
        } else {
            Held::Refuse
        };
        // Refused before anything is run.
        let surface = match (&options.surface, job.request.criteria.first()) {
            (Some(params), Some(criterion)) => {
                let names = match params {
                    SurfaceParams::First => None,
                    SurfaceParams::Named(names) => Some(names.each_ref().map(String::as_str)),
                };
                Some((Surface::new(&job.plan, names, *criterion)?, job.plan.clone()))
            }
            _ => None,
        };
        if let Some(path) = &options.results {
            Results::check(path, options.existing)?;
        }
        let shards = match &options.shards[..] {
            [] => None,
            _ if job.request.narrow.is_some() => return Err(SweepError::NotShardable.into()),
            files => {
                let shards = ShardParts::read(files, manifest)?;
                shards.complete(manifest)?;
                Some(shards)
            }
        };
        let store = match (&options.checkpoint, &options.results) {
            (Some(folder), _) => Some(Store::checkpoint(folder, manifest, held)?),
            // What shards hold is not kept again.
            (None, Some(path)) if shards.is_none() => Some(Store::beside(path, manifest)?),
            _ => None,
        };
        // Behind the store, which keeps other processes off.
        let results = match &options.results {
            Some(path) => Some(Results::create(
                path,
                options.existing,
                job.strategy.spec(),
                job.request.walk_forward.is_some(),
            )?),
            None => None,
        };
        let request = &job.request;
        let keep = request.narrow.map_or(0, |narrow| narrow.keep);
        let patience = request.early_stop.map(|stop| stop.patience);
        let top = request.top_n.max(keep);
        Ok(Self {
            collected: Mutex::new(
                Collected::new(&manifest.hash, &request.criteria, top, patience).showing(surface),
            ),
            options: options.clone(),
            store,
            shards,
            results: Mutex::new(results),
            stopped: AtomicBool::new(false),
            job,
        })
    }

    /// All the work, in rounds.
    pub(super) fn start(self, context: &TaskContext) -> SweepFlow {
        let (plan, narrowing) = match &self.job.request.narrow {
            Some(_) => {
                let (narrowing, first) = Narrowing::start(&self.job.plan);
                (self.job.plan.clone().choosing(first), Some(narrowing))
            }
            None => (self.job.plan.clone(), None),
        };
        let round = Round {
            plan,
            first: 0,
            first_part: 0,
            narrowing,
        };
        // Each window of a walk-forward analysis runs every point once more.
        let runs = 1 + self.job.windows.len() as u64;
        context.progress(0, round.plan.len().saturating_mul(runs));
        steps::round_flow(Arc::new(self), round)
    }

    pub(super) fn collected(&self) -> std::sync::MutexGuard<'_, Collected> {
        self.collected.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs a part, or takes it from where it is kept.
    fn part(&self, round: &Round, number: u64, context: &TaskContext) -> Result<()> {
        let positions = round.positions(number, self.job.manifest.part_points);
        let points = positions.end - positions.start;
        if self.stopped.load(Ordering::Relaxed) {
            context.advance(points);
            return Ok(());
        }
        let held = self
            .kept(number)
            .filter(|part| part.shard.covered() == std::slice::from_ref(&positions));
        let resumed = held.is_some();
        let part = if let Some(part) = held {
            context.advance(points);
            part
        } else {
            let shard = self.job.run(
                &self.job.whole,
                &round.plan,
                positions,
                &PartControl::new(context),
                context,
            )?;
            let part = Part::new(&self.job.manifest.hash, number, shard);
            if let Some(store) = &self.store {
                store.parts().save(&part).map_err(|error| self.job.named(error))?;
            }
            part
        };
        let (best, cut) = {
            let mut collected = self.collected();
            let best = collected.add(part).map(|best| {
                let params = round.plan.params(best.combination).unwrap_or_default();
                // Under the lock, so that no thread puts a worse one in the place of a better one.
                self.options.watch.best(&params, &best);
                (params, best)
            });
            (best, collected.cut().is_some())
        };
        if cut {
            self.stopped.store(true, Ordering::Relaxed);
        }
        self.options.watch.add(points, resumed);
        if let Some((params, best)) = best {
            self.options.watch.tell(&params, &best);
        }
        self.grow(round)
    }

    /// The part of that number, if a shard or the checkpoint holds it.
    fn kept(&self, number: u64) -> Option<Part> {
        let shards = self.shards.as_ref().and_then(|shards| shards.load(number));
        shards.or_else(|| self.store.as_ref()?.parts().load(number))
    }

    /// Writes parts whose turn it is to a file that can be seen growing, unless another part is at it.
    fn grow(&self, round: &Round) -> Result<()> {
        let Ok(mut results) = self.results.try_lock() else {
            return Ok(());
        };
        let Some(results) = results.as_mut().filter(|results| results.is_seen_growing()) else {
            return Ok(());
        };
        let ready = self.collected().in_order();
        for _ in 0..PARTS_WRITTEN {
            if results.next >= ready {
                break;
            }
            self.write(results, &round.plan)?;
        }
        Ok(())
    }

    /// Writes the next part to the file of results.
    fn write(&self, results: &mut Results, plan: &SweepPlan) -> Result<()> {
        let lost = || SweepError::DamagedFile {
            path: match (&self.store, &self.options.shards[..]) {
                (Some(store), _) => store.folder().to_owned(),
                (None, shards) => shards.first().cloned().unwrap_or_default(),
            },
            expected: "checkpoint",
            rule: format!("part {} has gone while the sweep ran", results.next),
        };
        let part = self
            .kept(results.next)
            .ok_or_else(|| self.job.named(lost().into()))?;
        let shard = match self.collected().cut() {
            Some(cut) => before(&part.shard, cut),
            None => part.shard,
        };
        results
            .write(plan, &shard)
            .map_err(|error| self.job.named(error.into()))
    }

    /// Whether there is a file of every point.
    pub(super) fn writes_results(&self) -> bool {
        self.options.results.is_some()
    }

    /// Where it is told how far it is.
    pub(super) fn watch(&self) -> &SweepWatch {
        &self.options.watch
    }

    /// Where parts of a window are kept, if they are.
    pub(super) fn keep_window(&self, number: u64, sample: Sample) -> Result<Option<PartFolder>> {
        match &self.store {
            Some(store) => store.window(number, sample),
            None => Ok(None),
        }
    }

    /// Writes points of a window to the file of results, if there is one.
    pub(super) fn write_window(
        &self,
        number: u64,
        sample: Sample,
        plan: &SweepPlan,
        shard: &SweepShard,
    ) -> Result<()> {
        let mut results = self.results.lock().unwrap_or_else(PoisonError::into_inner);
        match results.as_mut() {
            Some(results) => results
                .write_window(plan, shard, number, sample)
                .map_err(|error| self.job.named(error.into())),
            None => Ok(()),
        }
    }

    /// The next round of a search that narrows; `None` if there is none.
    fn next_round(&self, mut round: Round, context: &TaskContext) -> Option<Round> {
        let mut narrowing = round.narrowing.take()?;
        if self.collected().cut().is_some() {
            return None;
        }
        let keep = self.job.request.narrow.map_or(0, |narrow| narrow.keep);
        let best = self.collected().summary.best();
        let best: Vec<u64> = best.iter().take(keep).map(|point| point.combination).collect();
        let next = narrowing.next(&round.plan, &best);
        if next.is_empty() {
            return None;
        }
        let first = round.plan.len();
        let first_part = round.first_part + round.parts(self.job.manifest.part_points);
        let combinations = (0..first)
            .filter_map(|position| round.plan.combination(position))
            .chain(next)
            .collect();
        let plan = self.job.plan.clone().choosing(combinations);
        context.progress(first, plan.len());
        Some(Round {
            plan,
            first,
            first_part,
            narrowing: Some(narrowing),
        })
    }

    /// What it all came to.
    fn report(
        &self,
        plan: &SweepPlan,
        best: Vec<Ranked>,
        luck: Option<SweepLuck>,
        walk_forward: Option<WalkForwardReport>,
    ) -> Result<SweepReport> {
        let collected = self.collected();
        let summary = &collected.summary;
        let combinations = plan.len();
        let left_out = collected.cut().map(|cut| combinations - cut);
        if summary.skipped() == combinations {
            return Err(self.job.named(SweepError::NoCombinations { combinations }.into()));
        }
        let params = |combination| plan.params(combination).unwrap_or_default();
        let request = &self.job.request;
        Ok(SweepReport {
            request: threadx_request::SweepRequest::clone(request),
            data: DataSummary::of(request.base.tokens.first(), &self.job.range),
            strategy: StrategyIdentity::of(&self.job.strategy),
            combinations,
            evaluated: summary.evaluated(),
            skipped: summary.skipped(),
            left_out: request.early_stop.map(|_| left_out.unwrap_or(0)),
            failed_count: summary.failed_count(),
            failed: summary
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
            luck,
            walk_forward,
            surface: collected.surface(),
            plan_hash: self.job.manifest.hash.clone(),
            results_hash: collected.results_hash(),
            memory: self.job.memory,
            elapsed_seconds: self.job.started.elapsed().as_secs_f64(),
            version: env!("CARGO_PKG_VERSION"),
        })
    }
}

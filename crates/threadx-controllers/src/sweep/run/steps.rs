//! What a sweep does one after the other: rounds of parts, then what needs all of them.

use std::sync::{Arc, PoisonError};

use threadx_coordinator::{Flow, Parts};
use threadx_engine::{Ranked, SweepPlan};

use super::{Round, Run, SweepFlow};
use crate::{
    Services,
    sweep::{
        luck::{self, SweepLuck},
        walk_forward::{self, WalkForwardReport},
    },
};

/// Points that a step writes to the file of results, so that it takes some 20 ms.
const WRITTEN_POINTS: u64 = 4096;

/// Runs a round, then the next one, and behind the last what needs all points.
pub(super) fn round_flow(run: Arc<Run>, round: Round) -> SweepFlow {
    let round = Arc::new(round);
    // A request has far fewer combinations than a usize counts.
    let parts = usize::try_from(round.parts(run.job.manifest.part_points)).unwrap_or(usize::MAX);
    let (runner, its) = (Arc::clone(&run), Arc::clone(&round));
    Flow::Parts(Parts::then(
        parts,
        move |index, _services: &Services, context| runner.part(&its, its.first_part + index as u64, context),
        move |_: Vec<()>, _services, context| {
            let round = Round::clone(&round);
            let plan = round.plan.clone();
            Ok(match run.next_round(round, context) {
                Some(next) => round_flow(run, next),
                None if run.job.request.luck => {
                    luck::look(run, plan, |run, plan, luck| written(run, plan, Some(luck)))
                }
                None => written(run, plan, None),
            })
        },
    ))
}

/// Writes what is left to be written to the file of results, some points a step, then ends.
fn written(run: Arc<Run>, plan: SweepPlan, luck: Option<SweepLuck>) -> SweepFlow {
    Flow::Parts(Parts::then(
        1,
        |_, _: &Services, _| Ok(()),
        move |_: Vec<()>, _services, context| {
            context.checkpoint()?;
            let mut place = run.results.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(results) = place.as_mut() {
                let ready = run.collected().in_order();
                let parts = (WRITTEN_POINTS / run.job.manifest.part_points).max(1);
                for _ in 0..parts {
                    if results.next < ready {
                        run.write(results, &plan)?;
                    }
                }
                if results.next < ready {
                    drop(place);
                    return Ok(written(run, plan, luck));
                }
            }
            drop(place);
            if run.job.windows.is_empty() {
                return Ok(ended(run, plan, luck, None));
            }
            let next = move |run: Arc<Run>, plan: SweepPlan, walked| ended(run, plan, luck, Some(walked));
            walk_forward::walk(Arc::clone(&run), plan, Box::new(next))
        },
    ))
}

/// Gives the best every metric, some a part, then commits what was written and says what it all came to.
fn ended(
    run: Arc<Run>,
    plan: SweepPlan,
    luck: Option<SweepLuck>,
    walked: Option<WalkForwardReport>,
) -> SweepFlow {
    let mut best = run.collected().summary.best();
    best.truncate(run.job.request.top_n);
    let size = run.job.part_backtests;
    let (runner, its) = (Arc::clone(&run), plan.clone());
    Flow::Parts(Parts::then(
        best.len().div_ceil(size),
        move |index, _services: &Services, context| {
            let points = &best[index * size..((index + 1) * size).min(best.len())];
            // The points that are reported have every metric, as a backtest of theirs has.
            let job = &runner.job;
            job.complete(&job.whole, &its, points.to_vec(), context)
        },
        move |completed: Vec<Vec<Ranked>>, _services, _context| {
            let mut best: Vec<Ranked> = completed.into_iter().flatten().collect();
            best.sort_by(|a, b| a.rank(b, &run.job.request.criteria));
            let mut place = run.results.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(results) = place.take() {
                results.commit().map_err(|error| run.job.named(error.into()))?;
            }
            drop(place);
            if let Some(store) = &run.store {
                store.clear();
            }
            run.report(&plan, best, luck, walked).map(Flow::Done)
        },
    ))
}

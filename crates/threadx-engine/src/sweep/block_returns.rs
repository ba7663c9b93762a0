//! Returns of points by blocks of time.

use threadx_error::SweepError;
use threadx_spec::Params;

use super::{
    fast::{self, Runner},
    fast_points::{Came, run_fast},
    shard::{PointError, SweepInput},
};
use crate::{BlockReturns, Control};

/// The returns by blocks of time of the combinations, in their order; those that fail and those that a rule leaves
/// out are not among them.
///
/// Pure, as [`run_shard`](crate::run_shard) is. Where [`SweepInput::rows`] let signals take the fast path, they agree
/// with those of [`backtest`](crate::backtest) to 1e-9.
///
/// # Errors
///
/// [`SweepError::Interrupted`] if `control` says so.
pub fn block_returns(
    input: &SweepInput<'_>,
    combinations: &[u64],
    control: &dyn Control,
) -> Result<Vec<BlockReturns>, SweepError> {
    let mut found = vec![None; combinations.len()];
    let points = (0u64..).zip(combinations);
    let points = points.map(|(place, combination)| (place, input.plan.params(*combination)));
    let walked = |params: &Params| match input.backtest(params, control) {
        Ok(ran) => Some(BlockReturns::of(
            input.spec.options().portfolio_value,
            &ran.equity,
        )),
        Err(PointError::Failed(_)) => Some(None),
        Err(PointError::Interrupted) => None,
    };
    let fast = input.fast();
    let fast = fast.and_then(|(signal, prepared)| Some((signal, Runner::by_blocks(prepared)?)));
    let outcome = match fast {
        Some((signal, runner)) => {
            let finish = |runner: &Runner<'_>, run| runner.block_returns(run);
            run_fast(input, signal, runner, points, control, finish, |place, came| {
                found[place as usize] = match came {
                    Came::Ran(Ok(blocks)) => Some(blocks),
                    Came::Ran(Err(fast::NeedsFull)) => {
                        let params = input.plan.params(combinations[place as usize]);
                        params.map_or(Some(None), |params| walked(&params))?
                    }
                    Came::Skipped | Came::Failed(PointError::Failed(_)) => None,
                    Came::Failed(PointError::Interrupted) => return None,
                };
                Some(())
            })
        }
        None => points.zip(&mut found).try_for_each(|((_, params), found)| {
            *found = params.map_or(Some(None), |params| walked(&params))?;
            Some(())
        }),
    };
    let total = combinations.len() as u64;
    let done = found.iter().flatten().count() as u64;
    outcome.ok_or(SweepError::Interrupted { done, total })?;
    Ok(found.into_iter().flatten().collect())
}

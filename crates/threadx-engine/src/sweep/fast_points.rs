//! Points of a sweep on the fast path.

use threadx_spec::Params;

use super::{
    fast::{self, Decided, Runner, Wave},
    shard::{PointError, SweepInput},
};
use crate::{Control, SignalStrategy};

/// What became of a point on the fast path.
pub(super) enum Came<T> {
    /// A rule leaves it out.
    Skipped,
    Failed(PointError),
    Ran(T),
}

/// Runs points on the fast path and hands each to `settle`, with what `finish` makes of its run; in any order. `None`
/// if `control` or `settle` says so.
pub(super) fn run_fast<'b, T>(
    input: &SweepInput<'_>,
    signal: &dyn SignalStrategy,
    mut runner: Runner<'b>,
    points: impl Iterator<Item = (u64, Option<Params>)>,
    control: &dyn Control,
    finish: impl Fn(&Runner<'b>, fast::Run) -> T,
    mut settle: impl FnMut(u64, Came<T>) -> Option<()>,
) -> Option<()> {
    let mut wave = Wave::new(runner.prepared());
    let flush =
        |wave: &mut Wave<'b>, runner: &mut Runner<'b>, settle: &mut dyn FnMut(u64, Came<T>) -> Option<()>| {
            wave.flush(runner, control, &finish, |position, ran| {
                settle(position, Came::Ran(ran))
            })
        };
    for (position, params) in points {
        if control.cancelled() {
            return None;
        }
        let Some(params) = params else {
            settle(position, Came::Skipped)?;
            continue;
        };
        match input.decided(signal, &params) {
            Err(error) => settle(position, Came::Failed(error))?,
            Ok(Decided::ByLines(lines)) => wave.add(position, lines),
            Ok(Decided::ByMasks(signals)) => {
                let run = runner.run(&runner.prepared().resolved(&signals));
                settle(position, Came::Ran(finish(&runner, run)))?;
            }
        }
        if wave.is_full() {
            flush(&mut wave, &mut runner, &mut settle)?;
        }
    }
    flush(&mut wave, &mut runner, &mut settle)
}

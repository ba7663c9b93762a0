//! What a memory check found out.

use std::fmt;

use serde::Serialize;

use super::{ALLOWANCE_BYTES, BARS, Footprint, Growth, Remains, SweepPeak, TASKS, growth, remains};
use crate::{
    check::{Check, Verdict},
    machine::Machine,
};

/// Shared controllers have to take at least so much less than one set a task, a fraction.
const REDUCTION: f64 = 0.4;
/// A task that left a single word behind would leave 8 bytes; below this it left none and what is seen is noise of
/// the threads.
const NOISE_BYTES_PER_TASK: f64 = 0.05;
/// The same of all the tasks of (c) together.
const NOISE_BYTES: u64 = 1024;

/// What a memory check found out; serialises to the document of `--json`.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Version of ThreadX.
    pub version: &'static str,
    /// Where it ran.
    pub machine: Machine,
    /// Bars of each task of (a).
    pub bars: usize,
    /// Tasks of (a), all in flight at once.
    pub tasks_in_flight: usize,
    /// (a) with controllers built by each task.
    pub per_task: Footprint,
    /// (a) with controllers that all tasks share.
    pub shared: Footprint,
    /// By how much less the second takes at its peak, a fraction of the first.
    pub reduction: f64,
    /// (b)
    pub growth: Growth,
    /// What a task of (b) leaves behind, bytes.
    pub growth_bytes_per_task: f64,
    /// (c)
    pub remains: Remains,
    /// (d); empty if no program was given.
    pub sweeps: Vec<SweepPeak>,
    /// What has to hold.
    pub checks: Vec<Check>,
}

impl Report {
    pub(super) fn new(
        per_task: Footprint,
        shared: Footprint,
        growth: Growth,
        remains: Remains,
        sweeps: Vec<SweepPeak>,
    ) -> Self {
        let reduction = 1.0 - shared.peak_live_bytes as f64 / per_task.peak_live_bytes as f64;
        let left = remains.live_bytes_after.saturating_sub(remains.live_bytes_before);
        let done = (remains.cancelled, remains.panicked, remains.callbacks_timed_out);
        let to_do = (remains::CANCELLED, remains::PANICKED, remains::ABANDONED);
        let checks = vec![
            Check::new(
                "(a) shared controllers take at least 40% less",
                reduction >= REDUCTION,
                || format!("{:.1}% less", reduction * 100.0),
            ),
            Check::new(
                "(b) a task leaves nothing behind",
                growth.bytes_per_task() <= NOISE_BYTES_PER_TASK,
                || format!("{:.3} bytes a task", growth.bytes_per_task()),
            ),
            Check::new(
                "(c) every task ended as it was made to",
                done == (to_do.0 as u64, to_do.1 as u64, to_do.2 as u64),
                || format!("{done:?} instead of {to_do:?}"),
            ),
            Check::new("(c) no heap is left behind", left <= NOISE_BYTES, || {
                format!("{left} bytes")
            }),
            Check::new(
                "(c) no thread is left behind",
                remains.threads_after <= remains.threads_before,
                || format!("{:?} after {:?}", remains.threads_after, remains.threads_before),
            ),
            Check::new(
                "(d) a sweep takes no more than it says",
                sweeps.iter().all(SweepPeak::holds),
                || {
                    format!(
                        "{:?}",
                        sweeps.iter().filter(|sweep| !sweep.holds()).collect::<Vec<_>>()
                    )
                },
            ),
        ];
        Self {
            version: env!("CARGO_PKG_VERSION"),
            machine: Machine::this(),
            bars: BARS,
            tasks_in_flight: TASKS,
            per_task,
            shared,
            reduction,
            growth_bytes_per_task: growth.bytes_per_task(),
            growth,
            remains,
            sweeps,
            checks,
        }
    }

    /// Whether everything holds that has to.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.checks.iter().all(|check| check.holds)
    }
}

/// Bytes in MiB, where they are known.
struct Mebibytes(Option<u64>);

impl fmt::Display for Mebibytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(bytes) => f.pad(&format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))),
            None => f.pad("(not told)"),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (own, shared) = (&self.per_task, &self.shared);
        writeln!(f, "machine       {}", self.machine)?;
        writeln!(
            f,
            "(a) {} backtests in flight on as many workers, {} bars each",
            self.tasks_in_flight, self.bars
        )?;
        writeln!(f, "  controllers        {:>14}{:>14}", "a set a task", "shared")?;
        for (name, own, shared) in [
            (
                "peak live heap",
                Some(own.peak_live_bytes),
                Some(shared.peak_live_bytes),
            ),
            ("peak RSS", own.peak_resident_bytes, shared.peak_resident_bytes),
            (
                "settled live heap",
                Some(own.settled_live_bytes),
                Some(shared.settled_live_bytes),
            ),
            (
                "settled RSS",
                own.settled_resident_bytes,
                shared.settled_resident_bytes,
            ),
        ] {
            writeln!(f, "  {name:<18} {:>14}{:>14}", Mebibytes(own), Mebibytes(shared))?;
        }
        writeln!(
            f,
            "  {:.1}% less at the peak of the live heap (at least 40% is asked for)",
            self.reduction * 100.0
        )?;
        writeln!(
            f,
            "(b) live heap {} bytes after {} backtests, {} after {}: {:.4} bytes a task",
            self.growth.first_live_bytes,
            growth::FIRST,
            self.growth.last_live_bytes,
            growth::LAST,
            self.growth_bytes_per_task
        )?;
        let remains = &self.remains;
        writeln!(
            f,
            "(c) live heap {} bytes before and {} after {} cancelled, {} panicked and {} given-up callbacks",
            remains.live_bytes_before,
            remains.live_bytes_after,
            remains.cancelled,
            remains.panicked,
            remains.callbacks_timed_out
        )?;
        if self.sweeps.is_empty() {
            writeln!(f, "(d) sweeps were not measured: no program was given")?;
        } else {
            writeln!(
                f,
                "(d) sweeps by the program, which may have {} resident beyond what it plans",
                Mebibytes(Some(ALLOWANCE_BYTES))
            )?;
            writeln!(
                f,
                "  {:>12}{:>14}{:>14}{:>14}",
                "combinations", "allowed", "planned", "peak RSS"
            )?;
        }
        for sweep in &self.sweeps {
            writeln!(
                f,
                "  {:>12}{:>14}{:>14}{:>14}",
                sweep.evaluated,
                Mebibytes(Some(sweep.budget_bytes)),
                Mebibytes(Some(sweep.planned_bytes)),
                Mebibytes(sweep.peak_resident_bytes)
            )?;
        }
        write!(f, "{}", Verdict(&self.checks))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FOOTPRINT: Footprint = Footprint {
        peak_live_bytes: 1_000,
        settled_live_bytes: 10,
        peak_resident_bytes: None,
        settled_resident_bytes: None,
    };
    const GROWTH: Growth = Growth {
        first_live_bytes: 5_000,
        last_live_bytes: 5_000,
        first_resident_bytes: None,
        last_resident_bytes: None,
    };
    const REMAINS: Remains = Remains {
        live_bytes_before: 5_000,
        live_bytes_after: 5_000,
        threads_before: Some(9),
        threads_after: Some(9),
        cancelled: remains::CANCELLED as u64,
        panicked: remains::PANICKED as u64,
        callbacks_timed_out: remains::ABANDONED as u64,
    };

    /// A sweep that takes all that it may and says so.
    const SWEEP: SweepPeak = SweepPeak {
        budget_bytes: 1 << 30,
        planned_bytes: 1 << 30,
        evaluated: 1,
        peak_resident_bytes: Some((1 << 30) + ALLOWANCE_BYTES),
    };

    fn report(shared_peak: u64, growth: Growth, remains: Remains) -> Report {
        report_with(shared_peak, growth, remains, SWEEP)
    }

    fn report_with(shared_peak: u64, growth: Growth, remains: Remains, sweep: SweepPeak) -> Report {
        let shared = Footprint {
            peak_live_bytes: shared_peak,
            ..FOOTPRINT
        };
        Report::new(FOOTPRINT, shared, growth, remains, vec![SWEEP, sweep])
    }

    #[test]
    fn a_target_that_is_reached_exactly_is_reached() {
        assert!(report(600, GROWTH, REMAINS).passed());
    }

    #[test]
    fn each_target_that_is_missed_fails() {
        let word_a_task = 5_000 + 8 * (growth::LAST - growth::FIRST) as u64;
        let grown = Growth {
            last_live_bytes: word_a_task,
            ..GROWTH
        };
        let left = Remains {
            live_bytes_after: 5_000 + 8 * remains::PANICKED as u64,
            ..REMAINS
        };
        let hangs = Remains {
            threads_after: Some(10),
            ..REMAINS
        };
        let lost = Remains {
            panicked: 999,
            ..REMAINS
        };
        let above = SweepPeak {
            peak_resident_bytes: SWEEP.peak_resident_bytes.map(|peak| peak + 1),
            ..SWEEP
        };
        let greedy = SweepPeak {
            planned_bytes: SWEEP.planned_bytes + 1,
            ..SWEEP
        };
        for report in [
            report_with(600, GROWTH, REMAINS, above),
            report_with(600, GROWTH, REMAINS, greedy),
            report(601, GROWTH, REMAINS),
            report(600, grown, REMAINS),
            report(600, GROWTH, left),
            report(600, GROWTH, hangs),
            report(600, GROWTH, lost),
        ] {
            assert_eq!(
                report.checks.iter().filter(|check| !check.holds).count(),
                1,
                "{report}"
            );
        }
    }
}

//! The report as a page.

use std::fmt::{self, Display, Formatter};

use super::faults::{FOUND_SINCE, Fault, Named, SEVEN};
use super::figures::{Figures, thousands};
use super::test_run::TestRun;

/// What the page is made of.
#[derive(Debug)]
pub(super) struct Page {
    /// Which sources, by version control.
    pub(super) sources: String,
    /// Which compiler.
    pub(super) compiler: String,
    pub(super) loads: Vec<Load>,
    pub(super) memory: Figures,
    pub(super) tests: TestRun,
    /// Named tests that there are not.
    pub(super) missing: Vec<&'static Named>,
}

/// A run of the load test.
#[derive(Debug)]
pub(super) struct Load {
    /// What it shows.
    pub(super) title: &'static str,
    pub(super) figures: Figures,
}

impl Page {
    /// Whether everything that the page claims was found to hold.
    pub(super) fn all_holds(&self) -> bool {
        self.criteria().iter().all(|(_, met)| *met)
    }

    /// The criteria of phase 2 and whether each was found to be met.
    fn criteria(&self) -> Vec<(String, bool)> {
        let tests_pass = self.tests.succeeded && self.missing.is_empty();
        let shown = |name: &str| {
            let faults = SEVEN.iter().filter(|fault| fault.name.starts_with(name));
            let mut tests = faults.flat_map(|fault| fault.shown_by);
            tests.all(|test| !self.missing.contains(&test)) && self.tests.succeeded
        };
        let loads_pass = self.loads.iter().all(|load| load.figures.passed);
        vec![
            (
                format!(
                    "Bug 4: controllers are built once; memory at the peak is {}% lower (at least 40% was asked for)",
                    self.memory.number("/reduction", 0.01, 1)
                ),
                self.memory.passed && shown("Bug 4"),
            ),
            (
                "Bug 5: one hierarchy of errors; nothing is caught and dropped".to_owned(),
                shown("Bug 5"),
            ),
            ("Bug 6: callbacks have a limit".to_owned(), shown("Bug 6")),
            ("Bug 7: every request is validated".to_owned(), shown("Bug 7")),
            (
                format!(
                    "All tests pass: {} passed, {} failed (`cargo test --workspace`)",
                    thousands(self.tests.passed),
                    thousands(self.tests.failed)
                ),
                tests_pass,
            ),
            (
                "Load: 1,000 tasks with 100 in flight, and the other loads below, lose nothing".to_owned(),
                loads_pass,
            ),
            (
                "Validation is documented: [requests.md](requests.md), written from the rules themselves"
                    .to_owned(),
                true,
            ),
            ("This report".to_owned(), true),
        ]
    }
}

impl Display for Page {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "# Phase 2 completion report\n\n\
             Written by `cargo xtask report` from what it ran; do not edit. Run it again to measure another machine.\n"
        )?;
        writeln!(f, "- machine: {}", machine(&self.memory))?;
        writeln!(f, "- compiler: {}", self.compiler)?;
        writeln!(f, "- sources: {}\n", self.sources)?;

        writeln!(f, "## Criteria\n")?;
        for (criterion, met) in self.criteria() {
            writeln!(f, "- [{}] {criterion}", if met { 'x' } else { ' ' })?;
        }

        writeln!(f, "\n## The seven faults\n")?;
        self.faults(f, SEVEN)?;
        writeln!(f, "### Found since\n")?;
        self.faults(f, FOUND_SINCE)?;

        writeln!(f, "## Load\n")?;
        self.load(f)?;
        writeln!(f, "\n## Memory\n")?;
        self.memory(f)
    }
}

impl Page {
    fn faults(&self, f: &mut Formatter<'_>, faults: &[Fault]) -> fmt::Result {
        for fault in faults {
            writeln!(
                f,
                "**{}.** {} *Here:* {} Shown by:\n",
                fault.name, fault.was, fault.here
            )?;
            for named in fault.shown_by {
                let note = if self.missing.contains(&named) {
                    " (**there is no such test**)"
                } else {
                    ""
                };
                writeln!(f, "- `{}` of {}{note}", named.test, named.package)?;
            }
            writeln!(f)?;
        }
        Ok(())
    }

    fn load(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "Real requests on the bars of the sample: backtests, indicators and small sweeps over six months of hourly bars. \
             Latency is from the call that submits a task to the moment at which its end is told; most of it is the wait in a \
             queue that is always full. A snapshot of the state is taken every millisecond by another thread.\n"
        )?;
        writeln!(
            f,
            "| load | tasks/s | latency p50 / p95 / p99 / max, ms | run time p50 / p99, ms | peak RSS, MiB | CPU user + system, s | threads (allowed) |\n\
             | --- | ---: | ---: | ---: | ---: | ---: | ---: |"
        )?;
        for Load { title, figures } in &self.loads {
            let latency = |quantile: &str| figures.number(&format!("/latency_ms/{quantile}"), 1.0, 1);
            let run_time = |quantile: &str| figures.number(&format!("/run_time_ms/{quantile}"), 1.0, 2);
            writeln!(
                f,
                "| {title} | {} | {} / {} / {} / {} | {} / {} | {} | {} + {} | {} ({}) |",
                figures.number("/tasks_per_second", 1.0, 0),
                latency("p50"),
                latency("p95"),
                latency("p99"),
                latency("max"),
                run_time("p50"),
                run_time("p99"),
                figures.mebibytes("/peak_resident_bytes"),
                figures.number("/cpu_user_seconds", 1.0, 2),
                figures.number("/cpu_system_seconds", 1.0, 2),
                figures.count("/threads/most"),
                figures.count("/threads/bound"),
            )?;
        }
        writeln!(
            f,
            "\n| load | succeeded | failed | panicked | cancelled | timed out | callbacks ok / timed out / panicked / skipped | \
             snapshots (broken) | all holds |\n\
             | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |"
        )?;
        for Load { title, figures } in &self.loads {
            writeln!(
                f,
                "| {title} | {} | {} | {} | {} | {} | {} / {} / {} / {}{} | {} ({}) | {} |",
                figures.count("/ledger/succeeded"),
                figures.count("/ledger/failed"),
                figures.count("/ledger/panicked"),
                figures.count("/ledger/cancelled"),
                figures.count("/ledger/timed_out"),
                figures.count("/callbacks/ok"),
                figures.count("/callbacks/timed_out"),
                figures.count("/callbacks/panicked"),
                figures.count("/callbacks/skipped"),
                if figures.holds("/degraded") {
                    ", degraded"
                } else {
                    ""
                },
                figures.count("/watched/snapshots"),
                figures.count("/watched/breach_count"),
                if figures.passed { "yes" } else { "**no**" },
            )?;
        }
        writeln!(f, "\nThe commands:\n")?;
        for Load { title, figures } in &self.loads {
            writeln!(f, "- {title}: `{}`", figures.command)?;
        }
        Ok(())
    }

    fn memory(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let memory = &self.memory;
        writeln!(f, "`{}`, each part in processes of its own.\n", memory.command)?;
        writeln!(
            f,
            "{} backtests in flight on as many workers, {} bars each, MiB above an empty process (RSS: of the process):\n",
            memory.count("/tasks_in_flight"),
            memory.count("/bars")
        )?;
        writeln!(
            f,
            "| | controllers built by each task | shared |\n| --- | ---: | ---: |"
        )?;
        for (name, field) in [
            ("peak live heap", "peak_live_bytes"),
            ("peak RSS", "peak_resident_bytes"),
            ("live heap when all had ended", "settled_live_bytes"),
            ("RSS when all had ended", "settled_resident_bytes"),
        ] {
            writeln!(
                f,
                "| {name} | {} | {} |",
                memory.mebibytes(&format!("/per_task/{field}")),
                memory.mebibytes(&format!("/shared/{field}"))
            )?;
        }
        writeln!(
            f,
            "\n- shared controllers take {}% less at the peak of the live heap;",
            memory.number("/reduction", 0.01, 1)
        )?;
        writeln!(
            f,
            "- live heap: {} bytes after 1,000 backtests and {} after 100,000, {} bytes a task;",
            memory.count("/growth/first_live_bytes"),
            memory.count("/growth/last_live_bytes"),
            memory.number("/growth_bytes_per_task", 1.0, 4)
        )?;
        writeln!(
            f,
            "- {} cancelled tasks, {} panicked ones and {} given-up callbacks: {} bytes before, {} after; {} threads before, {} after.",
            memory.count("/remains/cancelled"),
            memory.count("/remains/panicked"),
            memory.count("/remains/callbacks_timed_out"),
            memory.count("/remains/live_bytes_before"),
            memory.count("/remains/live_bytes_after"),
            memory.count("/remains/threads_before"),
            memory.count("/remains/threads_after"),
        )
    }
}

fn machine(figures: &Figures) -> String {
    let gibibytes = figures.number("/machine/memory_bytes", f64::from(1 << 30), 0);
    format!(
        "{}, {} cores, {}, {gibibytes} GiB of memory",
        figures.text("/machine/system"),
        figures.count("/machine/cores"),
        figures.text("/machine/processor"),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn page(load_holds: bool, missing: Vec<&'static Named>) -> Page {
        let load = json!({"ledger": {"succeeded": 1000}, "checks": [{"holds": load_holds}]});
        Page {
            sources: "0123456".to_owned(),
            compiler: "rustc".to_owned(),
            loads: vec![Load {
                title: "plain",
                figures: Figures::of("cargo xtask loadtest", &load),
            }],
            memory: Figures::of(
                "cargo xtask memcheck",
                &json!({"reduction": 0.785, "checks": [{"holds": true}]}),
            ),
            tests: TestRun {
                passed: 1200,
                failed: 0,
                succeeded: true,
            },
            missing,
        }
    }

    #[test]
    fn what_was_found_is_told() {
        let page = page(true, Vec::new());
        assert!(page.all_holds());
        let text = page.to_string();
        assert!(!text.contains("- [ ]"), "{text}");
        for expected in [
            "memory at the peak is 78.5% lower",
            "1,200 passed, 0 failed",
            "| plain | 1,000 |",
        ] {
            assert!(text.contains(expected), "{expected} is not in\n{text}");
        }
    }

    #[test]
    fn what_does_not_hold_is_not_ticked() {
        let broken = page(false, Vec::new());
        assert!(!broken.all_holds());
        assert!(broken.to_string().contains("- [ ] Load"));

        let gone = page(true, vec![&SEVEN[5].shown_by[0]]);
        assert!(!gone.all_holds());
        let text = gone.to_string();
        assert!(
            text.contains("- [ ] Bug 6") && text.contains("- [x] Bug 7"),
            "{text}"
        );
        assert!(text.contains("there is no such test"));
    }
}

//! A pool for somebody else's job type: numbers to be factored, with deadlines, callbacks, progress
//! and a graceful shutdown.
//!
//! `cargo run -p threadx-coordinator --example prime_factors`

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use threadx_coordinator::{
    Coordinator, CoordinatorConfig, Flow, Outcome, Shutdown, Task, TaskContext, TaskFlow, task_span,
};
use threadx_error::CoordinatorError;

/// What all jobs share, made once.
#[derive(Default)]
struct Statistics {
    divisions: AtomicUsize,
}

/// A job: any type of one's own.
struct Factor(u64);

/// Why a job may fail by itself.
#[derive(Debug, thiserror::Error)]
enum FactorError {
    #[error("{0} has no prime factors")]
    NoFactors(u64),
    #[error("the job was told to stop")]
    Stopped(#[from] CoordinatorError),
}

impl Task<Statistics> for Factor {
    type Output = Vec<u64>;
    type Error = FactorError;

    fn kind(&self) -> &'static str {
        "factor"
    }

    fn span(&self) -> tracing::Span {
        task_span!(number = self.0)
    }

    fn run(
        self,
        statistics: &Statistics,
        context: &TaskContext,
    ) -> Result<TaskFlow<Statistics, Self>, FactorError> {
        let mut rest = self.0;
        if rest < 2 {
            return Err(FactorError::NoFactors(rest));
        }
        let mut factors = Vec::new();
        let mut divisor = 2;
        let mut divisions = 0;
        while divisor * divisor <= rest {
            // Often enough to stop within 10 ms, seldom enough to cost nothing.
            if divisions % 100_000 == 0 {
                context.checkpoint()?;
                context.progress(divisor, rest.isqrt());
            }
            divisions += 1;
            if rest.is_multiple_of(divisor) {
                factors.push(divisor);
                rest /= divisor;
            } else {
                divisor += 1;
            }
        }
        factors.push(rest);
        statistics.divisions.fetch_add(divisions, Ordering::Relaxed);
        Ok(Flow::Done(factors))
    }
}

#[expect(clippy::print_stdout, reason = "an example shows what it does")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let config = CoordinatorConfig::builder()
        .workers(2)
        .queue_capacity(16)
        .callback_timeout(Duration::from_secs(1))
        .build()?;
    let statistics = Arc::new(Statistics::default());
    let pool: Coordinator<Statistics> = Coordinator::new(config, Arc::clone(&statistics))?;

    // A callback hears of the end, however it comes; the last job is far too long for its deadline.
    let numbers = [360, 1, 600_851_475_143, 18_446_744_073_709_551_557];
    let mut handles = Vec::new();
    for number in numbers {
        let submission = pool.prepare(Factor(number)).timeout(Duration::from_millis(200));
        let handle = submission
            .callback(move |result| match &result.outcome {
                Outcome::Succeeded(factors) => println!("{number} = {factors:?}"),
                Outcome::Failed(error) => println!("{number}: {error}"),
                Outcome::TimedOut { phase, .. } => println!("{number}: out of time, {}", phase.as_str()),
                other => println!("{number}: {}", other.status().as_str()),
            })
            .submit()?;
        handles.push(handle);
    }

    // A handle can be waited for as well.
    if let Some(first) = handles.first() {
        assert_eq!(first.wait()?.value(), Some(&vec![2, 2, 2, 3, 3, 5]));
    }

    let report = pool.shutdown(Shutdown::drain(Duration::from_secs(5))).wait()?;
    let state = pool.state();
    println!(
        "{} finished in {:.1?}: {} succeeded, {} failed, {} timed out, {} callbacks, {} divisions",
        report.finished,
        report.elapsed,
        state.succeeded,
        state.failed,
        state.timed_out,
        report.callbacks_run,
        statistics.divisions.load(Ordering::Relaxed),
    );
    Ok(())
}

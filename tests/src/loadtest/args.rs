//! What the load test is asked to do.

use std::{path::PathBuf, time::Duration};

use clap::{Parser, ValueEnum};
use threadx::coordinator::CoordinatorConfig;

use super::Mix;

/// Runs real requests through the coordinator, a given number in flight at once, and prints throughput, latency,
/// memory, processor time and a ledger of what became of every task.
///
/// Exits with 1 if a task was lost, ended as it should not, or anything did not add up.
#[derive(Debug, Clone, Parser)]
#[command(name = "loadtest", bin_name = "cargo xtask loadtest")]
pub struct Args {
    /// Tasks to run [default: 1000; without limit if a duration is given]
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..))]
    pub tasks: Option<u64>,
    /// Tasks in flight: submitted and not ended; one that ends is replaced at once
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub concurrency: u32,
    /// Worker threads [default: one per core]
    #[arg(long)]
    pub workers: Option<usize>,
    /// Kinds of requests and their shares
    #[arg(long, default_value = "backtest=70,indicator=15,sweep=5,data=10")]
    pub mix: Mix,
    /// What the tasks' callbacks do
    #[arg(long, value_enum, default_value_t = Callbacks::None)]
    pub callbacks: Callbacks,
    /// Give a callback to the first so many tasks [default: 1 if they are slow, otherwise all]
    #[arg(long, value_name = "TASKS")]
    pub callback_tasks: Option<u64>,
    /// Limit of one callback, seconds
    #[arg(long, value_name = "SECONDS", default_value = "5", value_parser = seconds)]
    pub callback_timeout: Duration,
    /// Share of tasks that are cancelled, at a random moment while they are in flight
    #[arg(long, default_value_t = 0.0, value_parser = share)]
    pub cancel_rate: f64,
    /// Where random choices start; the same seed makes the same requests in the same order
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Submit nothing more after so many seconds
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub duration: Option<Duration>,
    /// Write the figures to this file as JSON, too
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Print the coordinator's log events of level warn and above on standard error
    #[arg(long)]
    pub log: bool,
}

/// How a callback panics that is to panic.
pub(super) const OWN_PANIC: &str = "a callback of the load test that was to panic";

/// What the tasks' callbacks do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Callbacks {
    /// There are none
    None,
    /// They return at once
    Ok,
    /// They sleep for 10 s
    Slow,
    /// They never return
    Hang,
    /// They panic
    Panic,
}

impl Callbacks {
    /// What one callback does.
    pub(super) fn run(self) {
        match self {
            Self::None | Self::Ok => {}
            Self::Slow => std::thread::sleep(Duration::from_secs(10)),
            Self::Hang => loop {
                std::thread::park();
            },
            // Unlike `panic!`, this asks no hook: the load test is to see what the coordinator makes of it.
            Self::Panic => std::panic::resume_unwind(Box::new(OWN_PANIC)),
        }
    }
}

impl Args {
    /// Tasks to submit at most.
    pub(super) fn task_limit(&self) -> u64 {
        match (self.tasks, self.duration) {
            (Some(tasks), _) => tasks,
            (None, Some(_)) => u64::MAX,
            (None, None) => 1000,
        }
    }

    /// The first so many tasks have a callback.
    pub(super) fn tasks_with_callback(&self) -> u64 {
        match self.callbacks {
            Callbacks::None => 0,
            Callbacks::Slow => self.callback_tasks.unwrap_or(1),
            Callbacks::Ok | Callbacks::Hang | Callbacks::Panic => self.callback_tasks.unwrap_or(u64::MAX),
        }
    }

    /// A queue for all that is in flight, and room for every callback: nothing has to be refused.
    pub(super) fn config(&self) -> threadx::Result<CoordinatorConfig> {
        let callbacks = self.tasks_with_callback().min(self.task_limit());
        let config = CoordinatorConfig::builder()
            .queue_capacity(self.concurrency as usize)
            .callback_timeout(self.callback_timeout)
            .callback_capacity(usize::try_from(callbacks).unwrap_or(usize::MAX).max(1));
        let config = match self.workers {
            Some(workers) => config.workers(workers),
            None => config,
        };
        Ok(config.build()?)
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    let value: f64 = text
        .parse()
        .map_err(|_cause| format!("expected a number of seconds, got {text:?}"))?;
    let duration = Duration::try_from_secs_f64(value).map_err(|error| error.to_string())?;
    if duration.is_zero() {
        return Err("must be more than 0".to_owned());
    }
    Ok(duration)
}

fn share(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(share) if (0.0..=1.0).contains(&share) => Ok(share),
        _ => Err(format!("expected a number from 0 to 1, got {text:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Result<Args, String> {
        let all = [&["loadtest"], arguments].concat();
        Args::try_parse_from(all).map_err(|error| error.to_string())
    }

    #[test]
    fn the_number_of_tasks_is_open_if_there_is_a_duration() {
        assert_eq!(parse(&[]).unwrap().task_limit(), 1000);
        assert_eq!(parse(&["--duration", "2.5"]).unwrap().task_limit(), u64::MAX);
        let both = parse(&["--duration", "2", "--tasks", "7"]).unwrap();
        assert_eq!(
            (both.task_limit(), both.duration),
            (7, Some(Duration::from_secs(2)))
        );
    }

    #[test]
    fn only_the_first_task_has_a_slow_callback_unless_said_otherwise() {
        let with = |arguments: &[&str]| parse(arguments).unwrap().tasks_with_callback();
        assert_eq!(with(&[]), 0);
        assert_eq!(with(&["--callbacks", "slow"]), 1);
        assert_eq!(with(&["--callbacks", "hang"]), u64::MAX);
        assert_eq!(with(&["--callbacks", "slow", "--callback-tasks", "3"]), 3);
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for arguments in [
            ["--tasks", "0"],
            ["--concurrency", "0"],
            ["--cancel-rate", "1.5"],
            ["--cancel-rate", "NaN"],
            ["--duration", "0"],
            ["--callback-timeout", "-1"],
            ["--mix", "report=5"],
            ["--callbacks", "often"],
        ] {
            assert!(parse(&arguments).is_err(), "{arguments:?}");
        }
    }
}

//! The figures of a running coordinator in the text format that monitoring systems read.

use std::fmt;

use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeMetric, text},
    metrics::{MetricType, counter::ConstCounter, gauge::ConstGauge},
    registry::{Registry, Unit},
};
use threadx_coordinator::State;

use crate::ThreadX;

/// The content type under which [`open_metrics`] is to be served.
pub const OPEN_METRICS_CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// One consistent picture of the coordinator in the OpenMetrics text format, which Prometheus reads.
///
/// Made anew at each call, from one snapshot: within one text `threadx_tasks_submitted_total` is the sum of
/// `threadx_tasks_queued`, `threadx_tasks_running` and every `threadx_tasks_ended_total`. Names and labels are
/// stable.
///
/// | name | type, unit | what it counts |
/// | --- | --- | --- |
/// | `threadx_tasks_submitted_total` | counter | tasks accepted |
/// | `threadx_tasks_ended_total{outcome}` | counter | tasks ended; `outcome` is `succeeded`, `failed`, `panicked`, `cancelled` or `timed_out` |
/// | `threadx_tasks_queued` | gauge | tasks that wait for their first worker |
/// | `threadx_tasks_running` | gauge | tasks that have started and not ended |
/// | `threadx_queue_depth` | gauge | tasks, parts and finish steps that wait for a worker |
/// | `threadx_queue_capacity` | gauge | most tasks that may be queued |
/// | `threadx_workers` | gauge | worker threads that serve |
/// | `threadx_workers_busy` | gauge | of these, the ones that run something |
/// | `threadx_workers_abandoned` | gauge | worker threads that hang and were replaced |
/// | `threadx_callbacks_pending` | gauge | places for callbacks that are in use |
/// | `threadx_callbacks_ended_total{outcome}` | counter | callbacks; `outcome` is `returned`, `timed_out`, `panicked` or `skipped` |
/// | `threadx_callback_threads_abandoned` | gauge | callback threads that hang and were replaced |
/// | `threadx_uptime_seconds` | gauge, seconds | time since the coordinator was made |
/// | `threadx_degraded` | gauge | 1 if it does less than it should, otherwise 0 |
/// | `threadx_closing` | gauge | 1 once a shutdown has begun, otherwise 0 |
///
/// ```
/// use threadx_controllers::{Services, ThreadX, open_metrics};
/// use threadx_coordinator::CoordinatorConfig;
///
/// let threadx = ThreadX::new(CoordinatorConfig::default(), Services::builder().build()?)?;
/// let text = open_metrics(&threadx)?;
/// assert!(text.contains("\nthreadx_tasks_ended_total{outcome=\"failed\"} 0\n"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// None in practice: a text in memory can always be written.
pub fn open_metrics(threadx: &ThreadX) -> Result<String, fmt::Error> {
    let mut registry = Registry::with_prefix("threadx");
    registry.register_collector(Box::new(Snapshot {
        state: threadx.state(),
    }));
    let mut text = String::new();
    text::encode(&mut text, &registry)?;
    Ok(text)
}

/// What is told, at one moment.
#[derive(Debug)]
struct Snapshot {
    state: State,
}

impl Collector for Snapshot {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let state = &self.state;
        let mut told = Told(&mut encoder);
        told.counter("tasks_submitted", "Tasks accepted", state.submitted)?;
        told.counters(
            "tasks_ended",
            "Tasks ended",
            &[
                ("succeeded", state.succeeded),
                ("failed", state.failed),
                ("panicked", state.panicked),
                ("cancelled", state.cancelled),
                ("timed_out", state.timed_out),
            ],
        )?;
        told.gauge(
            "tasks_queued",
            "Tasks that wait for their first worker",
            state.queued,
        )?;
        told.gauge(
            "tasks_running",
            "Tasks that have started and not ended",
            state.running,
        )?;
        let depth = count(state.queue_depth);
        told.gauge(
            "queue_depth",
            "Tasks, parts and finish steps that wait for a worker",
            depth,
        )?;
        let capacity = count(state.queue_capacity);
        told.gauge("queue_capacity", "Most tasks that may be queued", capacity)?;
        told.gauge("workers", "Worker threads that serve", count(state.workers))?;
        let busy = count(state.busy_workers);
        told.gauge("workers_busy", "Worker threads that run something", busy)?;
        let abandoned = count(state.abandoned_workers);
        told.gauge(
            "workers_abandoned",
            "Worker threads that hang and were replaced",
            abandoned,
        )?;
        let pending = count(state.callbacks_pending);
        told.gauge(
            "callbacks_pending",
            "Places for callbacks that are in use",
            pending,
        )?;
        told.counters(
            "callbacks_ended",
            "Callbacks that ended, were given up or were not run",
            &[
                ("returned", state.callbacks_run),
                ("timed_out", state.callbacks_timed_out),
                ("panicked", state.callbacks_panicked),
                ("skipped", state.callbacks_skipped),
            ],
        )?;
        told.gauge(
            "callback_threads_abandoned",
            "Callback threads that hang and were replaced",
            count(state.abandoned_callbacks),
        )?;
        told.seconds(
            "uptime",
            "Time since the coordinator was made",
            state.uptime.as_secs_f64(),
        )?;
        told.gauge(
            "degraded",
            "Whether it does less than it should",
            u64::from(state.degraded),
        )?;
        told.gauge(
            "closing",
            "Whether a shutdown has begun",
            u64::from(state.closing),
        )
    }
}

/// Writes one family of figures after the other.
struct Told<'a, 'e>(&'a mut DescriptorEncoder<'e>);

impl Told<'_, '_> {
    fn counter(&mut self, name: &str, help: &str, value: u64) -> fmt::Result {
        let metric = self.0.encode_descriptor(name, help, None, MetricType::Counter)?;
        ConstCounter::new(value).encode(metric)
    }

    /// One counter for each outcome.
    fn counters(&mut self, name: &str, help: &str, values: &[(&str, u64)]) -> fmt::Result {
        let mut family = self.0.encode_descriptor(name, help, None, MetricType::Counter)?;
        for &(outcome, value) in values {
            ConstCounter::new(value).encode(family.encode_family(&[("outcome", outcome)])?)?;
        }
        Ok(())
    }

    fn gauge(&mut self, name: &str, help: &str, value: u64) -> fmt::Result {
        // The format has signed whole numbers; no count here comes near to their end.
        let value = i64::try_from(value).unwrap_or(i64::MAX);
        let metric = self.0.encode_descriptor(name, help, None, MetricType::Gauge)?;
        ConstGauge::new(value).encode(metric)
    }

    fn seconds(&mut self, name: &str, help: &str, value: f64) -> fmt::Result {
        let metric = self
            .0
            .encode_descriptor(name, help, Some(&Unit::Seconds), MetricType::Gauge)?;
        ConstGauge::new(value).encode(metric)
    }
}

fn count(number: usize) -> u64 {
    number as u64
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use threadx_coordinator::{CoordinatorConfig, Flow, task_fn};
    use threadx_error::{CoordinatorError, Error};

    use super::*;
    use crate::Services;

    fn figures(text: &str) -> BTreeMap<&str, f64> {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        lines
            .map(|line| {
                let (name, value) = line.rsplit_once(' ').unwrap();
                (name, value.parse().unwrap())
            })
            .collect()
    }

    #[test]
    fn tells_what_the_state_counts() {
        let config = CoordinatorConfig::builder()
            .workers(3)
            .queue_capacity(17)
            .build()
            .unwrap();
        let threadx = ThreadX::new(config, Services::builder().build().unwrap()).unwrap();
        for index in 0..5 {
            let task = task_fn("some", move |_: &Services, _| {
                if index < 2 {
                    Err(Error::from(CoordinatorError::ShutDown))
                } else {
                    Ok(Flow::Done(()))
                }
            });
            threadx.submit(task).unwrap().wait().unwrap();
        }
        let text = open_metrics(&threadx).unwrap();
        assert!(text.ends_with("# EOF\n"));
        let figures = figures(&text);
        for (name, value) in [
            ("threadx_tasks_submitted_total", 5.0),
            ("threadx_tasks_ended_total{outcome=\"succeeded\"}", 3.0),
            ("threadx_tasks_ended_total{outcome=\"failed\"}", 2.0),
            ("threadx_tasks_ended_total{outcome=\"timed_out\"}", 0.0),
            ("threadx_tasks_queued", 0.0),
            ("threadx_queue_capacity", 17.0),
            ("threadx_workers", 3.0),
            ("threadx_callbacks_ended_total{outcome=\"skipped\"}", 0.0),
            ("threadx_degraded", 0.0),
        ] {
            assert_eq!(figures.get(name), Some(&value), "{name} in\n{text}");
        }
        assert!(figures["threadx_uptime_seconds"] > 0.0);
    }
}

//! Spans and logs. These tests run in a process of their own, because the collector is global.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use threadx_coordinator::{Flow, Status, Task, TaskContext, TaskFlow, TaskId, task_fn, task_span};
use threadx_error::{BacktestError, CoordinatorError, Error};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;

use crate::support::{alone, config, eventually, pool, until_cancelled, yields};

/// What was traced in this process.
#[derive(Debug, Clone, Default)]
pub(crate) struct Collected(Arc<Mutex<Records>>);

#[derive(Debug, Default)]
struct Records {
    spans: BTreeMap<u64, Span>,
    lines: Vec<Line>,
}

#[derive(Debug, Clone, Default)]
struct Span {
    name: &'static str,
    parent: Option<&'static str>,
    fields: Fields,
    closed: bool,
}

#[derive(Debug)]
struct Line {
    /// The name of the span it was logged in.
    span: Option<&'static str>,
    fields: Fields,
}

/// Collects everything that is traced in this process from now on.
pub(crate) fn logs() -> Collected {
    let collected = Collected::default();
    let subscriber = tracing_subscriber::registry().with(collected.clone());
    tracing::subscriber::set_global_default(subscriber).unwrap();
    collected
}

impl Collected {
    /// What was logged with this task's id, as text.
    pub(crate) fn lines_of(&self, id: TaskId) -> Vec<String> {
        let id = id.to_string();
        let records = self.0.lock().unwrap();
        let of_task = records
            .lines
            .iter()
            .filter(|line| line.fields.0.get("task_id") == Some(&id));
        of_task.map(|line| line.fields.to_string()).collect()
    }

    fn spans(&self, name: &str) -> Vec<Span> {
        self.0
            .lock()
            .unwrap()
            .spans
            .values()
            .filter(|span| span.name == name)
            .cloned()
            .collect()
    }
}

#[derive(Debug, Clone, Default)]
struct Fields(BTreeMap<&'static str, String>);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }
}

impl std::fmt::Display for Fields {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (name, value) in &self.0 {
            f.write_str(name)?;
            f.write_char('=')?;
            f.write_str(value)?;
            f.write_char(' ')?;
        }
        Ok(())
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Collected {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut span = Span {
            name: attributes.metadata().name(),
            parent: context
                .span(id)
                .and_then(|span| span.parent().map(|parent| parent.name())),
            ..Span::default()
        };
        attributes.record(&mut span.fields);
        self.0.lock().unwrap().spans.insert(id.into_u64(), span);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, _: Context<'_, S>) {
        if let Some(span) = self.0.lock().unwrap().spans.get_mut(&id.into_u64()) {
            values.record(&mut span.fields);
        }
    }

    fn on_close(&self, id: Id, _: Context<'_, S>) {
        if let Some(span) = self.0.lock().unwrap().spans.get_mut(&id.into_u64()) {
            span.closed = true;
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let span = context.event_span(event).map(|span| span.name());
        self.0.lock().unwrap().lines.push(Line { span, fields });
    }
}

struct Named(&'static str);

impl Task<()> for Named {
    type Output = ();
    type Error = CoordinatorError;

    fn kind(&self) -> &'static str {
        "named"
    }

    fn span(&self) -> tracing::Span {
        task_span!(token = self.0)
    }

    fn run(self, (): &(), _: &TaskContext) -> Result<TaskFlow<(), Self>, CoordinatorError> {
        tracing::info!("inside");
        Ok(Flow::Done(()))
    }
}

#[test]
fn a_task_has_one_span_with_its_fields_under_the_submitter_s() {
    alone(
        "traced::a_task_has_one_span_with_its_fields_under_the_submitter_s",
        || {
            let logs = logs();
            let pool = pool(config());
            let handle = tracing::info_span!("submitter").in_scope(|| pool.submit(Named("BTCUSDT")).unwrap());
            handle.wait().unwrap();
            let spans = logs.spans("task");
            assert_eq!(spans.len(), 1);
            let span = &spans[0];
            assert_eq!(span.parent, Some("submitter"));
            assert!(span.closed, "although the handle is still held");
            let field = |name| span.fields.0.get(name).map(String::as_str);
            assert_eq!(field("task_id"), Some("1"));
            assert_eq!(field("kind"), Some("named"));
            assert_eq!(field("token"), Some("BTCUSDT"));
            assert_eq!(field("outcome"), Some("succeeded"));
            for time in ["queue_wait_us", "run_us"] {
                assert!(
                    field(time).is_some_and(|micros| micros.parse::<u64>().is_ok()),
                    "{time}"
                );
            }
            let records = logs.0.lock().unwrap();
            assert_eq!(records.lines.len(), 1);
            assert_eq!(
                records.lines[0].span,
                Some("task"),
                "what a task logs is in its span"
            );
        },
    );
}

#[test]
fn a_failure_is_logged_once_in_the_task_s_span_before_the_result_is_seen() {
    alone(
        "traced::a_failure_is_logged_once_in_the_task_s_span_before_the_result_is_seen",
        || {
            #[derive(Debug, thiserror::Error)]
            #[error("a foreign failure")]
            struct Foreign(#[source] std::fmt::Error);

            let logs = logs();
            let pool = pool(config());
            let fails = task_fn("fails", |(): &(), _| {
                Err::<Flow<(), (), _>, _>(Error::from(BacktestError::NoBars))
            });
            let foreign = task_fn("foreign", |(): &(), _| {
                Err::<Flow<(), (), _>, _>(Foreign(std::fmt::Error))
            });
            let failed = pool.submit(fails).unwrap();
            failed.wait().unwrap();
            assert_eq!(logs.lines_of(failed.id()).len(), 1);
            let line = &logs.lines_of(failed.id())[0];
            assert!(
                line.contains("error.code=no_bars") && line.contains("operation=fails"),
                "{line}"
            );

            let foreign = pool.submit(foreign).unwrap();
            foreign.wait().unwrap();
            let lines = logs.lines_of(foreign.id());
            assert!(
                lines.len() == 1 && lines[0].contains("a foreign failure"),
                "{lines:?}"
            );
            assert!(
                lines[0].contains("error.causes=an error occurred when formatting"),
                "{lines:?}"
            );

            let panicked = pool.submit(yields(|_| panic!("a defect"))).unwrap();
            panicked.wait().unwrap();
            let lines = logs.lines_of(panicked.id());
            assert!(lines.len() == 1 && lines[0].contains("a defect"), "{lines:?}");

            let cancelled = pool.submit(until_cancelled()).unwrap();
            cancelled.cancel();
            cancelled.wait().unwrap();
            assert!(
                logs.lines_of(cancelled.id()).is_empty(),
                "a cancelled task has not failed"
            );
            let ok = pool.submit(yields(|_| ())).unwrap();
            ok.wait().unwrap();
            assert!(logs.lines_of(ok.id()).is_empty());
            let records = logs.0.lock().unwrap();
            assert!(records.lines.iter().all(|line| line.span == Some("task")));
        },
    );
}

#[test]
fn the_span_of_a_refused_task_says_so() {
    alone("traced::the_span_of_a_refused_task_says_so", || {
        let logs = logs();
        let pool = pool(config().workers(1).queue_capacity(1));
        let gate = crate::support::occupy(&pool);
        drop(pool.submit(Named("first")).unwrap());
        drop(pool.try_submit(Named("second")).unwrap_err());
        let refused = |span: &Span| span.fields.0.get("outcome").map(String::as_str) == Some("refused");
        assert_eq!(logs.spans("task").iter().filter(|span| refused(span)).count(), 1);
        gate.open();
        eventually(|| pool.state().succeeded == 2);
    });
}

#[test]
fn a_log_subscriber_that_panics_harms_nobody() {
    struct Panics;

    impl<S: Subscriber> Layer<S> for Panics {
        fn on_event(&self, _: &Event<'_>, _: Context<'_, S>) {
            panic!("a subscriber panics");
        }
    }

    alone("traced::a_log_subscriber_that_panics_harms_nobody", || {
        std::panic::set_hook(Box::new(|_| ()));
        let subscriber = tracing_subscriber::registry().with(Panics);
        tracing::subscriber::set_global_default(subscriber).unwrap();
        let pool = pool(config().workers(1));
        for _ in 0..100 {
            let failed = pool.submit(yields(|_| panic!("a defect"))).unwrap();
            assert_eq!(failed.wait().unwrap().status(), Status::Panicked);
        }
        drop(
            pool.prepare(yields(|_| ()))
                .callback(|_| panic!("a callback"))
                .submit()
                .unwrap(),
        );
        eventually(|| pool.state().callbacks_panicked == 1);
        assert_eq!(
            pool.submit(yields(|_| 1)).unwrap().wait().unwrap().value(),
            Some(&1)
        );
        assert_eq!(pool.state().workers, 1);
    });
}

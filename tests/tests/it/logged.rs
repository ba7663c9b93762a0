//! A failure of a task is logged once, where it leaves the coordinator, with what it knows.

use std::{
    collections::BTreeMap,
    fmt::Debug,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use threadx::{
    controllers::{Services, ThreadX},
    coordinator::{CoordinatorConfig, HandleOf, Submission, Task},
    market::{Timeframe, Timestamp},
    request::{BacktestRequest, IndicatorRequest, RequestContext, SweepRequest, Valid},
    spec::Params,
};
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    Layer,
    layer::{Context, SubscriberExt},
};

type Fields = BTreeMap<String, String>;

use crate::alone::alone;

/// Keeps the failures that are logged.
#[derive(Clone, Default)]
struct Failures(Arc<Mutex<Vec<Fields>>>);

impl Failures {
    /// Those since the last look.
    fn take(&self) -> Vec<Fields> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<S: Subscriber> Layer<S> for Failures {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() == "threadx::failure" {
            let mut fields = Visitor(Fields::new());
            event.record(&mut fields);
            let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            kept.push(fields.0);
        }
    }
}

struct Visitor(Fields);

impl Visit for Visitor {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}"));
    }
}

/// The fields of the one event of a task's failure, after its own error was compared with it.
#[track_caller]
fn fails<Q>(failures: &Failures, submission: Submission<Services, Q>) -> Fields
where
    Q: Task<Services, Error = threadx::Error>,
{
    let handle: HandleOf<Services, Q> = submission.submit().map_err(|refused| refused.reason).unwrap();
    let result = handle.wait().unwrap();
    let error = result.as_result().err().unwrap();
    let mut logged = failures.take();
    assert_eq!(logged.len(), 1, "once: {logged:?}");
    let fields = logged.remove(0);
    assert_eq!(fields["message"], error.to_string());
    assert_eq!(fields["error.code"], error.code());
    assert_eq!(fields["task_id"], handle.id().get().to_string());
    assert_eq!(
        fields.get("error.causes").cloned(),
        (!error.causes().is_empty()).then(|| error.causes().join(": "))
    );
    fields
}

#[track_caller]
fn check(fields: &Fields, expected: &[(&str, &str)]) {
    for &(name, value) in expected {
        assert_eq!(
            fields.get(name).map(String::as_str),
            Some(value),
            "{name} in {fields:?}"
        );
    }
}

#[test]
fn one_event_for_a_failure_of_each_kind() {
    alone(
        "logged::one_event_for_a_failure_of_each_kind",
        failures_of_each_kind,
    );
}

fn failures_of_each_kind() {
    let failures = Failures::default();
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(failures.clone())).unwrap();
    let services = Services::builder().build().unwrap();
    let threadx = ThreadX::new(CoordinatorConfig::default(), services).unwrap();
    // Knows nothing, so that what only the layers below can refuse reaches them.
    let open = RequestContext::open();
    let date = |text: &str| Timestamp::parse(text).unwrap();
    let run = |strategy: &str, start: &str, end: &str| -> Valid<BacktestRequest> {
        BacktestRequest::builder()
            .token("BTCUSDT")
            .timeframe(Timeframe::H1)
            .strategy(strategy)
            .start_date(date(start))
            .end_date(date(end))
            .build(&open)
            .unwrap()
    };
    let where_it_was = [("token", "BTCUSDT"), ("timeframe", "1h")];

    let no_bars = run("ma_crossover", "2019-01-01 00:10", "2019-01-01 00:20");
    let fields = fails(&failures, threadx.prepare(no_bars));
    check(&fields, &where_it_was);
    check(
        &fields,
        &[
            ("error.kind", "data"),
            ("error.code", "no_bars"),
            ("operation", "backtest"),
        ],
    );

    let bad_period = IndicatorRequest::builder()
        .token("BTCUSDT")
        .timeframe(Timeframe::H1)
        .start_date(date("2019-01-01"))
        .end_date(date("2019-02-01"))
        .indicator("sma", Params::from_iter([("period", 0)]))
        .build(&open)
        .unwrap();
    let fields = fails(&failures, threadx.prepare(bad_period));
    check(&fields, &where_it_was);
    check(
        &fields,
        &[
            ("error.kind", "indicator"),
            ("operation", "indicators"),
            ("indicator", "sma"),
        ],
    );

    let unknown = run("ma_crossing", "2019-01-01", "2019-02-01");
    let fields = fails(&failures, threadx.prepare(unknown));
    check(&fields, &where_it_was);
    check(
        &fields,
        &[
            ("error.kind", "backtest"),
            ("operation", "backtest"),
            ("strategy", "ma_crossing"),
        ],
    );

    let none_keeps_the_rule = SweepRequest::builder()
        .token("BTCUSDT")
        .timeframe(Timeframe::H1)
        .strategy("ma_crossover")
        .start_date(date("2019-01-01"))
        .end_date(date("2019-02-01"))
        .values("fast_period", [30])
        .values("slow_period", [20])
        .build(&open)
        .unwrap();
    let fields = fails(&failures, threadx.prepare(none_keeps_the_rule));
    check(&fields, &where_it_was);
    check(
        &fields,
        &[
            ("error.kind", "sweep"),
            ("operation", "sweep"),
            ("strategy", "ma_crossover"),
        ],
    );

    let late = run("ma_crossover", "2019-01-01", "2019-02-01");
    let fields = fails(&failures, threadx.prepare(late).timeout(Duration::ZERO));
    check(
        &fields,
        &[("error.kind", "coordinator"), ("operation", "backtest")],
    );
}

//! Sweeps of a user's own strategy inside the coordinator.

use std::sync::{
    Arc, Mutex, OnceLock,
    atomic::{AtomicU64, Ordering},
};

use serde_json::json;
use threadx::{
    controllers::{BacktestReport, Services, SweepOptions, SweepTask, ThreadX},
    coordinator::{CoordinatorConfig, TaskHandle},
    engine::{Mask, SignalStrategy, Signals, StrategyInput, StrategyRegistry},
    error::{BacktestError, Error},
    market::Bars,
    request::{BacktestRequest, Request, SweepRequest, Valid},
    spec::{ParamSpec, Params, StrategySpec},
};

/// What the strategies of a test share: how many points were asked, and what is done about it.
type Asked = dyn Fn(u64) + Send + Sync;

/// Enters on every n-th bar and tells that it was asked.
struct Own {
    spec: StrategySpec,
    asked: Arc<Asked>,
}

impl SignalStrategy for Own {
    fn spec(&self) -> &StrategySpec {
        &self.spec
    }

    fn warm_up(&self, _params: &Params) -> Result<usize, BacktestError> {
        Ok(0)
    }

    fn signals(&self, input: &StrategyInput<'_>) -> Result<Signals, BacktestError> {
        let n = input.int("n")?.unsigned_abs();
        (self.asked)(n);
        let bars: &Bars = input.bars();
        let mut signals = Signals::none(bars.len());
        let every = |shift: u64| Mask::from_fn(bars.len(), |bar| (bar as u64 + shift).is_multiple_of(n + 2));
        signals.long_entry = every(0);
        signals.long_exit = every(1);
        Ok(signals)
    }
}

fn services(asked: impl Fn(u64) + Send + Sync + 'static) -> Services {
    let mut registry = StrategyRegistry::built_in();
    let spec = StrategySpec::signal("own", 1, "enters on every n-th bar").param(ParamSpec::int(
        "n",
        1,
        0..=1_000_000,
        "bars between entries",
    ));
    registry
        .register(Own {
            spec,
            asked: Arc::new(asked),
        })
        .unwrap();
    Services::builder().strategies(registry).build().unwrap()
}

fn request<T: Request>(services: &Services, more: &[(&str, serde_json::Value)]) -> Valid<T> {
    let mut request = json!({
        "token": "BTCUSDT",
        "timeframe": "1h",
        "strategy": "own",
        "start_date": "2019-01-01",
        "end_date": "2019-03-01",
    });
    for (name, value) in more {
        request[name] = value.clone();
    }
    Valid::from_json(request.to_string(), &services.request_context().unwrap()).unwrap()
}

#[test]
fn a_backtest_that_comes_during_a_sweep_waits_for_one_part_of_it() {
    // Asked for a point of the sweep at a time; the last "point" is the backtest's.
    const BACKTEST: u64 = 1_000_000;
    static THREADX: OnceLock<ThreadX> = OnceLock::new();
    static SENT: Mutex<Option<TaskHandle<BacktestReport, Error>>> = Mutex::new(None);
    static POINTS: AtomicU64 = AtomicU64::new(0);
    static SENT_AT: AtomicU64 = AtomicU64::new(0);
    static RAN_AT: AtomicU64 = AtomicU64::new(0);
    let services = services(|n| {
        if n == BACKTEST {
            RAN_AT.store(POINTS.load(Ordering::SeqCst), Ordering::SeqCst);
            return;
        }
        let points = POINTS.fetch_add(1, Ordering::SeqCst) + 1;
        if points == 5_000 {
            let threadx = THREADX.get().unwrap();
            let more = [("params", json!({ "n": BACKTEST }))];
            let backtest = request::<BacktestRequest>(threadx.services(), &more);
            SENT_AT.store(points, Ordering::SeqCst);
            *SENT.lock().unwrap() = Some(threadx.submit(backtest).unwrap());
        }
    });
    let config = CoordinatorConfig::builder().workers(1).build().unwrap();
    let threadx = THREADX.get_or_init(|| ThreadX::new(config, services).unwrap());
    let grid = json!({"n": {"min": 0, "max": 29_999, "step": 1}});
    let sweep = request::<SweepRequest>(
        threadx.services(),
        &[("param_grid", grid), ("luck", json!(false))],
    );
    let part = threadx.services().sweeps().plan(&sweep).unwrap().part_points;
    assert!(part * 10 < 29_999, "the sweep has many parts: {part}");
    let sweep = threadx.submit(sweep).unwrap().wait().unwrap();
    assert_eq!(sweep.as_result().unwrap().evaluated, 30_000);
    let sent = SENT.lock().unwrap().take().unwrap();
    assert!(sent.wait().unwrap().as_result().is_ok());
    let waited = RAN_AT.load(Ordering::SeqCst) - SENT_AT.load(Ordering::SeqCst);
    // The part that was under way, and the one that may stand before it in the queue.
    assert!(
        waited <= 2 * part,
        "{waited} points were run before it; a part has {part}"
    );
}

#[test]
fn a_point_whose_strategy_panics_is_recorded_and_stops_neither_the_sweep_nor_its_checkpoint() {
    let services = services(|n| assert!(n % 10 != 3, "no entry every {n} bars"));
    let config = CoordinatorConfig::builder().workers(2).build().unwrap();
    let threadx = ThreadX::new(config, services).unwrap();
    let grid = json!({"n": {"min": 0, "max": 99, "step": 1}});
    let sweep = request::<SweepRequest>(threadx.services(), &[("param_grid", grid), ("top_n", json!(100))]);
    let folder = tempfile::tempdir().unwrap();
    let run = |resume| {
        let task = SweepTask {
            request: sweep.clone(),
            options: SweepOptions {
                checkpoint: Some(folder.path().join("checkpoint")),
                resume,
                ..SweepOptions::default()
            },
        };
        let result = threadx.submit(task).unwrap().wait().unwrap();
        result.as_result().unwrap().clone()
    };
    let first = run(false);
    assert_eq!((first.evaluated, first.failed_count), (90, 10));
    for (number, failed) in (0..).zip(&first.failed) {
        assert_eq!(failed.params.int("n"), Some(number * 10 + 3));
        let told = format!("the strategy panicked: no entry every {} bars", number * 10 + 3);
        assert_eq!(failed.error, told);
    }
    assert!(
        first
            .results
            .iter()
            .all(|result| result.params.int("n").unwrap() % 10 != 3)
    );
    assert_eq!(first.results.len(), 90);
    let again = run(true);
    assert_eq!(
        (&again.failed, &again.results, &again.results_hash),
        (&first.failed, &first.results, &first.results_hash)
    );
}

//! Every error that ThreadX can give is reached through the public API, and says what it has to say.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::{Arc, mpsc},
    time::Duration,
};

use threadx::{
    Error,
    controllers::{Services, SurfaceParams, SweepManifest, SweepOptions},
    coordinator::{Coordinator, CoordinatorConfig, Flow, Outcome, Shutdown, TaskContext, task_fn},
    data::{
        BarSource, Catalogue, Dataset, Existing, ImportOptions, MergePolicy, Zone, export, import,
        import_with_progress, read_csv,
    },
    engine::{
        AccountView, BacktestInput, BacktestOptions, BacktestSpec, BarRun, BarStrategy, Control, Entry,
        EntryStop, LookAheadInput, Orders, PointOutcome, Side, SignalStrategy, SignalTable, Signals,
        Strategy, StrategyInput, StrategyRegistry, SweepInput, SweepPlan, SweepPoint, SweepShard,
        Uninterrupted, backtest, check_look_ahead, finish_sweep, run_shard,
    },
    error::{BacktestError, CoordinatorError, DataError},
    indicators::{Direct, IndicatorSource, Sma, compute},
    market::{Bars, Columns, Symbol, Timeframe, Timestamp, resample},
    request::{BacktestRequest, IndicatorRequest, RequestContext, Settings, SweepRequest, Valid},
    spec::{ParamSpec, ParamValue, Params, StrategySpec},
};

use crate::{alone::alone, golden};

/// The codes of a layer's errors, read from the source of its `code` function, so that a new variant without a way
/// to it fails the test.
fn codes(source: &str) -> BTreeSet<&str> {
    source
        .lines()
        .filter_map(|line| line.split_once("=> \"")?.1.split_once('"'))
        .map(|(code, _)| code)
        .collect()
}

/// Fails unless the errors show exactly the codes of their layer but for those that are shown elsewhere.
#[track_caller]
fn check(layer: &str, source: &str, reached: &[Error], elsewhere: &[&str]) {
    for error in reached {
        assert_eq!(error.kind().as_str(), layer, "{error}");
        let text = error.to_string();
        assert!(
            !text.is_empty() && !text.ends_with('.') && !text.contains('\n'),
            "{text:?}"
        );
        for cause in error.causes() {
            assert!(
                !text.contains(&cause),
                "the cause is repeated: {text:?} {cause:?}"
            );
        }
    }
    let ways = reached.iter().map(|error| error.code().to_owned());
    let reached: BTreeSet<String> = ways
        .chain(elsewhere.iter().map(|code| (*code).to_owned()))
        .collect();
    let there_are: BTreeSet<String> = codes(source).into_iter().map(str::to_owned).collect();
    assert_eq!(
        reached, there_are,
        "the {layer} errors that are reached and those that there are"
    );
}

fn sample() -> Bars {
    threadx::data::sample().unwrap().bars
}

/// Writes a file into a folder of its own and gives its path.
fn file(folder: &Path, name: &str, content: &[u8]) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, content).unwrap();
    path
}

const HEAD: &str = "timestamp,open,high,low,close,volume\n";

fn rows(days: &[u32]) -> String {
    days.iter()
        .map(|day| format!("2021-01-{day:02},1,2,1,2,5\n"))
        .collect()
}

#[test]
fn data() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str, text: &str| file(folder.path(), name, text.as_bytes());
    let any = |path: &Path| import(path, &ImportOptions::default()).unwrap_err();
    let all_days: Vec<u32> = (1..=20).collect();
    let clean = HEAD.to_owned() + &rows(&all_days);
    let source = BarSource::sample().unwrap();
    let bars = sample();

    let bad_cell = read_csv(&at(
        "CELL_1d.csv",
        &clean.replacen("2021-01-03,1,2", "2021-01-03,1,x", 1),
    ))
    .unwrap_err();
    let bad_row = read_csv(&at(
        "ROW_1d.csv",
        &clean.replacen("2021-01-03,1,2,", "2021-01-03,", 1),
    ))
    .unwrap_err();
    let bad_bar = read_csv(&at("BAR_1d.csv", &(HEAD.to_owned() + &rows(&[1, 3, 2])))).unwrap_err();
    let layout = read_csv(&at("LAYOUT_1d.csv", "a,b\n1,2\n")).unwrap_err();
    let unreadable = read_csv(Path::new("no/such/file.csv")).unwrap_err();

    let dated = |rows: &str| "Date,Open,High,Low,Close,Volume\n".to_owned() + rows;
    let many_bad = dated(&rows(&all_days))
        .replace("-04,1,2,1,2", "-04,1,2,1,-2")
        .replace("-05,1,2,1,2", "-05,9,2,1,2");
    let bad_rows = any(&at("ROWS_1d.csv", &many_bad));
    let twice = dated(&(rows(&all_days) + "2021-01-20,1,3,1,3,7\n"));
    let conflicts = any(&at("TWICE_1d.csv", &twice));
    let far_out = dated(&(rows(&all_days) + "2020-11-05,1,2,1,2,5\n"));
    let disorder = any(&at("ORDER_1d.csv", &far_out));
    let either = dated(
        &(1..=12)
            .map(|day| format!("{day:02}/{:02}/2021,1,2,1,2,5\n", 13 - day))
            .collect::<String>(),
    );
    let ambiguous = any(&at("AMBIGUOUS_1d.csv", &either));
    let hours = ImportOptions {
        timeframe: Some(Timeframe::H1),
        ..ImportOptions::default()
    };
    let spacing = import(&at("SPACING_1d.csv", &dated(&rows(&all_days))), &hours).unwrap_err();
    let stopped = import_with_progress(
        &at("STOPPED_1d.csv", &dated(&rows(&all_days))),
        &ImportOptions::default(),
        &mut |_progress| std::ops::ControlFlow::Break(()),
    );

    let catalogue = Catalogue::open(&folder.path().join("catalogue"));
    let stored = |bars: &Bars| {
        let dataset = Dataset {
            token: Symbol::parse("BTCUSDT").unwrap(),
            bars: bars.clone(),
        };
        catalogue.store(&dataset, MergePolicy::Refuse)
    };
    let manifest = stored(&bars).unwrap().manifest;
    let mut volume = bars.volume().to_vec();
    volume[7] += 1.0;
    let columns = Columns {
        time: bars.time().to_vec(),
        open: bars.open().to_vec(),
        high: bars.high().to_vec(),
        low: bars.low().to_vec(),
        close: bars.close().to_vec(),
        volume,
    };
    let merged = stored(&Bars::new(Timeframe::H1, columns).unwrap()).unwrap_err();
    std::fs::write(catalogue.folder().join("BTCUSDT").join(manifest.file), "no bars").unwrap();
    let damaged = catalogue
        .load(&Symbol::parse("BTCUSDT").unwrap(), Timeframe::H1)
        .unwrap_err();

    let to = |name: &str| export(&bars, &folder.path().join(name), Existing::Refuse);
    let mut short = Columns::with_capacity(1);
    short.time.push(Timestamp::from_nanoseconds(0));
    let reached: Vec<DataError> = vec![
        bad_cell,
        bad_row,
        bad_bar,
        layout,
        unreadable,
        bad_rows,
        conflicts,
        disorder,
        ambiguous,
        spacing,
        stopped.unwrap_err(),
        merged,
        damaged,
        to("bars.xls").unwrap_err(),
        to("BAR_1d.csv").unwrap_err(),
        to("no/such/folder.csv").unwrap_err(),
        Zone::parse("Nowhere/City").unwrap_err(),
        "time,open,what".parse::<threadx::data::ColumnList>().unwrap_err(),
        resample(&bars, Timeframe::M5).unwrap_err(),
        Bars::new(Timeframe::D1, short).unwrap_err(),
        Symbol::parse("@@").unwrap_err(),
        Timeframe::parse("999m").unwrap_err(),
        Timestamp::parse("2019-02-29").unwrap_err(),
        source
            .load(&Symbol::parse("ETHUSDT").unwrap(), Timeframe::H1)
            .unwrap_err(),
        source
            .load(&Symbol::parse("BTCUSDT").unwrap(), Timeframe::M5)
            .unwrap_err(),
    ];
    let mut reached: Vec<Error> = reached.into_iter().map(Error::from).collect();
    let between = backtest_request("ma_crossover", "2019-01-01 00:10", "2019-01-01 00:20");
    let services = Services::builder().build().unwrap();
    reached.push(services.backtests().run(&between, &Uninterrupted).unwrap_err());
    check(
        "data",
        include_str!("../../../crates/threadx-error/src/data.rs"),
        &reached,
        &[],
    );
}

fn backtest_request(strategy: &str, start: &str, end: &str) -> Valid<BacktestRequest> {
    BacktestRequest::builder()
        .token("BTCUSDT")
        .timeframe(Timeframe::H1)
        .strategy(strategy)
        .start_date(Timestamp::parse(start).unwrap())
        .end_date(Timestamp::parse(end).unwrap())
        .build(&RequestContext::open())
        .unwrap()
}

#[test]
fn indicators() {
    let bars = sample();
    let source = Direct::new(&bars);
    let params = |name: &str, value: ParamValue| Params::from_iter([(name, value)]);
    let mut macd = params("fast_period", 26.into());
    macd.insert("slow_period", 12);
    let reached = vec![
        compute("smma", &Params::new(), &bars).unwrap_err(),
        compute("sma", &params("perod", 3.into()), &bars).unwrap_err(),
        compute("sma", &params("period", 0.into()), &bars).unwrap_err(),
        compute("macd", &macd, &bars).unwrap_err(),
        source.series("sma", &Params::new(), "upper").unwrap_err(),
        Sma::new(3)
            .unwrap()
            .fill(&[1.0, 2.0, 3.0], &mut [0.0; 9])
            .unwrap_err(),
    ];
    let mut reached: Vec<Error> = reached.into_iter().map(Error::from).collect();
    let request = IndicatorRequest::builder()
        .token("BTCUSDT")
        .timeframe(Timeframe::H1)
        .start_date(Timestamp::parse("2019-01-01").unwrap())
        .end_date(Timestamp::parse("2019-02-01").unwrap())
        .indicator("sma", Params::new())
        .build(&RequestContext::open())
        .unwrap();
    let services = Services::builder().build().unwrap();
    reached.push(services.indicators().run(&request, &Stop).unwrap_err());
    check(
        "indicator",
        include_str!("../../../crates/threadx-error/src/indicator.rs"),
        &reached,
        &[],
    );
}

/// A strategy that misbehaves as told.
struct Wrong(
    StrategySpec,
    fn(&StrategyInput<'_>) -> Result<Signals, BacktestError>,
);

impl SignalStrategy for Wrong {
    fn spec(&self) -> &StrategySpec {
        &self.0
    }

    fn warm_up(&self, _params: &Params) -> Result<usize, BacktestError> {
        Ok(0)
    }

    fn signals(&self, input: &StrategyInput<'_>) -> Result<Signals, BacktestError> {
        (self.1)(input)
    }
}

/// A strategy whose stop is no number.
struct NoStop(StrategySpec);

impl BarStrategy for NoStop {
    fn spec(&self) -> &StrategySpec {
        &self.0
    }

    fn warm_up(&self, _params: &Params) -> Result<usize, BacktestError> {
        Ok(0)
    }

    fn start<'a>(&self, _input: &StrategyInput<'a>) -> Result<Box<dyn BarRun + 'a>, BacktestError> {
        Ok(Box::new(NoStopRun))
    }
}

struct NoStopRun;

impl BarRun for NoStopRun {
    fn on_bar(&mut self, _account: &AccountView<'_>) -> Orders {
        let entry = Entry {
            side: Side::Long,
            stop: Some(EntryStop::Distance(f64::NAN)),
        };
        Orders {
            entry: Some(entry),
            ..Orders::default()
        }
    }
}

/// Interrupts at once.
struct Stop;

impl Control for Stop {
    fn cancelled(&self) -> bool {
        true
    }

    fn progress(&self, _done: u64, _total: u64) {}
}

fn run(strategy: &Strategy, params: &Params, first: usize, control: &dyn Control) -> BacktestError {
    let bars = sample();
    let spec = BacktestSpec::new(BacktestOptions::default()).unwrap();
    let input = BacktestInput {
        indicators: &Direct::new(&bars),
        first,
        strategy,
        params,
        spec: &spec,
    };
    backtest(&input, control).unwrap_err()
}

/// The failure of a signal at that time.
fn given(time: &str) -> BacktestError {
    let table = SignalTable::new(vec![Timestamp::parse(time).unwrap()], Signals::none(1)).unwrap();
    let mut registry = StrategyRegistry::built_in();
    registry.set_signals(table);
    run(
        registry.get("signals").unwrap(),
        &Params::new(),
        0,
        &Uninterrupted,
    )
}

/// The failure to raise prices that are as high as prices can be.
fn no_other_future() -> BacktestError {
    let highest = vec![f64::MAX; 2];
    let first = Timestamp::parse("2019-01-01").unwrap();
    let columns = Columns {
        time: vec![first, Timeframe::H1.next(first)],
        open: highest.clone(),
        high: highest.clone(),
        low: highest.clone(),
        close: highest,
        volume: vec![0.0; 2],
    };
    let registry = StrategyRegistry::built_in();
    let input = LookAheadInput {
        bars: &Bars::new(Timeframe::H1, columns).unwrap(),
        strategy: registry.get("buy_and_hold").unwrap(),
        params: &Params::new(),
        spec: &BacktestSpec::new(BacktestOptions::default()).unwrap(),
        cuts: 4,
        seed: 0,
    };
    check_look_ahead(&input, &Uninterrupted).unwrap_err()
}

#[test]
fn backtests() {
    let registry = StrategyRegistry::built_in();
    let good = registry.get("ma_crossover").unwrap();
    let wrong = |misbehave| {
        Strategy::Signal(Arc::new(Wrong(
            StrategySpec::signal("wrong", 1, "misbehaves"),
            misbehave,
        )))
    };
    let none = Params::new();
    let named = |name: &'static str| Wrong(StrategySpec::signal(name, 1, ""), |_| Ok(Signals::none(0)));
    let bar = Strategy::Bar(Arc::new(NoStop(StrategySpec::signal("no_stop", 1, ""))));
    let reached = vec![
        BacktestSpec::new(BacktestOptions {
            fee_rate: 2.0,
            ..BacktestOptions::default()
        })
        .unwrap_err(),
        registry.get("ma_crosover").unwrap_err(),
        StrategyRegistry::built_in()
            .register(named("ma_crossover"))
            .unwrap_err(),
        StrategyRegistry::built_in()
            .register(named("No Name"))
            .unwrap_err(),
        run(good, &Params::from_iter([("fast_period", 0)]), 0, &Uninterrupted),
        run(&bar, &none, 0, &Uninterrupted),
        run(
            &wrong(|input| input.int("period").map(|_| Signals::none(0))),
            &none,
            0,
            &Uninterrupted,
        ),
        run(&wrong(|_| Ok(Signals::none(3))), &none, 0, &Uninterrupted),
        run(
            &wrong(|input| {
                input
                    .series("smma", &Params::new(), "x")
                    .map(|_| Signals::none(0))
            }),
            &none,
            0,
            &Uninterrupted,
        ),
        run(good, &none, usize::MAX, &Uninterrupted),
        run(good, &none, 0, &Stop),
        run(registry.get("signals").unwrap(), &none, 0, &Uninterrupted),
        SignalTable::new(Vec::new(), Signals::none(0)).unwrap_err(),
        given("2019-01-01T00:00:00.5Z"),
        given("2001-01-01"),
        no_other_future(),
    ];
    let reached: Vec<Error> = reached.into_iter().map(Error::from).collect();
    check(
        "backtest",
        include_str!("../../../crates/threadx-error/src/backtest.rs"),
        &reached,
        // What the program makes of a check and of a repeated run that end badly.
        &["look_ahead", "not_reproduced"],
    );
}

#[test]
fn sweeps() {
    let registry = StrategyRegistry::built_in();
    let strategy = registry.get("ma_crossover").unwrap();
    let axis = |values: usize| ("fast_period".to_owned(), vec![ParamValue::Int(3); values]);
    let plan = SweepPlan::new(strategy.spec(), vec![axis(1)]).unwrap();
    let bars = sample();
    let input = SweepInput {
        plan: &plan,
        indicators: &Direct::new(&bars),
        first: 0,
        strategy,
        spec: &BacktestSpec::new(BacktestOptions::default()).unwrap(),
        rows: None,
    };
    let failed = |error: &str| {
        let point = SweepPoint {
            position: 0,
            combination: 0,
            outcome: PointOutcome::Failed(error.to_owned()),
        };
        SweepShard::new(0..1, vec![point])
    };
    let reached = vec![
        SweepPlan::new(strategy.spec(), vec![axis(0)]).unwrap_err(),
        SweepPlan::new(strategy.spec(), (0..4).map(|_| axis(1 << 16)).collect()).unwrap_err(),
        run_shard(&input, 0..1, &Stop).unwrap_err(),
        failed("one reason").merge(failed("another")).unwrap_err(),
        finish_sweep(&plan, &SweepShard::default(), &[], 1).unwrap_err(),
    ];
    let mut reached: Vec<Error> = reached.into_iter().map(Error::from).collect();
    reached.extend(checkpoints_and_shards());
    check(
        "sweep",
        include_str!("../../../crates/threadx-error/src/sweep.rs"),
        &reached,
        &[],
    );
}

/// What checkpoints, plans and shards refuse.
fn checkpoints_and_shards() -> Vec<Error> {
    let services = Services::builder().build().unwrap();
    let known = services.request_context().unwrap();
    let request = |more: &str| {
        let text = format!(
            r#"{{"token": "BTCUSDT", "timeframe": "1h", "strategy": "ma_crossover", "start_date": "2019-01-01",
                 "end_date": "2019-02-01", "param_grid": {{"fast_period": [5, 10]}} {more}}}"#
        );
        Valid::<SweepRequest>::from_json(text, &known).unwrap()
    };
    let context = TaskContext::detached();
    let run = |request: &Valid<SweepRequest>, options: SweepOptions| {
        let flow = services.sweeps().start(request, &options, &context)?;
        flow.complete(&services, &context)
    };
    let folder = tempfile::tempdir().unwrap();
    let kept = |resume| SweepOptions {
        checkpoint: Some(folder.path().join("checkpoint")),
        resume,
        ..SweepOptions::default()
    };
    let plain = request("");
    let under_way = services.sweeps().start(&plain, &kept(false), &context).unwrap();
    let in_use = run(&plain, kept(true)).unwrap_err();
    under_way.complete(&services, &context).unwrap();
    let shard = folder.path().join("shard.jsonl");
    std::fs::write(&shard, "{}\n").unwrap();
    vec![
        in_use,
        run(&plain, kept(false)).unwrap_err(),
        run(&request(r#", "fee_rate": 0.5"#), kept(true)).unwrap_err(),
        SweepManifest::read(&shard).unwrap_err(),
        run(
            &plain,
            SweepOptions {
                memory_bytes: 1000,
                ..SweepOptions::default()
            },
        )
        .unwrap_err(),
        run(
            &plain,
            SweepOptions {
                surface: Some(SurfaceParams::First),
                ..SweepOptions::default()
            },
        )
        .unwrap_err(),
        services
            .sweeps()
            .plan(&request(r#", "walk_forward": {"train": "2M", "test": "1M"}"#))
            .unwrap_err(),
        run(
            &request(r#", "narrow": {}"#),
            SweepOptions {
                shards: vec![shard],
                ..SweepOptions::default()
            },
        )
        .unwrap_err(),
    ]
}

#[test]
fn coordinator() {
    let config = || {
        CoordinatorConfig::builder()
            .workers(1)
            .queue_capacity(1)
            .callback_capacity(1)
    };
    let pool = Arc::new(Coordinator::new(config().build().unwrap(), ()).unwrap());
    let (release, held) = mpsc::channel::<()>();
    let (started, has_started) = mpsc::channel::<()>();
    let blocking = move |_: &(), _: &TaskContext| {
        started.send(()).unwrap();
        held.recv().unwrap();
        Ok::<_, CoordinatorError>(Flow::Done(()))
    };
    let quick = || task_fn("quick", |_: &(), _| Ok::<_, CoordinatorError>(Flow::Done(())));
    let running = pool
        .prepare(task_fn("blocking", blocking))
        .callback(|_| {})
        .submit()
        .unwrap();
    has_started.recv().unwrap();
    let callback_full = pool
        .prepare(quick())
        .callback(|_| {})
        .try_submit()
        .unwrap_err()
        .reason;
    let queued = pool.submit(quick()).unwrap();
    let full = pool.try_submit(quick()).unwrap_err().reason;
    queued.cancel();
    let cancelled = queued.wait().unwrap().outcome.interruption().unwrap();
    release.send(()).unwrap();
    running.wait().unwrap();

    let panicked = pool.submit(task_fn(
        "panics",
        |_: &(), _| -> Result<Flow<(), (), CoordinatorError>, _> { panic!("on purpose") },
    ));
    let panicked = panicked.unwrap().wait().unwrap().outcome.interruption().unwrap();
    let late = pool.prepare(quick()).timeout(Duration::ZERO).submit().unwrap();
    let late = late.wait().unwrap().outcome.interruption().unwrap();

    let inner = Arc::clone(&pool);
    let waits = task_fn("waits", move |_: &(), _| {
        let handle = inner.submit(task_fn("inner", |_: &(), _| {
            Ok::<_, CoordinatorError>(Flow::Done(()))
        }));
        let error = handle
            .map_err(|refused| refused.reason)?
            .wait()
            .map(|_| ())
            .unwrap_err();
        Ok::<_, CoordinatorError>(Flow::Done(error))
    });
    let deadlock = pool
        .submit(waits)
        .unwrap()
        .wait()
        .unwrap()
        .value()
        .unwrap()
        .clone();
    pool.shutdown(Shutdown::drain(Duration::from_secs(60)))
        .wait()
        .unwrap();
    let shut = pool.submit(quick()).unwrap_err().reason;

    let config = CoordinatorConfig::builder()
        .workers(1)
        .max_abandoned(1)
        .grace(Duration::from_millis(1));
    let pool = Arc::new(Coordinator::new(config.build().unwrap(), ()).unwrap());
    let shuts = || {
        let inner = Arc::clone(&pool);
        task_fn("shuts", move |_: &(), _| {
            let shutdown = inner.shutdown(Shutdown::drain(Duration::from_secs(60)));
            let error = shutdown.wait().unwrap_err();
            Ok::<_, CoordinatorError>(Flow::Done(error))
        })
    };
    let release = loop {
        let (release, held) = mpsc::channel::<()>();
        let hangs = task_fn("hangs", move |_: &(), _| {
            // Until the sender sends or is gone.
            Ok::<_, CoordinatorError>(Flow::Done(held.recv().is_ok()))
        });
        let hanging = pool.prepare(hangs).timeout(Duration::from_millis(1)).submit();
        let result = hanging.unwrap().wait().unwrap();
        // The time may be over before a worker takes it, too.
        if matches!(result.outcome, Outcome::TimedOut { abandoned: true, .. }) {
            break release;
        }
    };
    let abandoned = pool.submit(quick()).unwrap_err().reason;
    release.send(()).unwrap();
    let shutdown = loop {
        // Refused until the thread that hung is back.
        if let Ok(handle) = pool.submit(shuts()) {
            break handle.wait().unwrap().value().unwrap().clone();
        }
        std::thread::yield_now();
    };

    let setting = CoordinatorConfig::builder().workers(0).build().unwrap_err();
    let reached = vec![
        callback_full,
        full,
        cancelled,
        panicked,
        late,
        deadlock,
        shut,
        abandoned,
        shutdown,
        setting,
    ];
    let reached: Vec<Error> = reached.into_iter().map(Error::from).collect();
    check(
        "coordinator",
        include_str!("../../../crates/threadx-error/src/coordinator.rs"),
        &reached,
        // The next test, which needs a process of its own.
        &["no_thread"],
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_machine_without_room_for_the_threads_is_told() {
    use nix::sys::resource::{Resource, setrlimit};

    alone("errors::a_machine_without_room_for_the_threads_is_told", || {
        // Room for the stacks of some threads and not of a thousand.
        setrlimit(Resource::RLIMIT_AS, 1 << 30, 1 << 30).unwrap();
        let config = CoordinatorConfig::builder().workers(1024).build().unwrap();
        let error = Error::from(Coordinator::new(config, ()).unwrap_err());
        assert_eq!(
            (error.kind().as_str(), error.code()),
            ("coordinator", "no_thread")
        );
        assert!(error.is_retryable());
        assert!(error.to_string().contains("worker-"), "{error}");
    });
}

#[test]
fn settings_and_requests() {
    let error = Settings::load(Some(b"wrokers = 3"), []).unwrap_err();
    // Files that cannot be read or written: `files_that_are_not_there_are_told` of the program's tests.
    let elsewhere = ["unreadable_settings", "unwritable_log"];
    let source = include_str!("../../../crates/threadx-error/src/configuration.rs");
    check("configuration", source, &[error.into()], &elsewhere);

    let refused = Valid::<BacktestRequest>::from_json("{}", &RequestContext::open()).unwrap_err();
    let error = Error::from(refused);
    assert_eq!(
        (error.kind().as_str(), error.code()),
        ("validation", "invalid_request")
    );
    let fields: Vec<&str> = error
        .violations()
        .iter()
        .map(|violation| violation.field.as_str())
        .collect();
    assert_eq!(
        fields,
        ["end_date", "start_date", "strategy", "timeframe", "token"]
    );
}

#[test]
fn what_may_succeed_later_is_told() {
    assert!(Error::from(CoordinatorError::QueueFull { capacity: 1 }).is_retryable());
    assert!(!Error::from(BacktestError::NoBars).is_retryable());
    assert!(!Error::from(read_csv(&golden::path("nothing.csv")).unwrap_err()).is_retryable());
    let spec = StrategySpec::signal("x", 1, "").param(ParamSpec::int("period", 3, 1..=9, ""));
    assert!(spec.resolve(&Params::from_iter([("period", 10)])).is_err());
}

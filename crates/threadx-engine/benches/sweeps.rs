//! Sweeps W1, W2 and W3: nanoseconds a bar and combination on one core, for three ways to run them.
//!
//! ```text
//! cargo bench -p threadx-engine --bench sweeps [-- FILE.csv] [-- ways | streamed | growth | huge | W1 | W2 | W3]
//! ```
//!
//! W1: crossover of simple averages, all pairs of windows 2 to 100; W2: reversion to the Bollinger middle, periods
//! 10 to 60 by 2, widths 1.0 to 3.0 by 0.1; W3: W2's entries, left at a stop of 2% or a target of 4% only. Long, all
//! in, filled at the close, fee 0.1% a side, 100,000 bars.
//!
//! The bars are those of FILE (time, open, high, low, close, volume, with a header) or of the embedded sample, and
//! then again with every move turned round, and so on, in cents: real moves at prices that stay where they were.
//!
//! Without a word both are printed: `ways` and `growth`. In the first,
//! "plain" is the bar loop with its indicators computed for each combination, "streaming" the same with shared
//! indicators (both on a sample of the combinations), "fast" the path that signal strategies take. `growth` prints
//! how the fast path's time grows with bars and with combinations, and the exponent fitted to it: 1 is linear. `huge`
//! runs 3,000,000 combinations over 20,000 bars in parts, as the program does, and prints the memory that it took.
//! `streamed` prints what the bar loop takes where the fast path does not serve: leverage, parts of the cash, risk,
//! trailing stops, and a strategy that decides bar by bar, ranked by the criteria of the workloads.
//! The name of a workload runs the fast path of that one only, for a profiler.

use std::{
    error::Error,
    io::{Read, Write},
    time::Instant,
};

use threadx_engine::{
    BacktestOptions, BacktestSpec, StrategyRegistry, SweepInput, SweepPlan, SweepRows, SweepSummary,
    Uninterrupted, run_shard,
};
use threadx_indicators::{Direct, IndicatorBank, IndicatorSource};
use threadx_market::{Bars, Columns, Timeframe, Timestamp, keep_freed_memory};
use threadx_spec::{Criterion, Direction, FillModel, Metric, ParamValue, SampleMethod, Sizing};

const SAMPLE: &[u8] = include_bytes!("../../threadx-data/sample/btcusdt_1h_2019.csv.gz");
const BARS: usize = 100_000;
const RUNS: usize = 5;
/// Combinations that the slow ways run.
const SAMPLED: u64 = 120;
/// What the fast path measures, with the first criterion of the design's workloads first.
const FAST: &[Metric] = &[
    Metric::SharpeRatio,
    Metric::TotalReturn,
    Metric::MaxDrawdown,
    Metric::TradeCount,
    Metric::WinRate,
];
/// With one that it does not measure.
const STREAMED: &[Metric] = &[Metric::SharpeRatio, Metric::SortinoRatio];

type Failure = Box<dyn Error>;

struct Workload {
    name: &'static str,
    strategy: &'static str,
    axes: Vec<(String, Vec<ParamValue>)>,
    options: BacktestOptions,
}

fn main() -> Result<(), Failure> {
    // As the program does.
    keep_freed_memory();
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| word != "--bench")
        .collect();
    let file = arguments.iter().find(|word| std::path::Path::new(word).is_file());
    let text = match file {
        Some(path) => std::fs::read_to_string(path)?,
        None => {
            let mut text = String::new();
            flate2::read::GzDecoder::new(SAMPLE).read_to_string(&mut text)?;
            text
        }
    };
    let mut out = std::io::stdout().lock();
    let source = file.map_or("the embedded sample", String::as_str);
    if arguments.iter().any(|word| word == "growth") {
        return growth(&text, &mut out);
    }
    if arguments.iter().any(|word| word == "huge") {
        return huge(&text, &mut out);
    }
    if arguments.iter().any(|word| word == "streamed") {
        return streamed(&text, &mut out);
    }
    let bars = continued(&text, BARS)?;
    writeln!(
        out,
        "{BARS} bars made of {source}, one core, ns per (bar x combination)"
    )?;
    writeln!(
        out,
        "{:<4} {:>12} {:>8} {:>10} {:>8}",
        "", "combinations", "plain", "streaming", "fast"
    )?;
    let only = |workload: &Workload| arguments.iter().any(|word| word == workload.name);
    if let Some(workload) = workloads().iter().find(|workload| only(workload)) {
        let bank = IndicatorBank::new(4 << 30);
        let fast = time(workload, &bank.source(&bars, &|| false), None, FAST)?;
        writeln!(
            out,
            "{:<4} {:>12} {:>28.3}",
            workload.name, fast.points, fast.nanoseconds
        )?;
        return Ok(());
    }
    for workload in workloads() {
        let bank = IndicatorBank::new(4 << 30);
        let shared = bank.source(&bars, &|| false);
        let plain = time(&workload, &Direct::new(&bars), Some(SAMPLED), STREAMED)?;
        let streaming = time(&workload, &shared, Some(SAMPLED), STREAMED)?;
        let fast = time(&workload, &shared, None, FAST)?;
        writeln!(
            out,
            "{:<4} {:>12} {:>8.2} {:>10.2} {:>8.3}",
            workload.name, fast.points, plain.nanoseconds, streaming.nanoseconds, fast.nanoseconds
        )?;
    }
    if arguments.iter().any(|word| word == "ways") {
        return Ok(());
    }
    growth(&text, &mut out)
}

fn workloads() -> Vec<Workload> {
    let ints =
        |from: i64, to: i64, step: usize| (from..=to).step_by(step).map(ParamValue::Int).collect::<Vec<_>>();
    let axis = |name: &str, values| (name.to_owned(), values);
    let widths: Vec<ParamValue> = (10..=30)
        .map(|tenth| ParamValue::Float(f64::from(tenth) / 10.0))
        .collect();
    let close = BacktestOptions {
        portfolio_value: 100.0,
        fill: FillModel::Close,
        ..BacktestOptions::default()
    };
    let bands = || vec![axis("period", ints(10, 60, 2)), axis("std", widths.clone())];
    vec![
        Workload {
            name: "W1",
            strategy: "ma_crossover",
            axes: vec![
                axis("fast_period", ints(2, 99, 1)),
                axis("slow_period", ints(3, 100, 1)),
            ],
            options: close.clone(),
        },
        Workload {
            name: "W2",
            strategy: "bollinger_reversion",
            axes: bands(),
            options: close.clone(),
        },
        Workload {
            name: "W3",
            strategy: "bollinger_reversion",
            axes: bands(),
            options: BacktestOptions {
                exit_on_signal: false,
                stop_loss: Some(0.02),
                take_profit: Some(0.04),
                ..close
            },
        },
    ]
}

/// W1 and W3 with options that the fast path does not serve, and a strategy that decides bar by bar.
fn streamed(text: &str, out: &mut impl Write) -> Result<(), Failure> {
    let [averages, _, levels] = &workloads()[..] else {
        return Err("there are three workloads".into());
    };
    let with = |base: &Workload, name, change: fn(&mut BacktestOptions)| {
        let mut options = base.options.clone();
        change(&mut options);
        Workload {
            name,
            strategy: base.strategy,
            axes: base.axes.clone(),
            options,
        }
    };
    let tenths = |range: std::ops::RangeInclusive<i32>| {
        let tenth = |tenth| ParamValue::Float(f64::from(tenth) / 10.0);
        range.map(tenth).collect()
    };
    let sides = Workload {
        name: "bb_atr",
        strategy: "bb_atr",
        axes: vec![
            ("entry_z".to_owned(), tenths(5..=25)),
            ("atr_multiplier".to_owned(), tenths(10..=30)),
        ],
        options: averages.options.clone(),
    };
    let bars = continued(text, BARS)?;
    writeln!(out, "{BARS} bars, one core, ns per (bar x combination)")?;
    let only = std::env::args().next_back().filter(|word| word != "streamed");
    for workload in [
        with(averages, "leverage", |options| options.leverage = 2.0),
        with(averages, "fraction", |options| {
            options.sizing = Some(Sizing::Fraction(0.5));
        }),
        with(averages, "both", |options| {
            options.direction = Direction::Both;
            options.leverage = 0.5;
        }),
        with(levels, "risk", |options| {
            options.sizing = Some(Sizing::Risk(0.01));
        }),
        with(averages, "trailing", |options| options.trailing_stop = Some(0.03)),
        sides,
    ] {
        if only.as_ref().is_some_and(|only| only != workload.name) {
            continue;
        }
        let bank = IndicatorBank::new(4 << 30);
        let shared = bank.source(&bars, &|| false);
        let streaming = time(&workload, &shared, Some(4 * SAMPLED), FAST)?;
        writeln!(out, "{:<9} {:>8.2}", workload.name, streaming.nanoseconds)?;
    }
    Ok(())
}

/// Time of this thread on a processor where the system tells it (Linux), so that other programs do not count;
/// elsewhere time.
struct Clock {
    begin: Instant,
    busy: Option<f64>,
}

impl Clock {
    fn now() -> Self {
        Self {
            begin: Instant::now(),
            busy: Self::busy(),
        }
    }

    fn busy() -> Option<f64> {
        // The kernel counts the time up when the thread steps back, else at its next tick only.
        std::thread::yield_now();
        let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
        let nanoseconds: f64 = text.split(' ').next()?.parse().ok()?;
        Some(nanoseconds / 1e9)
    }

    fn seconds(&self) -> f64 {
        match (self.busy, Self::busy()) {
            (Some(begin), Some(end)) => end - begin,
            _ => self.begin.elapsed().as_secs_f64(),
        }
    }
}

struct Timed {
    points: u64,
    /// A bar and combination: the fastest run, since others disturb and nobody helps.
    nanoseconds: f64,
    seconds: f64,
}

fn time(
    workload: &Workload,
    indicators: &dyn IndicatorSource,
    sampled: Option<u64>,
    criteria: &[Metric],
) -> Result<Timed, Failure> {
    let registry = StrategyRegistry::built_in();
    let strategy = registry.get(workload.strategy)?;
    let spec = BacktestSpec::new(workload.options.clone())?;
    let mut plan = SweepPlan::new(strategy.spec(), workload.axes.clone())?;
    if let Some(n) = sampled {
        plan = plan.sampled(SampleMethod::Random, n, 1);
    }
    let (mut seconds, mut points) = (f64::INFINITY, 0);
    for _ in 0..if sampled.is_some() { 3 } else { RUNS } {
        let begin = Clock::now();
        // The bank has room for all indicators, so that a thread may hold as many.
        let rows = SweepRows::new(indicators.bars(), 0, &spec, criteria).holding(4 << 30);
        let input = SweepInput {
            plan: &plan,
            indicators,
            first: 0,
            strategy,
            spec: &spec,
            rows: Some(&rows),
        };
        points = run_shard(&input, 0..plan.len(), &Uninterrupted)?.evaluated();
        seconds = seconds.min(begin.seconds());
    }
    Ok(Timed {
        points,
        nanoseconds: seconds * 1e9 / (points as f64 * indicators.bars().len() as f64),
        seconds,
    })
}

/// Seconds of the fast path by bars and by combinations.
fn growth(text: &str, out: &mut impl Write) -> Result<(), Failure> {
    let pairs = |fast: i64, slow: i64| {
        let mut workload = workloads().remove(0);
        workload.axes = vec![
            (
                "fast_period".to_owned(),
                (2..2 + fast).map(ParamValue::Int).collect(),
            ),
            (
                "slow_period".to_owned(),
                (2 + fast..2 + fast + slow).map(ParamValue::Int).collect(),
            ),
        ];
        workload
    };
    let mut points = Vec::new();
    writeln!(
        out,
        "W1's kind, 1,600 combinations: bars, seconds, ns per (bar x combination)"
    )?;
    for bars in [10_000, 30_000, 100_000, 300_000, 1_000_000] {
        let bars = continued(text, bars)?;
        let bank = IndicatorBank::new(4 << 30);
        let timed = time(&pairs(40, 40), &bank.source(&bars, &|| false), None, FAST)?;
        writeln!(
            out,
            "{:>9} {:>9.4} {:>7.3}",
            bars.len(),
            timed.seconds,
            timed.nanoseconds
        )?;
        points.push((bars.len() as f64, timed.seconds));
    }
    writeln!(
        out,
        "time grows with bars to the power of {:.3}",
        exponent(&points)
    )?;
    points.clear();
    let bars = continued(text, 2_000)?;
    writeln!(
        out,
        "W1's kind, {} bars: combinations, seconds, ns per (bar x combination)",
        bars.len()
    )?;
    for side in [10, 32, 100, 316, 1000] {
        let bank = IndicatorBank::new(4 << 30);
        let timed = time(&pairs(side, side), &bank.source(&bars, &|| false), None, FAST)?;
        writeln!(
            out,
            "{:>9} {:>9.4} {:>7.3}",
            timed.points, timed.seconds, timed.nanoseconds
        )?;
        points.push((timed.points as f64, timed.seconds));
    }
    writeln!(
        out,
        "time grows with combinations to the power of {:.3}",
        exponent(&points)
    )?;
    Ok(())
}

/// A sweep of 3,000,000 combinations: time and memory.
fn huge(text: &str, out: &mut impl Write) -> Result<(), Failure> {
    let bars = continued(text, 20_000)?;
    let workload = workloads().remove(0);
    let registry = StrategyRegistry::built_in();
    let strategy = registry.get(workload.strategy)?;
    let spec = BacktestSpec::new(workload.options)?;
    let axes = vec![
        (
            "fast_period".to_owned(),
            (2..=1501).map(ParamValue::Int).collect(),
        ),
        (
            "slow_period".to_owned(),
            (1502..=3501).map(ParamValue::Int).collect(),
        ),
    ];
    let plan = SweepPlan::new(strategy.spec(), axes)?;
    let bank = IndicatorBank::new(512 << 20);
    let rows = SweepRows::new(&bars, 0, &spec, FAST);
    let input = SweepInput {
        plan: &plan,
        indicators: &bank.source(&bars, &|| false),
        first: 0,
        strategy,
        spec: &spec,
        rows: Some(&rows),
    };
    let criteria: Vec<Criterion> = FAST.iter().map(|metric| (*metric).into()).collect();
    let mut summary = SweepSummary::new(&criteria, 10);
    let (clock, part) = (Clock::now(), 2_000);
    for start in (0..plan.len()).step_by(part as usize) {
        summary.add(&run_shard(&input, start..start + part, &Uninterrupted)?);
    }
    let seconds = clock.seconds();
    let work = summary.evaluated() as f64 * bars.len() as f64;
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status
        .lines()
        .find(|line| line.starts_with("VmHWM"))
        .unwrap_or("unknown");
    writeln!(
        out,
        "{} combinations x {} bars: {seconds:.1} s, {:.3} ns per (bar x combination), peak {}",
        summary.evaluated(),
        bars.len(),
        seconds * 1e9 / work,
        peak.trim_start_matches("VmHWM:").trim()
    )?;
    Ok(())
}

/// The slope of a least-squares line through the logarithms.
fn exponent(points: &[(f64, f64)]) -> f64 {
    let logs: Vec<(f64, f64)> = points.iter().map(|(x, y)| (x.ln(), y.ln())).collect();
    let count = logs.len() as f64;
    let (x, y) = logs.iter().fold((0.0, 0.0), |sum, log| {
        (sum.0 + log.0 / count, sum.1 + log.1 / count)
    });
    let over: f64 = logs.iter().map(|log| (log.0 - x) * (log.1 - y)).sum();
    over / logs.iter().map(|log| (log.0 - x) * (log.0 - x)).sum::<f64>()
}

/// `count` hourly bars: those of the text, then all of them with every move turned round, and so on.
fn continued(text: &str, count: usize) -> Result<Bars, Failure> {
    let mut real = Vec::new();
    for line in text.lines().skip(1).filter(|line| !line.is_empty()) {
        let fields: Result<Vec<f64>, _> = line.split(',').skip(1).map(str::parse).collect();
        let [open, high, low, close, ..] = fields?[..] else {
            return Err(format!("expected time, open, high, low, close: {line}").into());
        };
        real.push([open, high, low, close]);
    }
    let (Some(first), Some(last)) = (real.first().copied(), real.last().copied()) else {
        return Err("there are no bars".into());
    };
    let cents = |price: f64| (price * 100.0).round() / 100.0;
    let turned = first[0] * last[3];
    let mut columns = Columns::with_capacity(count);
    let mut time = Timestamp::from_nanoseconds(1_500_000_000_000_000_000);
    for index in 0..count {
        let [open, high, low, close] = real[index % real.len()];
        let bar = if index / real.len() % 2 == 0 {
            [open, high, low, close]
        } else {
            [turned / open, turned / low, turned / high, turned / close]
        };
        let [open, high, low, close] = bar.map(|price| if price < 100.0 { price } else { cents(price) });
        columns.time.push(time);
        columns.open.push(open);
        columns.high.push(high);
        columns.low.push(low);
        columns.close.push(close);
        columns.volume.push(1.0);
        time = Timeframe::H1.next(time);
    }
    Ok(Bars::new(Timeframe::H1, columns)?)
}

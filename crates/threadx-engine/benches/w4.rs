//! Workload W4: one SMA 10/50 backtest over 1,000,000 bars with equity curve, trades and metrics, nanoseconds a bar,
//! fastest and median run, and the time on the processor where the system tells it (Linux), in which other programs do
//! not count; and what of it are indicators, signals, metrics and the rest, the simulation.
//!
//! ```text
//! cargo bench -p threadx-engine --bench w4 [-- FILE]
//! ```
//!
//! Prices are a walk of a generator that gives the same bars every time, unless FILE holds the columns open, high, low,
//! close and volume, each a count and so many numbers of 8 bytes, little endian: so another program can be timed over
//! the same bars (`tests/peers/bench_w4.py`).

use std::{error::Error, hint::black_box, io::Write, time::Instant};

use threadx_engine::{
    Activity, Annualisation, Backtest, BacktestInput, BacktestOptions, BacktestSpec, EquityCurve, Metrics,
    MetricsInput, Strategy, StrategyInput, StrategyRegistry, Uninterrupted, backtest,
};
use threadx_indicators::Direct;
use threadx_market::{Bars, Columns, Timeframe, Timestamp, keep_freed_memory};
use threadx_spec::{Direction, FillModel, Params};

const BARS: usize = 1_000_000;
const RUNS: usize = 41;

fn main() -> Result<(), Box<dyn Error>> {
    // As the program does.
    keep_freed_memory();
    // Cargo adds `--bench`.
    let bars = match std::env::args().skip(1).find(|word| word != "--bench") {
        Some(path) => read(&std::fs::read(path)?)?,
        None => made_up()?,
    };
    let registry = StrategyRegistry::built_in();
    let strategy = registry.get("ma_crossover")?;
    let params = strategy
        .spec()
        .resolve(&Params::from_iter([("fast_period", 10), ("slow_period", 50)]))?;
    // The starting cash of a walk that may lose nearly all of it, as for the peers.
    let spec = BacktestSpec::new(BacktestOptions {
        portfolio_value: 1e10,
        fill: FillModel::Close,
        ..BacktestOptions::default()
    })?;
    let run = || {
        let input = BacktestInput {
            indicators: &Direct::new(&bars),
            first: 0,
            strategy,
            params: &params,
            spec: &spec,
        };
        backtest(&input, &Uninterrupted)
    };
    let result = run()?;
    let lines = [
        ("indicators", timed(&bars, || averages(&bars))),
        (
            "indicators and signals",
            timed(&bars, || signals(&bars, strategy, &params)),
        ),
        ("metrics", timed(&bars, || Ok(metrics(&bars, &result, &spec)))),
        ("all", timed(&bars, || Ok(run()?))),
    ];
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "{} bars, {} trades, ns/bar: fastest, median, on the processor",
        bars.len(),
        result.trades.len()
    )?;
    let mut parts = Vec::new();
    for (name, runs) in lines {
        let Timed {
            fastest,
            median,
            busy,
        } = runs?;
        writeln!(out, "{name} {fastest:.2} {median:.2} {busy:.2}")?;
        parts.push(busy);
    }
    if let [_, signals, metrics, all] = parts[..] {
        writeln!(
            out,
            "simulation {:.2} (what is left of all)",
            all - signals - metrics
        )?;
    }
    Ok(())
}

/// Nanoseconds a bar.
struct Timed {
    fastest: f64,
    median: f64,
    /// On the processor, the mean; the median where the system does not tell.
    busy: f64,
}

/// Nanoseconds of this thread on a processor.
fn busy() -> Option<f64> {
    // The kernel counts the time up when the thread steps back, else at its next tick only.
    std::thread::yield_now();
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split(' ').next()?.parse().ok()
}

fn timed<T>(bars: &Bars, run: impl Fn() -> Result<T, Box<dyn Error>>) -> Result<Timed, Box<dyn Error>> {
    let mut runs = Vec::with_capacity(RUNS);
    let before = busy();
    for _ in 0..RUNS {
        let begin = Instant::now();
        let result = black_box(run()?);
        runs.push(begin.elapsed().as_secs_f64() * 1e9 / bars.len() as f64);
        drop(result);
    }
    let busy = before.zip(busy()).map(|(before, after)| after - before);
    runs.sort_by(f64::total_cmp);
    let median = runs[RUNS / 2];
    Ok(Timed {
        fastest: runs[0],
        median,
        busy: busy.map_or(median, |busy| busy / (RUNS * bars.len()) as f64),
    })
}

fn averages(bars: &Bars) -> Result<[std::sync::Arc<threadx_indicators::Series>; 2], Box<dyn Error>> {
    let source = Direct::new(bars);
    let params = Params::new();
    let input = StrategyInput {
        indicators: &source,
        first: 0,
        params: &params,
        direction: Direction::Long,
    };
    let average = |period: i64| input.series("sma", &Params::from_iter([("period", period)]), "sma");
    Ok([average(10)?, average(50)?])
}

fn signals(
    bars: &Bars,
    strategy: &Strategy,
    params: &Params,
) -> Result<threadx_engine::Signals, Box<dyn Error>> {
    let Strategy::Signal(strategy) = strategy else {
        return Err("the strategy is not one of signals".into());
    };
    let source = Direct::new(bars);
    let input = StrategyInput {
        indicators: &source,
        first: 0,
        params,
        direction: Direction::Long,
    };
    Ok(strategy.signals(&input)?)
}

fn metrics(bars: &Bars, result: &Backtest, spec: &BacktestSpec) -> Metrics {
    Metrics::compute(&MetricsInput {
        curve: EquityCurve::new(spec.options().portfolio_value, bars, &result.equity),
        trades: &result.trades,
        activity: Activity::default(),
        annualisation: Annualisation::default(),
    })
}

/// A random walk, from a generator that gives the same bars every time.
fn made_up() -> Result<Bars, Box<dyn Error>> {
    let mut state = 1u64;
    let mut random = move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1u64 << 53) as f64
    };
    let mut columns = Columns::with_capacity(BARS);
    let mut price: f64 = 100.0;
    for _ in 0..BARS {
        let open = price;
        price = (price * (1.0 + 0.01 * (random() - 0.5))).clamp(20.0, 500.0);
        columns.open.push(open);
        columns.high.push(open.max(price) * (1.0 + 0.002 * random()));
        columns.low.push(open.min(price) * (1.0 - 0.002 * random()));
        columns.close.push(price);
        columns.volume.push(1000.0 * random());
    }
    columns.time = times(BARS);
    Ok(Bars::new(Timeframe::H1, columns)?)
}

fn times(bars: usize) -> Vec<Timestamp> {
    let first = Timestamp::from_nanoseconds(0);
    std::iter::successors(Some(first), |time| Some(Timeframe::H1.next(*time)))
        .take(bars)
        .collect()
}

/// The bars of a file as described above.
fn read(bytes: &[u8]) -> Result<Bars, Box<dyn Error>> {
    let mut words = bytes
        .chunks_exact(8)
        .map(|word| word.try_into().map(u64::from_le_bytes));
    let mut column = || -> Result<Vec<f64>, Box<dyn Error>> {
        let count = words.next().ok_or("a column is missing")??;
        let values: Result<Vec<f64>, _> = words
            .by_ref()
            .take(usize::try_from(count)?)
            .map(|word| word.map(f64::from_bits))
            .collect();
        Ok(values?)
    };
    let mut columns = Columns {
        open: column()?,
        high: column()?,
        low: column()?,
        close: column()?,
        volume: column()?,
        ..Columns::default()
    };
    columns.time = times(columns.open.len());
    Ok(Bars::new(Timeframe::H1, columns)?)
}

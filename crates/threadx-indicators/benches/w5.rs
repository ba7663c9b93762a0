//! Workload W5: every indicator over 1,000,000 bars, nanoseconds a bar: fastest and median run into new
//! memory, then fastest and median run into memory that is given.
//!
//! ```text
//! cargo bench -p threadx-indicators --bench w5 [-- FILE] [-- NAME]
//! ```
//!
//! Prices are made up, in cents, unless FILE holds the columns open, high, low, close and volume, each a
//! count and so many numbers of 8 bytes, little endian: so another program can be timed over the same
//! bars (`tests/peers/compare_talib.py --bench`). NAME times the indicators whose name begins with it.

use std::{
    error::Error,
    hint::black_box,
    io::Write,
    time::{Duration, Instant},
};

use threadx_indicators::build;
use threadx_market::{Bars, Columns, Timeframe, Timestamp, keep_freed_memory};
use threadx_spec::{ParamValue, Params};

const BARS: usize = 1_000_000;
const RUNS_MIN: usize = 11;
/// Each indicator runs for at least this long, into new memory and into given memory each.
const TIME_MIN: Duration = Duration::from_millis(200);

/// The name printed: an indicator and values of its first parameters in the order of its specification.
const CASES: &[&str] = &[
    "sma 20",
    "sma 50",
    "sma 200",
    "ema 20",
    "rsi 14",
    "atr 14",
    "bbands 20",
    "bbands 50",
    "macd 12 26 9",
    "wma 20",
    "dema 20",
    "tema 20",
    "hma 20",
    "vwap",
    "rolling_vwap 20",
    "stoch 14 3 3",
    "stochrsi 14 14 3",
    "roc 10",
    "mom 10",
    "cci 20",
    "willr 14",
    "mfi 14",
    "adx 14",
    "aroon 14",
    "supertrend 10",
    "sar",
    "ichimoku 9 26 52 26",
    "natr 14",
    "percent_b 20",
    "bandwidth 20",
    "keltner 20 10",
    "donchian 20",
    "obv",
    "ad",
    "adosc 3 10",
    "cmf 20",
    "stddev 20",
    "zscore 20",
    "linearreg_slope 14",
    "min 20",
    "max 20",
    "percent_rank 100",
];

fn main() -> Result<(), Box<dyn Error>> {
    // As the program does.
    keep_freed_memory();
    // Cargo adds `--bench`.
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| word != "--bench")
        .collect();
    let file = arguments.iter().find(|word| std::path::Path::new(word).is_file());
    let wanted = arguments.iter().find(|word| Some(*word) != file);
    let bars = match file {
        Some(path) => read(&std::fs::read(path)?)?,
        None => made_up()?,
    };
    let mut out = std::io::stdout().lock();
    for case in CASES {
        if wanted.is_some_and(|wanted| !case.starts_with(wanted.as_str())) {
            continue;
        }
        let mut words = case.split(' ');
        let name = words.next().unwrap_or_default();
        let spec = threadx_indicators::spec(name)?;
        let mut params = Params::new();
        for (param, value) in spec.params.iter().zip(words) {
            params.insert(param.name.clone(), ParamValue::Int(value.parse()?));
        }
        let indicator = build(name, &params)?;
        let new = time(bars.len(), || {
            black_box(indicator.compute(black_box(&bars)));
        });
        let mut columns = Vec::new();
        let given = time(bars.len(), || {
            indicator.compute_into(black_box(&bars), black_box(&mut columns));
        });
        writeln!(
            out,
            "{case} {:.3} {:.3} {:.3} {:.3}",
            new.0, new.1, given.0, given.1
        )?;
    }
    Ok(())
}

/// The fastest and the median run, in nanoseconds a bar.
fn time(bars: usize, mut run: impl FnMut()) -> (f64, f64) {
    let mut runs = Vec::new();
    let begin = Instant::now();
    while runs.len() < RUNS_MIN || begin.elapsed() < TIME_MIN {
        let begin = Instant::now();
        run();
        runs.push(begin.elapsed().as_secs_f64() * 1e9 / bars as f64);
    }
    runs.sort_by(f64::total_cmp);
    (runs[0], runs[runs.len() / 2])
}

/// A random walk in cents, from a generator that gives the same bars every time.
fn made_up() -> Result<Bars, Box<dyn Error>> {
    let mut state = 1u64;
    let mut random = move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1u64 << 53) as f64
    };
    let cents = |price: f64| (price * 100.0).round() / 100.0;
    let mut columns = Columns::with_capacity(BARS);
    let mut price: f64 = 100.0;
    for _ in 0..BARS {
        let open = cents(price);
        price = (price * (1.0 + 0.002 * (random() - 0.5))).clamp(20.0, 500.0);
        let close = cents(price);
        columns.open.push(open);
        columns.high.push(open.max(close) + cents(0.2 * random()));
        columns.low.push(open.min(close) - cents(0.2 * random()));
        columns.close.push(close);
        columns.volume.push(cents(1000.0 * random()));
    }
    columns.time = times(BARS);
    Ok(Bars::new(Timeframe::M1, columns)?)
}

fn times(bars: usize) -> Vec<Timestamp> {
    let first = Timestamp::from_nanoseconds(0);
    std::iter::successors(Some(first), |time| Some(Timeframe::M1.next(*time)))
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
    Ok(Bars::new(Timeframe::M1, columns)?)
}

//! Reading 1,000,000 bars of real prices: clean CSV, exchange dumps and Parquet, million bars a second, best and median.
//!
//! ```text
//! cargo bench -p threadx-data --features parquet --bench read
//! ```
//!
//! The files stay in the system's cache, so that the parsers are timed and not the disk; the fingerprint, by which a
//! catalogue knows its bars, is timed apart.

use std::{
    error::Error,
    fs,
    hint::black_box,
    io::Write,
    path::Path,
    time::{Duration, Instant},
};

use threadx_data::{
    BarSource, Catalogue, Dataset, Existing, ImportOptions, MergePolicy, export, import, read_csv, sample,
};
use threadx_market::{Bars, Columns, Timeframe, Timestamp};

const BARS: usize = 1_000_000;
const RUNS: usize = 9;

/// The embedded sample over and over, a minute a bar.
fn bars() -> Result<Bars, Box<dyn Error>> {
    let sample = sample()?.bars;
    let of = |column: &[f64]| column.iter().copied().cycle().take(BARS).collect();
    let first = Timestamp::parse("2019-01-01")?.nanoseconds();
    let time = (0..BARS as i64).map(|bar| Timestamp::from_nanoseconds(first + bar * 60_000_000_000));
    Ok(Bars::new(
        Timeframe::M1,
        Columns {
            time: time.collect(),
            open: of(sample.open()),
            high: of(sample.high()),
            low: of(sample.low()),
            close: of(sample.close()),
            volume: of(sample.volume()),
        },
    )?)
}

/// The bars as an exchange writes them: epochs in ms, twelve columns, no header.
fn write_dump(bars: &Bars, path: &Path) -> Result<(), Box<dyn Error>> {
    let mut text = Vec::new();
    for bar in 0..bars.len() {
        let open_time = bars.time()[bar].nanoseconds() / 1_000_000;
        let (open, high, low, close) = (
            bars.open()[bar],
            bars.high()[bar],
            bars.low()[bar],
            bars.close()[bar],
        );
        writeln!(
            text,
            "{open_time},{open:.8},{high:.8},{low:.8},{close:.8},{:.8},{},41575.21,74570,190.61,18378.11,0",
            bars.volume()[bar],
            open_time + 59_999,
        )?;
    }
    fs::write(path, text)?;
    Ok(())
}

fn report(name: &str, mut work: impl FnMut() -> Result<usize, Box<dyn Error>>) -> Result<(), Box<dyn Error>> {
    let mut times: Vec<Duration> = Vec::new();
    for _ in 0..RUNS {
        let began = Instant::now();
        let count = black_box(work()?);
        times.push(began.elapsed());
        if count != BARS {
            return Err(format!("{name}: expected {BARS} bars, got {count}").into());
        }
    }
    times.sort_unstable();
    let rate = |time: Duration| BARS as f64 / time.as_secs_f64() / 1e6;
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "{name:<22} {:>8.2} {:>8.2}",
        rate(times[0]),
        rate(times[RUNS / 2])
    )?;
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let bars = bars()?;
    let at = |name: &str| folder.path().join(name);
    let (csv, dump, parquet) = (
        at("BTCUSDT_1m.csv"),
        at("BTCUSDT-1m.csv"),
        at("BTCUSDT_1m.parquet"),
    );
    export(&bars, &csv, Existing::Refuse)?;
    export(&bars, &parquet, Existing::Refuse)?;
    write_dump(&bars, &dump)?;
    let catalogue = Catalogue::open(&at("catalogue"));
    let dataset = Dataset {
        token: sample()?.token,
        bars: bars.clone(),
    };
    catalogue.store(&dataset, MergePolicy::Refuse)?;

    writeln!(
        std::io::stdout().lock(),
        "{:<22} {:>8} {:>8}  million bars a second",
        "",
        "best",
        "median"
    )?;
    let options = ImportOptions::default();
    report("CSV, clean form", || Ok(read_csv(&csv)?.len()))?;
    report("CSV, imported", || Ok(import(&csv, &options)?.dataset.bars.len()))?;
    report("CSV, Binance dump", || {
        Ok(import(&dump, &options)?.dataset.bars.len())
    })?;
    report("Parquet, imported", || {
        Ok(import(&parquet, &options)?.dataset.bars.len())
    })?;
    let source = BarSource::catalogue(catalogue.folder());
    report("catalogue, checked", || {
        Ok(source.load(&dataset.token, Timeframe::M1)?.len())
    })?;
    report("fingerprint alone", || {
        // A slice of its own, which has not been told its fingerprint.
        let part = bars.slice(0..BARS - 1);
        black_box(part.fingerprint());
        Ok(part.len() + 1)
    })
}

//! Searches for files that make the importer panic, hang, take memory without bound or contradict itself.
//!
//! `cargo run --release -p threadx-data --features parquet --example fuzz -- csv 600 1` changes text files for 600
//! seconds from seed 1, `parquet` instead of `csv` changes Parquet and Feather files; further arguments are files to
//! begin with. It ends with status 1 at the first finding and keeps the file. It runs on stable Rust: instead of
//! the coverage of the code it is guided by the behaviour, keeping an input for further changes if what became of it
//! was not seen before.

use std::{
    collections::BTreeSet,
    error::Error,
    fs,
    io::Write,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use arrow_array::{ArrayRef, Float64Array, RecordBatch, TimestampNanosecondArray};
use arrow_ipc::{CompressionType, writer::IpcWriteOptions};
use parquet::{
    arrow::ArrowWriter,
    basic::{Compression, GzipLevel, ZstdLevel},
    file::properties::WriterProperties,
};
use threadx_data::{
    BadRows, BarTime, DecimalMark, Duplicates, Existing, ImportOptions, RowOrder, Zone, export, import,
    read_csv, sample,
};
use threadx_market::Bars;

/// No text is longer, so that many are tried.
const LONGEST: usize = 16 << 10;
/// No input takes longer, or it is a finding.
const SLOWEST: Duration = Duration::from_secs(5);
/// After so long an input is taken to hang.
const HANGING: Duration = Duration::from_secs(60);
/// No input takes more memory, or it is a finding.
const MEMORY_MAX_KB: u64 = 1 << 20;

/// Files of many origins, short.
const TEXTS: &[&str] = &[
    "timestamp,open,high,low,close,volume\n2019-01-01T00:00:00Z,1.5,2.5,0.5,2,10\n2019-01-01T01:00:00Z,2,3,1,2,0\n",
    "1733011200000,96407.99,96672.44,96000.10,96500.00,431.1,1733014799999,41575.2,74570,190.6,18378.1,0\n\
     1733014800000,96500.00,96800.00,96300.00,96700.00,231.1,1733018399999,21575.2,54570,90.6,8378.1,0\n",
    "1735689600000000,93576,94509,93489,94401,755.9,1735693199999999,71.1,135,355.9,33.5,0\n",
    "https://www.CryptoDataDownload.com\nUnix Timestamp,Date,Symbol,Open,High,Low,Close,Volume BTC,Volume USD\n\
     1605855600.0,2020-11-20 07-AM,BTCUSDT,18000,18100,17900,18050,100,1800000\n\
     1605852000000,2020-11-20 06:00:00,BTCUSDT,18000,18100,17900,18050,100,1800000\n",
    "\u{feff}\"Date\",\"Price\",\"Open\",\"High\",\"Low\",\"Vol.\",\"Change %\"\n\
     \"Apr 28, 2023\",\"29,335.9\",\"29,471.8\",\"29,572.1\",\"28,929.6\",\"95.35K\",\"-0.46%\"\n\
     \"Apr 27, 2023\",\"29,472.9\",\"28,419.9\",\"29,870.3\",\"28,405.4\",\"116.10M\",\"3.7%\"\n",
    "Gmt time;Open;High;Low;Close;Volume\n01.01.2017 22:00:00.000;1,05;1,06;1,04;1,05;143,5\n",
    "20110103 090100;126.5;126.6;126.4;126.5;1000\r\n20110103 090200;126.5;126.6;126.4;126.5;1000\r\n",
    "2013.11.29,12:00,1.36,1.37,1.35,1.36,1000\n2013.11.29,13:00,1.36,1.37,1.35,1.36,1000\n",
    "Date,Open,High,Low,Close,Adj Close,Volume\n2021-03-13 00:00:00-05:00,1,2,1,2,1.5,9\n\
     2021-03-14 00:00:00-05:00,1,2,1,2,1.5,9\n",
    "[[1570752000000, 0.0015, 0.0016, 0.0014, 0.0015, 100.5], [1570752060000, 0.0015, 0.0016, 0.0014, 0.0015, null]]",
    "[{\"time\":1,\"open\":\"1\",\"high\":2,\"low\":1,\"close\":2},{\"time\":61,\"open\":1,\"high\":2,\"low\":1,\"close\":2}]",
    "date\topen\thigh\tlow\tclose\n31-Dec-10\t1\t2\t1\t2\n30-Dec-10\t1\t2\t1\t2\n",
    "DATE,Time,Open,Close,High,Low\n11/5/2019,9:30 PM,3,3,4,2\n11/5/2019,9:31 PM,3,3,4,2\n",
];

/// What is put into inputs, beside their own parts.
const WORDS: &[&str] = &[
    "\n",
    "\r\n",
    "\r",
    ",",
    ";",
    "\t",
    "|",
    "\"",
    "\"\"",
    "[",
    "]",
    "{",
    "}",
    ":",
    "0",
    "-",
    "-0.0",
    "1e999",
    "1e-999",
    "NaN",
    "inf",
    "9223372036854775807",
    "-9223372036854775808",
    "99999999999999999999",
    "1,234,567.89",
    "1.234.567,89",
    "5K",
    "7.5B",
    "1262304000",
    "1262304000000",
    "2021-02-29",
    "2021-03-14 02:30",
    "2021-11-07 01:30",
    "0001-01-01",
    "9999-12-31",
    "24:00",
    "12-AM",
    "Dec 31, 2010",
    "31.12.2010",
    "12/31/2010",
    "+14:00",
    "Z",
    "time",
    "close",
    "volume",
    "symbol",
    "Adj Close",
    "close_time",
    "\u{0}",
    "\u{feff}",
    "\u{1f}\u{8b}",
    "PK\u{3}\u{4}",
];

/// Small and fast; the same numbers from the same seed (`SplitMix64`).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }
}

fn changed(corpus: &[Vec<u8>], longest: usize, random: &mut Random) -> Vec<u8> {
    let mut input = corpus[random.below(corpus.len())].clone();
    for _ in 0..=random.below(4) {
        let at = random.below(input.len() + 1);
        let reach = if random.below(4) == 0 { 400 } else { 16 };
        let end = (at + random.below(reach)).min(input.len());
        match random.below(8) {
            0 => input.insert(at, random.next() as u8),
            1 | 2 if at < input.len() => input[at] ^= 1 << random.below(8),
            3 => drop(input.drain(at..end)),
            4 => {
                let part = input[at..end].repeat(1 + random.below(4));
                input.splice(at..at, part);
            }
            5 => {
                let other = &corpus[random.below(corpus.len())];
                let from = random.below(other.len() + 1);
                let to = (from + random.below(reach)).min(other.len());
                input.splice(at..end, other[from..to].iter().copied());
            }
            6 if at < input.len() => input[at] = [0, 1, 0x7f, 0x80, 0xff][random.below(5)],
            _ => {
                let word = WORDS[random.below(WORDS.len())];
                input.splice(at..end, word.bytes());
            }
        }
    }
    input.truncate(longest);
    input
}

/// Ways to read a file: as found, and with everything said that can be.
fn ways() -> Result<Vec<ImportOptions>, Box<dyn Error>> {
    let lenient = ImportOptions {
        bad_rows: BadRows::Drop,
        duplicates: Duplicates::KeepLast,
        order: RowOrder::Sort,
        ..ImportOptions::default()
    };
    let told = ImportOptions {
        timezone: Some(Zone::parse("America/New_York")?),
        bar_time: BarTime::Close,
        decimal: Some(DecimalMark::Comma),
        shift_seconds: i64::MAX,
        price_divisor: Some(1e-300),
        ..lenient.clone()
    };
    let listed = ImportOptions {
        columns: Some("time,open,high,low,close,volume".parse()?),
        delimiter: Some(b','),
        timezone: Some(Zone::parse("-03:30")?),
        ..lenient.clone()
    };
    Ok(vec![ImportOptions::default(), lenient, told, listed])
}

/// What became of a file, told so that alike is equal.
type Behaviour = Vec<String>;

fn run(path: &Path, ways: &[ImportOptions]) -> Result<Behaviour, String> {
    let mut behaviour = Vec::new();
    for options in ways {
        match import(path, options) {
            Ok(import) => {
                let (bars, report) = (&import.dataset.bars, &import.report);
                let alike = (bars.len() as u64, bars.first(), bars.last());
                if alike != (report.bars, Some(report.first), Some(report.last)) {
                    return Err(format!("the report tells of other bars than {alike:?}"));
                }
                let codes: Vec<_> = report.notes.iter().map(|note| note.code).collect();
                behaviour.push(format!("{} {} {codes:?}", report.dialect.name, report.timeframe));
            }
            Err(error) => {
                let text = error.to_string();
                if text.is_empty() {
                    return Err("refused without a reason".to_owned());
                }
                // Without what is the file's own.
                let words = text
                    .split(|c: char| !c.is_ascii_alphabetic())
                    .filter(|word| word.len() > 3);
                behaviour.push(format!(
                    "{} {:?}",
                    error.code(),
                    words.take(12).collect::<Vec<_>>()
                ));
            }
        }
    }
    behaviour.push(read_csv(path).map_or_else(|error| error.code().to_owned(), |_| "clean".to_owned()));
    Ok(behaviour)
}

/// The most memory that this process ever held, in kilobytes, where the system tells.
fn peak_kb() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    peak.and_then(|text| text.trim().trim_end_matches(" kB").parse().ok())
        .unwrap_or(0)
}

/// Files to begin with.
type Corpus = Vec<Vec<u8>>;

/// The bars as other programs write them: packed, with dictionaries, in small pages.
fn packed(bars: &Bars) -> Result<Corpus, Box<dyn Error>> {
    let of = |values: &[f64]| -> ArrayRef { Arc::new(Float64Array::from(values.to_vec())) };
    let time: TimestampNanosecondArray = bars.time().iter().map(|time| Some(time.nanoseconds())).collect();
    let batch = RecordBatch::try_from_iter([
        ("date", Arc::new(time.with_timezone("UTC")) as ArrayRef),
        ("open", of(bars.open())),
        ("high", of(bars.high())),
        ("low", of(bars.low())),
        ("close", of(bars.close())),
        ("volume", of(bars.volume())),
    ])?;
    let schema = batch.schema();
    let mut files = Vec::new();
    for packing in [
        Compression::SNAPPY,
        Compression::ZSTD(ZstdLevel::default()),
        Compression::GZIP(GzipLevel::default()),
        Compression::LZ4_RAW,
    ] {
        let properties = WriterProperties::builder()
            .set_compression(packing)
            .set_data_page_row_count_limit(25)
            .set_write_batch_size(5);
        let mut writer = ArrowWriter::try_new(Vec::new(), schema.clone(), Some(properties.build()))?;
        writer.write(&batch)?;
        files.push(writer.into_inner()?);
    }
    for packing in [CompressionType::LZ4_FRAME, CompressionType::ZSTD] {
        let options = IpcWriteOptions::default().try_with_compression(Some(packing))?;
        let mut writer =
            arrow_ipc::writer::FileWriter::try_new_with_options(Vec::new(), &schema, options.clone())?;
        writer.write(&batch)?;
        files.push(writer.into_inner()?);
        let mut writer = arrow_ipc::writer::StreamWriter::try_new_with_options(Vec::new(), &schema, options)?;
        writer.write(&batch)?;
        files.push(writer.into_inner()?);
    }
    Ok(files)
}

/// Ends the program, keeping the input, when one takes so long that it will not come back.
#[expect(clippy::exit, reason = "the thread that would return hangs")]
fn watch(kind: String, path: PathBuf, runs: Arc<AtomicU64>) {
    std::thread::spawn(move || {
        let (mut seen, mut since) = (0, Instant::now());
        loop {
            std::thread::sleep(Duration::from_secs(1));
            let now = runs.load(Ordering::Relaxed);
            if now != seen {
                (seen, since) = (now, Instant::now());
            } else if since.elapsed() > HANGING {
                let kept = std::env::temp_dir().join(format!("threadx-finding-{kind}-{now}"));
                let told = match fs::copy(&path, &kept) {
                    Ok(_) => format!("hangs: {}", kept.display()),
                    Err(error) => format!("hangs, and {} cannot be kept: {error}", path.display()),
                };
                // Locked by the thread that hangs is standard output only.
                let _told = writeln!(std::io::stderr(), "{told}");
                std::process::exit(1);
            }
        }
    });
}

/// Files to begin with, and the length of the longest that is tried.
fn corpus(kind: &str, folder: &Path) -> Result<(Corpus, usize), Box<dyn Error>> {
    match kind {
        "csv" => Ok((
            TEXTS.iter().map(|text| text.as_bytes().to_vec()).collect(),
            LONGEST,
        )),
        "parquet" => {
            let bars = sample()?.bars.slice(0..60);
            let mut files = Vec::new();
            for name in ["seed.parquet", "seed.feather"] {
                let path = folder.join(name);
                export(&bars, &path, Existing::Replace)?;
                files.push(fs::read(path)?);
            }
            files.extend(packed(&bars)?);
            Ok((files, 1 << 20))
        }
        other => Err(format!("expected csv or parquet, got {other}").into()),
    }
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let kind = arguments.next().unwrap_or_else(|| "csv".to_owned());
    let seconds: u64 = arguments.next().map_or(Ok(10), |text| text.parse())?;
    let mut random = Random(arguments.next().map_or(Ok(1), |text| text.parse())?);
    let mut out = std::io::stdout().lock();

    let folder = tempfile::tempdir()?;
    let (mut corpus, longest) = corpus(&kind, folder.path())?;
    for path in arguments {
        let mut bytes = fs::read(path)?;
        bytes.truncate(longest);
        corpus.push(bytes);
    }
    // A decoder of columns that panics over a damaged file is caught by the importer; its message helps nobody.
    std::panic::set_hook(Box::new(|_| {}));
    let path = folder.path().join("FUZZ_1h.csv");
    let ways = ways()?;
    let mut seen = BTreeSet::new();
    let counted = Arc::new(AtomicU64::new(0));
    watch(kind.clone(), path.clone(), Arc::clone(&counted));
    let (start, mut runs) = (Instant::now(), 0_u64);
    while start.elapsed() < Duration::from_secs(seconds) {
        let input = changed(&corpus, longest, &mut random);
        fs::write(&path, &input)?;
        let began = Instant::now();
        let outcome = catch_unwind(AssertUnwindSafe(|| run(&path, &ways)));
        let finding = match outcome {
            Err(_) => Some("panicked".to_owned()),
            Ok(Err(contradiction)) => Some(contradiction),
            Ok(Ok(_)) if began.elapsed() > SLOWEST => Some(format!("took {:?}", began.elapsed())),
            Ok(Ok(_)) if peak_kb() > MEMORY_MAX_KB => Some(format!("took {} kB of memory", peak_kb())),
            Ok(Ok(behaviour)) => {
                if seen.insert(behaviour) {
                    corpus.push(input.clone());
                }
                None
            }
        };
        runs += 1;
        counted.store(runs, Ordering::Relaxed);
        if let Some(finding) = finding {
            let kept = std::env::temp_dir().join(format!("threadx-finding-{kind}-{runs}"));
            fs::write(&kept, &input)?;
            writeln!(out, "{finding}: {}", kept.display())?;
            return Ok(ExitCode::FAILURE);
        }
    }
    writeln!(
        out,
        "{runs} inputs, {} kinds of behaviour, at most {} kB of memory, no finding",
        seen.len(),
        peak_kb()
    )?;
    Ok(ExitCode::SUCCESS)
}

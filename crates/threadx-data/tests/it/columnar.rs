//! Parquet and Arrow IPC files.

use proptest::prelude::*;
use std::sync::{Arc, OnceLock};

use arrow_array::{
    ArrayRef, ArrowPrimitiveType, BooleanArray, Decimal32Array, Decimal64Array, Decimal128Array,
    Decimal256Array, DictionaryArray, Float32Array, Float64Array, Int64Array, RecordBatch, StringArray,
    TimestampMillisecondArray,
    types::{Decimal256Type, Int8Type},
};
use threadx_data::{Existing, ImportOptions, NoteCode, export, import, read_signals, sample};
use threadx_error::DataError;
use threadx_market::Bars;

use crate::support::{file, times};

/// A batch as a Parquet file and as both forms of Arrow IPC.
fn files(columns: Vec<(&str, ArrayRef)>) -> Vec<(&'static str, Vec<u8>)> {
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let schema = batch.schema();
    let mut parquet = parquet::arrow::ArrowWriter::try_new(Vec::new(), schema.clone(), None).unwrap();
    parquet.write(&batch).unwrap();
    let mut file = arrow_ipc::writer::FileWriter::try_new(Vec::new(), &schema).unwrap();
    file.write(&batch).unwrap();
    let mut stream = arrow_ipc::writer::StreamWriter::try_new(Vec::new(), &schema).unwrap();
    stream.write(&batch).unwrap();
    vec![
        ("X.parquet", parquet.into_inner().unwrap()),
        ("X.feather", file.into_inner().unwrap()),
        ("X.arrow", stream.into_inner().unwrap()),
    ]
}

fn prices() -> Vec<(&'static str, ArrayRef)> {
    vec![
        ("Open", Arc::new(Float64Array::from(vec![86.71, 88.48, 89.62]))),
        ("High", Arc::new(Float64Array::from(vec![88.45, 89.92, 89.91]))),
        ("Low", Arc::new(Float64Array::from(vec![82.47, 87.73, 88.19]))),
        ("Close", Arc::new(Float64Array::from(vec![88.22, 88.9, 88.97]))),
    ]
}

fn check(columns: Vec<(&str, ArrayRef)>, stamps: [&str; 3], volumes: [f64; 3]) {
    for (name, bytes) in files(columns) {
        let (_dir, path) = file(name, &bytes);
        let import =
            import(&path, &ImportOptions::default()).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(times(&import), stamps, "{name}");
        assert_eq!(import.dataset.bars.close(), [88.22, 88.9, 88.97], "{name}");
        assert_eq!(import.dataset.bars.volume(), volumes, "{name}");
    }
}

#[test]
fn bars_are_exported_and_read_back() {
    let dir = tempfile::tempdir().unwrap();
    let bars = sample().unwrap().bars;
    for name in ["btcusdt.parquet", "btcusdt.feather", "btcusdt.arrow"] {
        let path = dir.path().join(name);
        export(&bars, &path, Existing::Refuse).unwrap();
        let import = import(&path, &ImportOptions::default()).unwrap();
        assert_eq!(import.dataset.bars.fingerprint(), bars.fingerprint(), "{name}");
        assert_eq!(import.dataset.token.as_str(), "BTCUSDT");
        assert!(import.report.notes.is_empty(), "{:?}", import.report.notes);
    }
}

#[test]
fn signals_are_read_with_truths_numbers_and_stamps_of_their_own_types() {
    let stamps = TimestampMillisecondArray::from(vec![1_109_116_800_000, 1_109_203_200_000]);
    let truths = BooleanArray::from(vec![Some(true), None]);
    let columns = || -> Vec<(&str, ArrayRef)> {
        vec![
            ("long_entry", Arc::new(truths.clone())),
            ("short_exit", Arc::new(Int64Array::from(vec![0, 1]))),
            ("long_exit", Arc::new(Float64Array::from(vec![1.0, 0.0]))),
            ("__index_level_0__", Arc::new(stamps.clone().with_timezone("UTC"))),
        ]
    };
    for (name, bytes) in files(columns()) {
        let (_dir, path) = file(name, &bytes);
        let rows = read_signals(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(rows.time[1].to_string(), "2005-02-24T00:00:00Z", "{name}");
        assert_eq!(rows.long_entry, [true, false], "{name}");
        assert_eq!(rows.long_exit, [true, false], "{name}");
        assert_eq!(rows.short_entry, [false, false], "{name}");
        assert_eq!(rows.short_exit, [false, true], "{name}");
    }
    let mut wrong = columns();
    wrong[1].1 = Arc::new(Int64Array::from(vec![0, 2]));
    for (name, bytes) in files(wrong) {
        let (_dir, path) = file(name, &bytes);
        let error = read_signals(&path).unwrap_err().to_string();
        assert!(
            error.contains("line 2, column short_exit: expected true or false"),
            "{error}"
        );
    }
}

#[test]
fn stamps_of_every_type_are_read() {
    let volume = |columns: &mut Vec<(&str, ArrayRef)>| {
        columns.push((
            "Volume",
            Arc::new(Int64Array::from(vec![23_551_799, 26_721_628, 15_696_091])),
        ));
    };
    let volumes = [23_551_799.0, 26_721_628.0, 15_696_091.0];
    let days = [
        "2005-02-23T00:00:00Z",
        "2005-02-24T00:00:00Z",
        "2005-02-25T00:00:00Z",
    ];
    let milliseconds = vec![1_109_116_800_000, 1_109_203_200_000, 1_109_289_600_000];
    // As pandas keeps an index.
    let mut columns = prices();
    volume(&mut columns);
    let index = TimestampMillisecondArray::from(milliseconds.clone()).with_timezone("UTC");
    columns.push(("__index_level_0__", Arc::new(index)));
    check(columns, days, volumes);
    let mut columns = prices();
    volume(&mut columns);
    columns.insert(
        0,
        (
            "open_time",
            Arc::new(Int64Array::from(
                milliseconds.iter().map(|ms| ms * 1_000_000).collect::<Vec<_>>(),
            )),
        ),
    );
    check(columns, days, volumes);
    let mut columns = prices();
    volume(&mut columns);
    columns.insert(
        0,
        (
            "date",
            Arc::new(StringArray::from(vec!["23/02/2005", "24/02/2005", "25/02/2005"])),
        ),
    );
    check(columns, days, volumes);
    let mut columns = prices();
    columns.insert(
        0,
        ("date", Arc::new(TimestampMillisecondArray::from(milliseconds))),
    );
    check(columns, days, [0.0; 3]);
}

#[test]
fn markets_as_categories_and_decimals_of_every_width_are_read() {
    let stamps =
        TimestampMillisecondArray::from(vec![1_109_116_800_000, 1_109_203_200_000, 1_109_289_600_000]);
    let markets = DictionaryArray::<Int8Type>::from_iter(["AAPL", "AAPL", "AAPL"]);
    let low = Decimal32Array::from(vec![8247, 8773, 8819])
        .with_precision_and_scale(9, 2)
        .unwrap();
    let high = Decimal64Array::from(vec![88_450, 89_920, 89_910])
        .with_precision_and_scale(18, 3)
        .unwrap();
    let wide = [8822, 8890, 8897].map(<Decimal256Type as ArrowPrimitiveType>::Native::from);
    let close = Decimal256Array::from(wide.to_vec())
        .with_precision_and_scale(50, 2)
        .unwrap();
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("time", Arc::new(stamps.with_timezone("UTC"))),
        ("symbol", Arc::new(markets)),
        (
            "open",
            Arc::new(
                Decimal128Array::from(vec![8671, 8848, 8962])
                    .with_precision_and_scale(20, 2)
                    .unwrap(),
            ),
        ),
        ("high", Arc::new(high)),
        ("low", Arc::new(low)),
        ("close", Arc::new(close)),
    ];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut written = parquet::arrow::ArrowWriter::try_new(Vec::new(), batch.schema(), None).unwrap();
    written.write(&batch).unwrap();
    let (_dir, path) = file("X.parquet", &written.into_inner().unwrap());
    let import = import(&path, &ImportOptions::default()).unwrap();
    assert_eq!(import.dataset.token.as_str(), "AAPL");
    let bars = &import.dataset.bars;
    assert_eq!(bars.open(), [86.71, 88.48, 89.62]);
    assert_eq!(bars.high(), [88.45, 89.92, 89.91]);
    assert_eq!(bars.low(), [82.47, 87.73, 88.19]);
    assert_eq!(bars.close(), [88.22, 88.9, 88.97]);
}

#[test]
fn what_is_not_a_number_is_missing() {
    let stamps = Int64Array::from(vec![1_109_116_800, 1_109_203_200, 1_109_289_600]);
    let mut columns = prices();
    columns.insert(0, ("time", Arc::new(stamps)));
    columns.push(("Volume", Arc::new(Float64Array::from(vec![1.0, f64::NAN, 3.0]))));
    check(
        columns.clone(),
        [
            "2005-02-23T00:00:00Z",
            "2005-02-24T00:00:00Z",
            "2005-02-25T00:00:00Z",
        ],
        [1.0, 0.0, 3.0],
    );
    columns[3] = ("Low", Arc::new(Float64Array::from(vec![82.47, f64::NAN, 88.19])));
    for (name, bytes) in files(columns) {
        let (_dir, path) = file(name, &bytes);
        let error = import(&path, &ImportOptions::default()).unwrap_err();
        assert!(
            error.to_string().contains("row 2, column Low: expected a number"),
            "{error}"
        );
    }
}

#[test]
fn rows_that_are_no_bars_are_told_by_their_number() {
    let mut columns = prices();
    columns[1].1 = Arc::new(Float64Array::from(vec![Some(88.45), None, Some(1.0)]));
    columns.insert(
        0,
        (
            "date",
            Arc::new(StringArray::from(vec!["2005-02-23", "2005-02-24", "2005-02-25"])),
        ),
    );
    for (name, bytes) in files(columns) {
        let (_dir, path) = file(name, &bytes);
        let error = import(&path, &ImportOptions::default()).unwrap_err();
        assert!(
            error
                .to_string()
                .contains("2 rows cannot be used, the first: row 2, column High: expected a number"),
            "{error}"
        );
    }
}

#[test]
fn narrow_numbers_widen_exactly() {
    let mut columns = prices();
    columns[0].1 = Arc::new(Float32Array::from(vec![86.5, 88.25, 89.625]));
    columns.insert(
        0,
        (
            "date",
            Arc::new(StringArray::from(vec!["2005-02-23", "2005-02-24", "2005-02-25"])),
        ),
    );
    for (name, bytes) in files(columns) {
        let (_dir, path) = file(name, &bytes);
        let import = import(&path, &ImportOptions::default()).unwrap();
        assert_eq!(import.dataset.bars.open(), [86.5, 88.25, 89.625], "{name}");
        assert!(import.report.note(NoteCode::NoVolume).is_some());
    }
}

/// A small file of each kind.
fn seeds() -> &'static [(&'static str, Vec<u8>)] {
    static SEEDS: OnceLock<Vec<(&'static str, Vec<u8>)>> = OnceLock::new();
    SEEDS.get_or_init(|| {
        let dir = tempfile::tempdir().unwrap();
        let bars: Bars = sample().unwrap().bars.slice(0..40);
        let mut seeds = Vec::new();
        for name in ["X.parquet", "X.feather"] {
            let path = dir.path().join(name);
            export(&bars, &path, Existing::Refuse).unwrap();
            seeds.push((name, std::fs::read(path).unwrap()));
        }
        let mut columns = prices();
        columns.insert(
            0,
            (
                "date",
                Arc::new(StringArray::from(vec!["2005-02-23", "2005-02-24", "2005-02-25"])),
            ),
        );
        seeds.extend(files(columns));
        seeds
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn damaged_files_are_bars_or_an_error(seed in 0usize..5, changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8), cut in 0usize..3) {
        let (name, bytes) = &seeds()[seed];
        let mut bytes = bytes.clone();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        bytes.truncate(bytes.len() - cut * 7);
        let (_dir, path) = file(name, &bytes);
        match import(&path, &ImportOptions::default()) {
            Ok(import) => prop_assert!(!import.dataset.bars.is_empty()),
            Err(error) => prop_assert!(!matches!(error, DataError::Write { .. }), "{}", error),
        }
    }
}

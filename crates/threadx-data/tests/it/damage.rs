//! Columnar files whose lengths cannot be true: refused by name before anything loops over them or takes memory
//! for them.

use std::{path::Path, sync::Arc};

use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch};
use arrow_ipc::{CompressionType, writer::IpcWriteOptions};
use parquet::{
    arrow::ArrowWriter,
    basic::{Compression, ZstdLevel},
    file::{
        properties::WriterProperties,
        reader::{FileReader, SerializedFileReader},
    },
};
use threadx_data::{BarSource, Catalogue, Existing, ImportOptions, MergePolicy, export, import, sample};
use threadx_error::DataError;

use crate::support::file;

const BARS: usize = 1000;

/// Real prices, and volumes that pack well.
fn batch() -> RecordBatch {
    let bars = sample().unwrap().bars.slice(0..BARS);
    let of = |values: &[f64]| -> ArrayRef { Arc::new(Float64Array::from(values.to_vec())) };
    let time: Vec<i64> = bars.time().iter().map(|time| time.nanoseconds()).collect();
    RecordBatch::try_from_iter([
        ("time", Arc::new(Int64Array::from(time)) as ArrayRef),
        ("open", of(bars.open())),
        ("high", of(bars.high())),
        ("low", of(bars.low())),
        ("close", of(bars.close())),
        ("volume", of(&[2.5; BARS])),
    ])
    .unwrap()
}

fn parquet(compression: Compression) -> Vec<u8> {
    let properties = WriterProperties::builder().set_compression(compression).build();
    let batch = batch();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.into_inner().unwrap()
}

/// An Arrow file and an Arrow stream.
fn arrow(compression: CompressionType) -> [(&'static str, Vec<u8>); 2] {
    let options = IpcWriteOptions::default()
        .try_with_compression(Some(compression))
        .unwrap();
    let batch = batch();
    let mut file =
        arrow_ipc::writer::FileWriter::try_new_with_options(Vec::new(), &batch.schema(), options.clone())
            .unwrap();
    file.write(&batch).unwrap();
    let mut stream =
        arrow_ipc::writer::StreamWriter::try_new_with_options(Vec::new(), &batch.schema(), options).unwrap();
    stream.write(&batch).unwrap();
    [
        ("X.feather", file.into_inner().unwrap()),
        ("X.arrow", stream.into_inner().unwrap()),
    ]
}

/// Where the first page of a column begins.
fn first_page(bytes: &[u8], column: usize) -> usize {
    let (_dir, path) = file("X.parquet", bytes);
    let reader = SerializedFileReader::new(std::fs::File::open(path).unwrap()).unwrap();
    let (start, _) = reader.metadata().row_group(0).column(column).byte_range();
    usize::try_from(start).unwrap()
}

fn overwritten(bytes: &[u8], at: usize, with: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[at..at + with.len()].copy_from_slice(with);
    bytes
}

/// The places of a number in bytes.
fn places(bytes: &[u8], number: u64) -> Vec<usize> {
    let wanted = number.to_le_bytes();
    let at = bytes.windows(8).enumerate().filter(|(_, held)| *held == wanted);
    at.map(|(at, _)| at).collect()
}

fn is_damaged(name: &str, bytes: &[u8], expected: &str) {
    let (_dir, path) = file(name, bytes);
    let error = import(&path, &ImportOptions::default()).unwrap_err();
    assert!(matches!(&error, DataError::Damaged { .. }), "{name}: {error}");
    assert!(error.to_string().contains(name), "{error}");
    assert!(error.to_string().contains(expected), "{expected}: {error}");
}

/// Two billion.
const MANY: [u8; 5] = [0xff, 0xff, 0xff, 0xff, 0x07];
/// The same as a signed number.
const MANY_SIGNED: [u8; 5] = [0xfe, 0xff, 0xff, 0xff, 0x0f];

#[test]
fn whole_files_of_every_packing_are_read() {
    let packings = [
        Compression::UNCOMPRESSED,
        Compression::SNAPPY,
        Compression::GZIP(parquet::basic::GzipLevel::default()),
        Compression::LZ4,
        Compression::LZ4_RAW,
        Compression::ZSTD(ZstdLevel::default()),
    ];
    let mut files: Vec<_> = packings.map(|packing| ("X.parquet", parquet(packing))).to_vec();
    files.extend(arrow(CompressionType::LZ4_FRAME));
    files.extend(arrow(CompressionType::ZSTD));
    for (name, bytes) in files {
        let (_dir, path) = file(name, &bytes);
        let import = import(&path, &ImportOptions::default()).unwrap();
        assert_eq!(import.dataset.bars.len(), BARS, "{name}");
        assert_eq!(import.dataset.bars.volume(), [2.5; BARS], "{name}");
    }
}

#[test]
fn a_packing_that_is_not_read_is_named() {
    let mut bytes = parquet(Compression::GZIP(parquet::basic::GzipLevel::default()));
    // The description of a column: behind its name how it is packed, 2 for gzip and 4 for Brotli, each doubled.
    let name = b"volume\x15\x04";
    let at = bytes.windows(name.len()).rposition(|part| part == name).unwrap();
    bytes[at + name.len() - 1] = 8;
    let (_dir, path) = file("X.parquet", &bytes);
    let error = import(&path, &ImportOptions::default()).unwrap_err();
    let DataError::Read { source, .. } = error else {
        panic!("{error}");
    };
    assert!(source.to_string().contains("packed with Brotli"), "{source}");
}

#[test]
fn heads_of_pages_that_claim_billions_are_damage() {
    let packed = parquet(Compression::SNAPPY);
    for column in 0..6 {
        let at = first_page(&packed, column);
        // Doubles, truths and lists of an unknown field, which are passed over one by one.
        for element in [0xf7, 0xf1, 0xf9] {
            let head = [&[0xf9, element], &MANY[..]].concat();
            is_damaged(
                "X.parquet",
                &overwritten(&packed, at, &head),
                "there is no page at byte",
            );
        }
        // A dictionary of so many values; a page that unpacks to so many bytes, or has so many.
        let dictionary = [
            &[0x15, 4, 0x15, 0x20, 0x15, 0x20, 0x4c, 0x15],
            &MANY_SIGNED[..],
            &[0x15, 0, 0, 0],
        ]
        .concat();
        is_damaged(
            "X.parquet",
            &overwritten(&packed, at, &dictionary),
            "hold 2147483647 values",
        );
        let unpacked = [&[0x15, 0, 0x15], &MANY_SIGNED[..], &[0x15, 0x20, 0]].concat();
        is_damaged(
            "X.parquet",
            &overwritten(&packed, at, &unpacked),
            "unpack to 2147483647",
        );
        let long = [&[0x15, 0, 0x15, 0x20, 0x15], &MANY_SIGNED[..], &[0]].concat();
        is_damaged(
            "X.parquet",
            &overwritten(&packed, at, &long),
            "says that it has 2147483647 bytes",
        );
    }
}

#[test]
fn the_head_of_a_file_that_claims_billions_is_damage() {
    let bytes = parquet(Compression::UNCOMPRESSED);
    let tail = bytes.len() - 8;
    let length = u32::from_le_bytes(bytes[tail..tail + 4].try_into().unwrap());
    let head = tail - usize::try_from(length).unwrap();
    for element in [0xf7, 0xf1] {
        let claim = [&[0xf9, element], &MANY[..]].concat();
        is_damaged(
            "X.parquet",
            &overwritten(&bytes, head, &claim),
            "its description of itself breaks off",
        );
    }
}

#[test]
fn stored_bars_that_claim_billions_are_damage() {
    let dir = tempfile::tempdir().unwrap();
    let catalogue = Catalogue::open(dir.path());
    let mut dataset = sample().unwrap();
    dataset.bars = dataset.bars.slice(0..BARS);
    let stored = catalogue.store(&dataset, MergePolicy::Refuse).unwrap();
    let path = dir
        .path()
        .join(dataset.token.as_str())
        .join(&stored.manifest.file);
    let bytes = std::fs::read(&path).unwrap();
    for column in 0..6 {
        let claim = [&[0xf9, 0xf1], &MANY[..]].concat();
        std::fs::write(&path, overwritten(&bytes, first_page(&bytes, column), &claim)).unwrap();
        let source = BarSource::catalogue(dir.path());
        let error = source.load(&dataset.token, dataset.bars.timeframe()).unwrap_err();
        assert!(
            matches!(&error, DataError::Damaged { path: held, .. } if *held == path),
            "{error}"
        );
    }
}

#[test]
fn packed_columns_that_claim_terabytes_are_damage() {
    for packing in [CompressionType::LZ4_FRAME, CompressionType::ZSTD] {
        for (name, bytes) in arrow(packing) {
            // The length before each packed column.
            let columns = places(&bytes, 8 * BARS as u64);
            assert!(!columns.is_empty());
            let mut refused = 0;
            for at in columns {
                let claim = (1_u64 << 45).to_le_bytes();
                let (_dir, path) = file(name, &overwritten(&bytes, at, &claim));
                match import(&path, &ImportOptions::default()) {
                    Err(DataError::Damaged { what, .. }) => {
                        assert!(what.contains("unpack to 35184372088832"), "{what}");
                        refused += 1;
                    }
                    // Lengths in the heads of messages are the decoder's to check.
                    Err(error) => assert!(matches!(error, DataError::Read { .. }), "{error}"),
                    Ok(_) => panic!("{name}: read with {at} changed"),
                }
            }
            assert!(refused > 0, "{name} {packing:?}");
        }
    }
}

#[test]
fn a_file_that_breaks_off_is_told_by_its_name() {
    let dir = tempfile::tempdir().unwrap();
    let bars = sample().unwrap().bars.slice(0..BARS);
    for name in ["X.parquet", "X.feather"] {
        let path = dir.path().join(name);
        export(&bars, &path, Existing::Refuse).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        for kept in [12, bytes.len() / 2, bytes.len() - 1] {
            std::fs::write(&path, &bytes[..kept]).unwrap();
            let error = import(Path::new(&path), &ImportOptions::default()).unwrap_err();
            assert!(error.to_string().contains(name), "{error}");
        }
    }
}

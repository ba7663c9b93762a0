//! Writing bars to files.

use std::{
    io::{self, Write},
    path::Path,
};

use threadx_error::DataError;
use threadx_market::Bars;

use crate::{
    Existing,
    csv::HEADER,
    new_file::{NewFile, unwritable},
};

/// Endings of the forms that [`export`] writes.
#[cfg(feature = "parquet")]
const ENDINGS: &str = ".csv, .csv.gz, .parquet, .feather or .arrow";
/// Endings of the forms that [`export`] writes.
#[cfg(not(feature = "parquet"))]
const ENDINGS: &str = ".csv or .csv.gz";

/// Writes bars to a file, in the form that its name ends with: `.csv` in the clean form that
/// [`read_csv`](crate::read_csv) reads, `.csv.gz` the same packed with gzip; with the feature `parquet` also
/// `.parquet`, and `.feather` or `.arrow` in the Arrow IPC form.
///
/// Numbers are written so that they read back to the same bits. The file is written beside its place and moved
/// there when it is whole.
///
/// # Errors
///
/// [`DataError::Format`] for another ending, [`DataError::Exists`] if a file stands there and is not to be
/// replaced, [`DataError::Write`] if it cannot be written.
///
/// ```
/// use threadx_data::{Existing, export, read_csv, sample};
///
/// let dir = tempfile::tempdir()?;
/// let path = dir.path().join("btcusdt.csv.gz");
/// let bars = sample()?.bars;
/// export(&bars, &path, Existing::Refuse)?;
/// assert_eq!(read_csv(&path)?, bars);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn export(bars: &Bars, path: &Path, existing: Existing) -> Result<(), DataError> {
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().to_ascii_lowercase());
    let ends = |ending: &str| name.as_deref().is_some_and(|name| name.ends_with(ending));
    if ends(".csv") {
        let mut file = NewFile::create(path, existing)?;
        write_rows(bars, &mut file).map_err(|source| unwritable(path, source))?;
        return file.commit();
    }
    if ends(".csv.gz") {
        let file = NewFile::create(path, existing)?;
        let mut packed = flate2::write::GzEncoder::new(file, flate2::Compression::default());
        write_rows(bars, &mut packed).map_err(|source| unwritable(path, source))?;
        let file = packed.finish().map_err(|source| unwritable(path, source))?;
        return file.commit();
    }
    #[cfg(feature = "parquet")]
    {
        if ends(".parquet") {
            return crate::columnar::export_parquet(bars, NewFile::create(path, existing)?);
        }
        if ends(".feather") || ends(".arrow") || ends(".ipc") {
            return crate::columnar::export_feather(bars, NewFile::create(path, existing)?);
        }
    }
    Err(DataError::Format {
        path: path.to_owned(),
        expected: ENDINGS,
    })
}

/// Rows between two writes: few enough to stay in the cache.
const ROWS_A_WRITE: usize = 512;

fn write_rows(bars: &Bars, file: &mut dyn Write) -> io::Result<()> {
    let mut text = Vec::with_capacity(ROWS_A_WRITE * 80);
    writeln!(text, "{}", HEADER.join(","))?;
    for row in 0..bars.len() {
        let (open, high, low, close) = (
            bars.open()[row],
            bars.high()[row],
            bars.low()[row],
            bars.close()[row],
        );
        writeln!(
            text,
            "{},{open},{high},{low},{close},{}",
            bars.time()[row],
            bars.volume()[row]
        )?;
        if row % ROWS_A_WRITE == 0 {
            file.write_all(&text)?;
            text.clear();
        }
    }
    file.write_all(&text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{read_csv, sample};

    #[test]
    fn what_is_written_reads_back() {
        let dir = tempfile::tempdir().unwrap();
        let bars = sample().unwrap().bars;
        for name in ["a.csv", "b.CSV", "c.csv.gz"] {
            let path = dir.path().join(name);
            export(&bars, &path, Existing::Refuse).unwrap();
            assert_eq!(
                read_csv(&path).unwrap().fingerprint(),
                bars.fingerprint(),
                "{name}"
            );
        }
        let again = export(&bars, &dir.path().join("a.csv"), Existing::Refuse);
        assert!(matches!(again, Err(DataError::Exists { .. })));
        for name in ["a.xlsx", "csv", ".."] {
            let refused = export(&bars, &dir.path().join(name), Existing::Refuse);
            assert!(matches!(refused, Err(DataError::Format { .. })), "{name}");
        }
    }
}

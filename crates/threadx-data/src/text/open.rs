//! Opening a file as a stream of text: unpacked, in UTF-8.

use std::{
    cell::Cell,
    fs::File,
    io::{self, BufReader, Read, Seek, SeekFrom},
    path::Path,
    rc::Rc,
};

use flate2::{
    CrcReader,
    read::{DeflateDecoder, MultiGzDecoder},
};
use threadx_error::DataError;
use zip::{CompressionMethod, ZipArchive};

use super::{line_ends::with_line_feeds, utf16::Utf16Reader};

/// A file as a stream of text: unpacked, in UTF-8, with line feeds.
pub(crate) struct Opened {
    pub(crate) stream: Box<dyn Read>,
    /// The archive's entry that is read.
    pub(crate) entry: Option<String>,
    /// Bytes of the file read so far, before unpacking.
    pub(crate) read: Rc<Cell<u64>>,
    /// Bytes of the file or entry, packed.
    pub(crate) size: u64,
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Opened")
            .field("entry", &self.entry)
            .field("read", &self.read)
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}

const GZIP: &[u8] = &[0x1f, 0x8b];
const ZIP: &[u8] = b"PK\x03\x04";
const UTF8: &[u8] = b"\xef\xbb\xbf";

/// The entry that an Excel workbook has, which is a zip archive too.
const WORKBOOK: &str = "xl/workbook.xml";

/// Bytes by which the encoding of a text is told.
const HEAD_BYTES: u64 = 4;

/// What files begin with that are taken for bars, and are not read here.
const FOREIGN: [(&[u8], &str); 9] = [
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"\x89HDF", "an HDF5 file"),
    (b"FEA1", "a Feather file of version 1, which is no Arrow file yet"),
    (b"SQLite f", "an SQLite database"),
    (b"\x93NUMPY", "a NumPy array"),
];

impl Opened {
    /// Opens a file, or `entry` of a zip archive. An archive of one entry needs no name.
    ///
    /// # Errors
    ///
    /// [`DataError::Read`] if it cannot be opened or unpacked, [`DataError::Layout`] for an archive without
    /// that entry, [`DataError::Ambiguous`] for one of several entries where none was named.
    pub(crate) fn open(path: &Path, entry: Option<&str>) -> Result<Self, DataError> {
        let unreadable = |source| DataError::Read {
            path: path.to_owned(),
            source,
        };
        let mut file = File::open(path).map_err(unreadable)?;
        let magic = peek(&mut file).map_err(unreadable)?;
        if let Some((_, what)) = FOREIGN.iter().find(|(begin, _)| magic.starts_with(begin)) {
            return Err(unreadable(foreign(what)));
        }
        let read = Rc::new(Cell::new(0));
        let count = |inner| Counting {
            inner,
            read: Rc::clone(&read),
        };
        let (stream, entry, size): (Box<dyn Read>, _, _) = if magic.starts_with(ZIP) {
            let (packed, entry) = zip_entry(file, path, entry)?;
            let size = packed.size;
            (packed.unpacked(count), Some(entry), size)
        } else {
            let size = file.metadata().map_err(unreadable)?.len();
            let packed = BufReader::new(count(file.take(u64::MAX)));
            if magic.starts_with(GZIP) {
                (Box::new(MultiGzDecoder::new(packed)), None, size)
            } else {
                (Box::new(packed), None, size)
            }
        };
        Ok(Self {
            stream: in_utf8(stream).and_then(with_line_feeds).map_err(unreadable)?,
            entry,
            read,
            size,
        })
    }
}

/// The failure of a file that is something else than text.
fn foreign(what: &str) -> io::Error {
    let text = format!("it is {what}; text (also in gz or zip), JSON, Parquet and Arrow files are read");
    io::Error::new(io::ErrorKind::InvalidData, text)
}

/// The first bytes of a file, which is left at its beginning.
pub(crate) fn peek(file: &mut File) -> io::Result<Vec<u8>> {
    let mut magic = Vec::new();
    file.by_ref().take(8).read_to_end(&mut magic)?;
    file.seek(SeekFrom::Start(0))?;
    Ok(magic)
}

/// How two bytes make a unit of UTF-16.
type Unit = fn([u8; 2]) -> u16;

/// The stream without its byte order mark; one that begins with that of UTF-16 is converted.
fn in_utf8(mut stream: Box<dyn Read>) -> io::Result<Box<dyn Read>> {
    let mut mark = Vec::new();
    stream.by_ref().take(HEAD_BYTES).read_to_end(&mut mark)?;
    let (unit, marked): (Option<Unit>, usize) = match mark.as_slice() {
        [0xff, 0xfe, 0, 0] | [0, 0, 0xfe, 0xff] => return Err(foreign("UTF-32 text")),
        [0xff, 0xfe, ..] => (Some(u16::from_le_bytes), 2),
        [0xfe, 0xff, ..] => (Some(u16::from_be_bytes), 2),
        // Without a mark, but every other byte of what is ASCII in UTF-16 is 0.
        [1..=255, 0, 1..=255, 0] => (Some(u16::from_le_bytes), 0),
        [0, 1..=255, 0, 1..=255] => (Some(u16::from_be_bytes), 0),
        head if head.starts_with(UTF8) => (None, UTF8.len()),
        _ => (None, 0),
    };
    let behind = mark.split_off(marked);
    let stream = io::Cursor::new(behind).chain(stream);
    Ok(match unit {
        Some(unit) => Box::new(Utf16Reader::new(stream, unit)),
        None => Box::new(stream),
    })
}

/// One entry of a zip archive, still packed.
struct Packed {
    file: io::Take<File>,
    size: u64,
    deflated: bool,
    crc: u32,
    path: std::path::PathBuf,
}

impl Packed {
    fn unpacked(self, count: impl FnOnce(io::Take<File>) -> Counting) -> Box<dyn Read> {
        let packed = BufReader::new(count(self.file));
        let unpacked: Box<dyn Read> = if self.deflated {
            Box::new(DeflateDecoder::new(packed))
        } else {
            Box::new(packed)
        };
        Box::new(Checked {
            inner: CrcReader::new(unpacked),
            expected: self.crc,
            name: self.path.display().to_string(),
        })
    }
}

fn zip_entry(file: File, path: &Path, wanted: Option<&str>) -> Result<(Packed, String), DataError> {
    let bad_archive = |error: zip::result::ZipError| DataError::Read {
        path: path.to_owned(),
        source: io::Error::new(io::ErrorKind::InvalidData, error),
    };
    let unreadable = |source| DataError::Read {
        path: path.to_owned(),
        source,
    };
    let layout = |expected: String| DataError::Layout {
        path: path.to_owned(),
        expected,
    };
    let mut archive = ZipArchive::new(file).map_err(bad_archive)?;
    // Folders and the notes that macOS leaves are no data.
    let names: Vec<String> = archive
        .file_names()
        .filter(|name| !name.ends_with('/') && !name.starts_with("__MACOSX/"))
        .map(str::to_owned)
        .collect();
    let name = match (wanted, names.as_slice()) {
        (Some(wanted), _) if names.iter().any(|name| name == wanted) => wanted.to_owned(),
        (Some(wanted), _) => {
            return Err(layout(format!(
                "expected an entry {wanted:?}, got {}",
                shown(&names)
            )));
        }
        (None, [only]) => only.clone(),
        (None, []) => {
            return Err(layout(
                "expected an archive with a file in it, got an empty one".to_owned(),
            ));
        }
        (None, names) if names.iter().any(|name| name == WORKBOOK) => {
            return Err(unreadable(foreign("an Excel workbook")));
        }
        // Beside a table stand remarks, as HistData has them.
        (None, names) => only_table(names)
            .ok_or_else(|| DataError::Ambiguous {
                path: path.to_owned(),
                what: format!(
                    "the archive holds several files, name one of them: {}",
                    shown(names)
                ),
            })?
            .to_owned(),
    };
    let (start, size, crc, deflated) = {
        let entry = archive.by_name(&name).map_err(bad_archive)?;
        let deflated = match entry.compression() {
            CompressionMethod::Deflated => true,
            CompressionMethod::Stored => false,
            other => {
                return Err(layout(format!(
                    "expected a deflated or stored entry, got {other}"
                )));
            }
        };
        let start = entry
            .data_start()
            .ok_or_else(|| layout(format!("expected the data of entry {name:?}")))?;
        (start, entry.compressed_size(), entry.crc32(), deflated)
    };
    let mut file = archive.into_inner();
    file.seek(SeekFrom::Start(start))
        .map_err(|source| DataError::Read {
            path: path.to_owned(),
            source,
        })?;
    let packed = Packed {
        file: file.take(size),
        size,
        deflated,
        crc,
        path: path.to_owned(),
    };
    Ok((packed, name))
}

/// The only one among the files of an archive that is called a table, if the others are called texts.
fn only_table(names: &[String]) -> Option<&str> {
    const TABLES: [&str; 3] = [".csv", ".tsv", ".json"];
    const TEXTS: [&str; 4] = [".txt", ".md", ".pdf", ".html"];
    let called = |name: &str, endings: &[&str]| {
        let name = name.to_ascii_lowercase();
        endings.iter().any(|ending| name.ends_with(ending))
    };
    let mut tables = names.iter().filter(|name| !called(name, &TEXTS));
    match (tables.next(), tables.next()) {
        (Some(only), None) if called(only, &TABLES) => Some(only),
        _ => None,
    }
}

fn shown(names: &[String]) -> String {
    let shown: Vec<String> = names.iter().take(10).map(|name| format!("{name:?}")).collect();
    let more = names.len().saturating_sub(shown.len());
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    format!("{}{more}", shown.join(", "))
}

/// Counts the bytes that pass.
struct Counting {
    inner: io::Take<File>,
    read: Rc<Cell<u64>>,
}

impl Read for Counting {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let len = self.inner.read(into)?;
        self.read.set(self.read.get() + len as u64);
        Ok(len)
    }
}

/// Fails at the end if what passed has not the checksum that the archive says.
struct Checked {
    inner: CrcReader<Box<dyn Read>>,
    expected: u32,
    name: String,
}

impl Read for Checked {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let len = self.inner.read(into)?;
        if len == 0 && !into.is_empty() && self.inner.crc().sum() != self.expected {
            let text = format!("the checksum of the entry in {} is wrong", self.name);
            return Err(io::Error::new(io::ErrorKind::InvalidData, text));
        }
        Ok(len)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn read(bytes: &[u8], entry: Option<&str>) -> Result<String, DataError> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        let mut opened = Opened::open(file.path(), entry)?;
        let mut text = String::new();
        opened
            .stream
            .read_to_string(&mut text)
            .map_err(|source| DataError::Read {
                path: file.path().to_owned(),
                source,
            })?;
        assert_eq!(opened.read.get(), opened.size);
        Ok(text)
    }

    fn zipped(entries: &[(&str, &str)]) -> Vec<u8> {
        let mut archive = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
        for (name, text) in entries {
            let options =
                zip::write::SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
            archive.start_file(*name, options).unwrap();
            archive.write_all(text.as_bytes()).unwrap();
        }
        archive.finish().unwrap().into_inner()
    }

    #[test]
    fn unpacks_what_is_packed() {
        assert_eq!(read(b"", None).unwrap(), "");
        assert_eq!(read(b"a", None).unwrap(), "a");
        assert_eq!(read(b"a,b\n", None).unwrap(), "a,b\n");
        assert_eq!(read(b"\xef\xbb\xbfa,b\n", None).unwrap(), "a,b\n");
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        gz.write_all(b"a,b\n").unwrap();
        assert_eq!(read(&gz.finish().unwrap(), None).unwrap(), "a,b\n");
        assert_eq!(read(&zipped(&[("a.csv", "a,b\n")]), None).unwrap(), "a,b\n");
        assert_eq!(read(&zipped(&[("d/", ""), ("d/a.csv", "x")]), None).unwrap(), "x");
    }

    #[test]
    fn converts_utf_16() {
        let text = "2019.01.01,1\n€";
        let little: Vec<u8> = b"\xff\xfe"
            .iter()
            .copied()
            .chain(text.encode_utf16().flat_map(u16::to_le_bytes))
            .collect();
        let big: Vec<u8> = b"\xfe\xff"
            .iter()
            .copied()
            .chain(text.encode_utf16().flat_map(u16::to_be_bytes))
            .collect();
        assert_eq!(read(&little, None).unwrap(), text);
        assert_eq!(read(&big, None).unwrap(), text);
        // Without a mark.
        assert_eq!(read(&little[2..], None).unwrap(), text);
        assert_eq!(read(&big[2..], None).unwrap(), text);
    }

    #[test]
    fn what_is_no_text_is_named() {
        let workbook = zipped(&[("[Content_Types].xml", "<x/>"), ("xl/workbook.xml", "<x/>")]);
        let wide: Vec<u8> = "\u{feff}a,b"
            .chars()
            .flat_map(|c| u32::from(c).to_le_bytes())
            .collect();
        for (bytes, what) in [
            (workbook.as_slice(), "an Excel workbook"),
            (&wide, "UTF-32 text"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel workbook"),
            (b"\x28\xb5\x2f\xfd\x04", "a Zstandard archive"),
            (b"BZh91AY", "a bzip2 archive"),
            (b"\xfd7zXZ\0", "an xz archive"),
            (b"FEA1\0\0\0\0", "a Feather file of version 1"),
        ] {
            let Err(DataError::Read { source, .. }) = read(bytes, None) else {
                panic!("{what} was read");
            };
            assert!(source.to_string().contains(what), "{source}");
        }
    }

    #[test]
    fn of_several_entries_one_must_be_named() {
        let archive = zipped(&[("a.csv", "a"), ("b.csv", "b")]);
        let error = read(&archive, None).unwrap_err();
        assert!(error.to_string().contains("\"a.csv\", \"b.csv\""), "{error}");
        assert_eq!(read(&archive, Some("b.csv")).unwrap(), "b");
        let with_remarks = zipped(&[("a.csv", "a"), ("a.TXT", "b"), ("LICENSE.md", "c")]);
        assert_eq!(read(&with_remarks, None).unwrap(), "a");
        assert_eq!(read(&with_remarks, Some("a.TXT")).unwrap(), "b");
        let texts = zipped(&[("a.txt", "a"), ("b.txt", "b")]);
        assert!(matches!(read(&texts, None), Err(DataError::Ambiguous { .. })));
        assert!(matches!(
            read(&archive, Some("c.csv")),
            Err(DataError::Layout { .. })
        ));
    }

    #[test]
    fn damage_is_noticed() {
        let mut archive = zipped(&[("a.csv", "timestamp,open,high\n")]);
        let at = archive.windows(5).position(|part| part == b"a.csv").unwrap() + 7;
        archive[at] ^= 1;
        assert!(matches!(read(&archive, None), Err(DataError::Read { .. })));
        assert!(matches!(
            read(b"PK\x03\x04garbage", None),
            Err(DataError::Read { .. })
        ));
        assert!(matches!(
            read(&[0x1f, 0x8b, 8, 0], None),
            Err(DataError::Read { .. })
        ));
    }
}

//! Pages of numbers as they stand: neither packed nor encoded, as our own files have them.

use std::{
    fs::File,
    io::{Read, Seek, SeekFrom},
};

use parquet::file::metadata::ColumnChunkMetaData;

use super::{
    fault::Fault,
    pages::{PageHead, read_page_head},
};

/// Appends the numbers of a column whose values are never absent, if all its pages are plain; `false`, and nothing
/// appended, if one is not.
///
/// The same as the library does, but with a copy less of every page: its bytes go through one buffer that stays in
/// the processor's cache.
pub(super) fn read_plain(
    mut file: &File,
    column: &ColumnChunkMetaData,
    into: &mut Vec<f64>,
) -> Result<bool, Fault> {
    let before = into.len();
    let (mut at, bytes) = column.byte_range();
    let end = at.saturating_add(bytes);
    let mut held = Vec::new();
    while at < end {
        let (head_bytes, page) = read_page_head(file, at, end - at)?;
        if !is_plain(&page) {
            into.truncate(before);
            return Ok(false);
        }
        file.seek(SeekFrom::Start(at + head_bytes))?;
        held.clear();
        file.take(page.packed).read_to_end(&mut held)?;
        let (values, rest) = held.as_chunks();
        if values.len() as u64 != page.values || !rest.is_empty() {
            return Err(Fault::damage(format!("the page at byte {at} breaks off")));
        }
        into.extend(values.iter().map(|bytes| f64::from_le_bytes(*bytes)));
        at += head_bytes + page.packed;
    }
    Ok(true)
}

/// Whether the bytes of a page are its numbers.
fn is_plain(page: &PageHead) -> bool {
    const DATA: i64 = 0;
    const PLAIN: i64 = 0;
    page.kind == Some(DATA)
        && page.encoding == Some(PLAIN)
        && page.packed == page.unpacked
        && page.values.checked_mul(8) == Some(page.packed)
}

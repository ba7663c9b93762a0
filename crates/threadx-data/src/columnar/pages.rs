//! Whether the heads of a Parquet file can be true, looked at before anything is decoded.
//!
//! The library that decodes believes the lengths that a file says: a damaged one makes it loop over billions of
//! values or take gigabytes of memory. So the heads of the file and of all its pages are walked here, and refused
//! if they say more than their bytes can hold.

use std::{fs::File, io};

use parquet::{
    basic::{Compression, Type as Physical},
    file::metadata::{ColumnChunkMetaData, ParquetMetaData},
};

use super::{
    fault::Fault,
    packing::{Packing, unpacks_to},
    part::{read_array, read_part},
    thrift::{Field, Flaw, Thrift},
};

/// Rows that a byte of a file may stand for. Bars that never change are packed to a thousandth of a byte each.
const ROWS_PER_BYTE_MAX: u64 = 4096;

/// The length of the head and the mark at the end of a file.
const TAIL_BYTES: u64 = 8;

/// Bytes that are read for the head of a page, which is mostly shorter.
const HEAD_BYTES: u64 = 256;

/// Looks at the head of the file, which stands at its end. What is no such head at all is left to the decoder.
pub(super) fn check_file_head(file: &File) -> Result<(), Fault> {
    let length = file.metadata()?.len();
    let Some(tail) = length.checked_sub(TAIL_BYTES) else {
        return Ok(());
    };
    let head_length = u32::from_le_bytes(read_array(file, tail)?);
    let Some(start) = tail.checked_sub(head_length.into()) else {
        return Ok(());
    };
    let head = read_part(file, start, tail - start)?;
    Thrift::new(&head)
        .skip(Field::Struct)
        .or(Err(Fault::damage("its description of itself breaks off")))
}

/// Looks at the heads of all pages.
pub(super) fn check_pages(file: &File, metadata: &ParquetMetaData) -> Result<(), Fault> {
    let length = file.metadata()?.len();
    let mut rows = 0_u64;
    for group in metadata.row_groups() {
        let Ok(held) = u64::try_from(group.num_rows()) else {
            return Err(Fault::damage("it has less than no rows"));
        };
        rows = rows.saturating_add(held);
    }
    if rows > length.saturating_mul(ROWS_PER_BYTE_MAX) {
        return Err(Fault::damage(format!(
            "it says that its {length} bytes hold {rows} rows"
        )));
    }
    for (number, group) in metadata.row_groups().iter().enumerate() {
        for column in group.columns() {
            check_column(file, length, column).map_err(|fault| match fault {
                Fault::Damage(what) => Fault::Damage(format!(
                    "row group {}, column {}: {what}",
                    number + 1,
                    column.column_path().string()
                )),
                read @ Fault::Read(_) => read,
            })?;
        }
    }
    Ok(())
}

fn check_column(file: &File, length: u64, column: &ColumnChunkMetaData) -> Result<(), Fault> {
    if let Compression::BROTLI(_) | Compression::LZO = column.compression() {
        let text = "its pages are packed with Brotli or LZO; those that are not packed, or with Snappy, gzip, LZ4 or \
                    Zstandard, are read";
        return Err(Fault::Read(io::Error::new(io::ErrorKind::Unsupported, text)));
    }
    let offset = column
        .dictionary_page_offset()
        .unwrap_or(column.data_page_offset());
    let range = u64::try_from(offset)
        .ok()
        .zip(u64::try_from(column.compressed_size()).ok());
    let Some((mut at, end)) = range.and_then(|(start, bytes)| Some((start, start.checked_add(bytes)?)))
    else {
        return Err(Fault::damage("its place is none"));
    };
    if end > length {
        return Err(Fault::damage(format!(
            "it ends at byte {end} of a file of {length}"
        )));
    }
    while at < end {
        let (head_bytes, page) = read_page_head(file, at, end - at)?;
        let left = end - at - head_bytes;
        if page.packed > left {
            return Err(Fault::damage(format!(
                "the page at byte {at} says that it has {} bytes, {left} follow it",
                page.packed
            )));
        }
        if let Some(packing) = packing(column.compression())
            && !unpacks_to(packing, page.packed, page.unpacked)
        {
            return Err(Fault::damage(format!(
                "the page at byte {at} says that its {} bytes unpack to {}",
                page.packed, page.unpacked
            )));
        }
        if page
            .dictionary
            .saturating_mul(value_bytes_min(column.column_type()))
            > page.unpacked
        {
            return Err(Fault::damage(format!(
                "the page at byte {at} says that its {} bytes hold {} values",
                page.unpacked, page.dictionary
            )));
        }
        at += head_bytes + page.packed;
    }
    Ok(())
}

/// Bytes that a value in a dictionary has at least.
fn value_bytes_min(physical: Physical) -> u64 {
    match physical {
        Physical::INT64 | Physical::DOUBLE => 8,
        Physical::INT96 => 12,
        Physical::INT32 | Physical::FLOAT | Physical::BYTE_ARRAY => 4,
        Physical::BOOLEAN | Physical::FIXED_LEN_BYTE_ARRAY => 1,
    }
}

/// How pages are packed; `None` if they are not, or not in a way that is known here.
fn packing(compression: Compression) -> Option<Packing> {
    match compression {
        Compression::SNAPPY => Some(Packing::Snappy),
        Compression::GZIP(_) => Some(Packing::Deflate),
        Compression::LZ4 | Compression::LZ4_RAW => Some(Packing::Lz4),
        Compression::ZSTD(_) => Some(Packing::Zstd),
        Compression::UNCOMPRESSED | Compression::LZO | Compression::BROTLI(_) => None,
    }
}

/// What the head of a page says.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct PageHead {
    /// 0 for values, 2 for a dictionary, 3 for values in version 2.
    pub(super) kind: Option<i64>,
    /// Bytes behind the head.
    pub(super) packed: u64,
    pub(super) unpacked: u64,
    /// Values, if the page is a dictionary.
    dictionary: u64,
    /// Values of a page of version 1, and how they are encoded (0 as they stand).
    pub(super) values: u64,
    pub(super) encoding: Option<i64>,
}

pub(super) fn read_page_head(file: &File, at: u64, bytes_max: u64) -> Result<(u64, PageHead), Fault> {
    let mut window = HEAD_BYTES;
    loop {
        let bytes = read_part(file, at, window.min(bytes_max))?;
        match page_head(&bytes) {
            Ok((rest, head)) => return Ok(((bytes.len() - rest) as u64, head)),
            Err(Flaw::Short) if window < bytes_max => window = window.saturating_mul(8),
            Err(_) => return Err(Fault::damage(format!("there is no page at byte {at}"))),
        }
    }
}

/// The head of a page and how many bytes follow it. Fields that the decoder knows must have the type by which it
/// reads them, or it would go another way than this.
fn page_head(bytes: &[u8]) -> Result<(usize, PageHead), Flaw> {
    /// The numbers of the fields that are structures: of data, of an index, of a dictionary, of data in version 2;
    /// and how many numbers each begins with.
    const STRUCTURES: [(i64, i64); 4] = [(5, 4), (6, 0), (7, 2), (8, 6)];
    let mut thrift = Thrift::new(bytes);
    let mut head = PageHead::default();
    let mut last = 0;
    while let Some((number, field)) = thrift.field(last)? {
        last = number;
        let structure = STRUCTURES.iter().find(|(known, _)| *known == number);
        match (number, structure, field) {
            (1..=4, _, Field::Integer) => {
                let value = thrift.integer()?;
                match number {
                    1 => head.kind = Some(value),
                    2 => head.unpacked = u64::try_from(value).ok().ok_or(Flaw::Wrong)?,
                    3 => head.packed = u64::try_from(value).ok().ok_or(Flaw::Wrong)?,
                    _ => {}
                }
            }
            (_, Some((_, numbers)), Field::Struct) => {
                let (first, second) = numbers_of(&mut thrift, *numbers)?;
                let count = u64::try_from(first.unwrap_or(0)).ok().ok_or(Flaw::Wrong)?;
                match number {
                    5 => (head.values, head.encoding) = (count, second),
                    7 => head.dictionary = count,
                    _ => {}
                }
            }
            (1..=4, _, _) | (_, Some(_), _) => return Err(Flaw::Wrong),
            _ => thrift.skip(field)?,
        }
    }
    Ok((thrift.rest().len(), head))
}

/// Walks a structure that begins with `numbers` numbers, and tells the first two.
fn numbers_of(thrift: &mut Thrift<'_>, numbers: i64) -> Result<(Option<i64>, Option<i64>), Flaw> {
    let (mut first, mut second, mut last) = (None, None, 0);
    while let Some((number, field)) = thrift.field(last)? {
        last = number;
        match field {
            Field::Integer if number == 1 => first = Some(thrift.integer()?),
            Field::Integer if number == 2 => second = Some(thrift.integer()?),
            Field::Integer => {
                thrift.integer()?;
            }
            _ if (1..=numbers).contains(&number) => return Err(Flaw::Wrong),
            field => thrift.skip(field)?,
        }
    }
    Ok((first, second))
}

#[cfg(test)]
mod tests {
    use super::*;

    type Case = (&'static [u8], Result<(usize, PageHead), Flaw>);

    #[test]
    fn heads_of_pages_are_read() {
        let cases: [Case; 6] = [
            (
                // Data: type 0, 8 bytes, packed to 6, of one value; two bytes follow.
                &[0x15, 0, 0x15, 16, 0x15, 12, 0x2c, 0x15, 2, 0x15, 0, 0, 0, 7, 7],
                Ok((
                    2,
                    PageHead {
                        kind: Some(0),
                        packed: 6,
                        unpacked: 8,
                        dictionary: 0,
                        values: 1,
                        encoding: Some(0),
                    },
                )),
            ),
            (
                &[0x15, 4, 0x15, 16, 0x15, 12, 0x4c, 0x15, 4, 0x15, 0, 0, 0],
                Ok((
                    0,
                    PageHead {
                        kind: Some(2),
                        packed: 6,
                        unpacked: 8,
                        dictionary: 2,
                        values: 0,
                        encoding: None,
                    },
                )),
            ),
            // Less than no bytes.
            (&[0x15, 0, 0x15, 1, 0], Err(Flaw::Wrong)),
            // A list where the number of bytes should be, and where a structure should be.
            (&[0x15, 0, 0x19, 0, 0], Err(Flaw::Wrong)),
            (&[0x15, 0, 0x49, 0, 0], Err(Flaw::Wrong)),
            (&[0x15, 0, 0x15], Err(Flaw::Short)),
        ];
        for (bytes, expected) in cases {
            assert_eq!(page_head(bytes), expected, "{bytes:x?}");
        }
    }
}

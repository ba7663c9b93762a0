//! Whether the heads of an Arrow IPC file can be true, looked at before anything is decoded.
//!
//! The library that decodes takes as much memory as a packed column says that it unpacks to, before unpacking it.
//! So every message is looked at here, and refused if it says more than its bytes can hold.

use std::{fs::File, io};

use arrow_ipc::{CompressionType, Message, MessageHeader, RecordBatch, root_as_footer, root_as_message};

use super::{
    fault::Fault,
    packing::{Packing, unpacks_to},
    part::{read_array, read_part},
};

/// Bytes that a batch may unpack to (8 GiB): it is held in memory as a whole.
const BATCH_BYTES_MAX: u64 = 8 << 30;

/// What stands at the end of a file: the length of its foot, and a mark.
const TAIL_BYTES: u64 = 10;

/// What a message begins with, but in very old files: this and the length of its head.
const CONTINUATION: [u8; 4] = [0xff; 4];

/// The length that stands before a packed column, and the one that says that it is not packed.
const PREFIX_BYTES: u64 = 8;
const NOT_PACKED: i64 = -1;

/// Looks at the messages that the foot of a file names.
pub(super) fn check_file(file: &File) -> Result<(), Fault> {
    let length = file.metadata()?.len();
    let Some(tail) = length.checked_sub(TAIL_BYTES) else {
        return Ok(());
    };
    let Some(foot_length) = read_i32(file, tail)? else {
        return Ok(());
    };
    if read_array(file, tail + 4)? != *b"ARROW1" {
        // The decoder says so.
        return Ok(());
    }
    let Some(start) = tail.checked_sub(foot_length) else {
        return Err(Fault::damage(format!("its foot should have {foot_length} bytes")));
    };
    let foot = read_part(file, start, foot_length)?;
    let Ok(foot) = root_as_footer(&foot) else {
        return Err(Fault::damage("its foot is none"));
    };
    for block in foot
        .recordBatches()
        .into_iter()
        .chain(foot.dictionaries())
        .flatten()
    {
        let place = |number: i64| u64::try_from(number).ok();
        let head_length = place(block.metaDataLength().into());
        let (Some(at), Some(head_length), Some(body_length)) =
            (place(block.offset()), head_length, place(block.bodyLength()))
        else {
            return Err(Fault::damage("a batch has its place nowhere"));
        };
        let body = at.saturating_add(head_length);
        if body.saturating_add(body_length) > length {
            return Err(Fault::damage(format!(
                "a batch ends behind the {length} bytes of the file"
            )));
        }
        let head = read_part(file, at, head_length)?;
        let prefix = if head.starts_with(&CONTINUATION) { 8 } else { 4 };
        check_message(file, head.get(prefix..).unwrap_or_default(), body, body_length)?;
    }
    Ok(())
}

/// Looks at the messages of a stream, one after the other.
pub(super) fn check_stream(file: &File) -> Result<(), Fault> {
    let length = file.metadata()?.len();
    let mut at = 0;
    while at < length {
        if length - at < 4 {
            // The decoder takes it for the end, or for damage.
            return Ok(());
        }
        let mark: [u8; 4] = read_array(file, at)?;
        if mark == CONTINUATION {
            at += mark.len() as u64;
        }
        let Some(head_length) = read_i32(file, at)? else {
            return Ok(());
        };
        at += mark.len() as u64;
        if head_length == 0 {
            return Ok(());
        }
        let head = read_part(file, at, head_length)?;
        let Ok(message) = root_as_message(&head) else {
            return Err(Fault::damage(format!("there is no message at byte {at}")));
        };
        let body = at.saturating_add(head_length);
        let body_length = u64::try_from(message.bodyLength()).unwrap_or(u64::MAX);
        if body.saturating_add(body_length) > length {
            return Err(Fault::damage(format!(
                "a batch ends behind the {length} bytes of the file"
            )));
        }
        check_batch(file, message, body, body_length)?;
        at = body + body_length;
    }
    Ok(())
}

fn check_message(file: &File, head: &[u8], body: u64, body_length: u64) -> Result<(), Fault> {
    let Ok(message) = root_as_message(head) else {
        return Err(Fault::damage("a batch has no head"));
    };
    check_batch(file, message, body, body_length)
}

fn check_batch(file: &File, message: Message<'_>, body: u64, body_length: u64) -> Result<(), Fault> {
    let batch: Option<RecordBatch<'_>> = match message.header_type() {
        MessageHeader::RecordBatch => message.header_as_record_batch(),
        MessageHeader::DictionaryBatch => message.header_as_dictionary_batch().and_then(|held| held.data()),
        _ => None,
    };
    let Some((batch, packed)) = batch.and_then(|batch| Some((batch, batch.compression()?))) else {
        return Ok(());
    };
    let packing = match packed.codec() {
        CompressionType::LZ4_FRAME => Packing::Lz4,
        CompressionType::ZSTD => Packing::Zstd,
        // The decoder refuses it.
        _ => return Ok(()),
    };
    let mut unpacked_bytes = 0_u64;
    for buffer in batch.buffers().into_iter().flatten() {
        let place = u64::try_from(buffer.offset())
            .ok()
            .zip(u64::try_from(buffer.length()).ok());
        let Some((offset, length)) =
            place.filter(|(offset, length)| offset.saturating_add(*length) <= body_length)
        else {
            return Err(Fault::damage(format!(
                "a column ends behind the {body_length} bytes of its batch"
            )));
        };
        let Some(packed) = length.checked_sub(PREFIX_BYTES) else {
            continue;
        };
        let prefix = i64::from_le_bytes(read_array(file, body.saturating_add(offset))?);
        let unpacked = match prefix {
            NOT_PACKED => packed,
            claimed => u64::try_from(claimed).unwrap_or(u64::MAX),
        };
        if !unpacks_to(packing, packed, unpacked) {
            return Err(Fault::damage(format!(
                "a column says that its {packed} bytes unpack to {unpacked}"
            )));
        }
        unpacked_bytes = unpacked_bytes.saturating_add(unpacked);
    }
    if unpacked_bytes > BATCH_BYTES_MAX {
        return Err(Fault::damage(format!(
            "a batch unpacks to {unpacked_bytes} bytes, more than {BATCH_BYTES_MAX}; smaller batches can be read"
        )));
    }
    Ok(())
}

/// A length; `None` if it is less than nothing, which the decoder refuses.
fn read_i32(file: &File, at: u64) -> io::Result<Option<u64>> {
    Ok(u64::try_from(i32::from_le_bytes(read_array(file, at)?)).ok())
}

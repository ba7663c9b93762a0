//! Parts of a file.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
};

/// The bytes of a part of a file, fewer if it ends before.
pub(super) fn read_part(mut file: &File, start: u64, bytes: u64) -> io::Result<Vec<u8>> {
    let mut held = Vec::new();
    file.seek(SeekFrom::Start(start))?;
    file.take(bytes).read_to_end(&mut held)?;
    Ok(held)
}

/// So many bytes of a file.
pub(super) fn read_array<const BYTES: usize>(mut file: &File, start: u64) -> io::Result<[u8; BYTES]> {
    let mut held = [0; BYTES];
    file.seek(SeekFrom::Start(start))?;
    file.read_exact(&mut held)?;
    Ok(held)
}

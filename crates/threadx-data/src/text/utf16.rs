//! UTF-16, as trading terminals and spreadsheets write it, as UTF-8.

use std::io::{self, Read};

/// Reads UTF-16 and gives UTF-8; what is no character becomes U+FFFD.
pub(crate) struct Utf16Reader<R> {
    inner: R,
    unit: fn([u8; 2]) -> u16,
    /// Bytes that were read and not yet converted: half a unit, or the first half of a pair.
    pending: Vec<u8>,
    converted: Vec<u8>,
    given: usize,
}

const CHUNK: usize = 16 * 1024;

impl<R: Read> Utf16Reader<R> {
    pub(crate) fn new(inner: R, unit: fn([u8; 2]) -> u16) -> Self {
        Self {
            inner,
            unit,
            pending: Vec::new(),
            converted: Vec::new(),
            given: 0,
        }
    }

    /// Converts the next chunk; whether there was one.
    fn fill(&mut self) -> io::Result<bool> {
        let before = self.pending.len();
        self.inner
            .by_ref()
            .take(CHUNK as u64)
            .read_to_end(&mut self.pending)?;
        let at_end = self.pending.len() < before + CHUNK;
        let whole = self.pending.len() / 2 * 2;
        let mut units: Vec<u16> = self.pending[..whole]
            .chunks_exact(2)
            .map(|pair| (self.unit)([pair[0], pair[1]]))
            .collect();
        let mut taken = whole;
        if !at_end && units.last().is_some_and(|unit| (0xd800..0xdc00).contains(unit)) {
            units.pop();
            taken -= 2;
        }
        self.converted.clear();
        self.given = 0;
        let mut buffer = [0; 4];
        for c in char::decode_utf16(units) {
            let c = c.unwrap_or(char::REPLACEMENT_CHARACTER);
            self.converted
                .extend_from_slice(c.encode_utf8(&mut buffer).as_bytes());
        }
        self.pending.drain(..taken);
        if at_end && !self.pending.is_empty() {
            // Half a unit at the end.
            self.pending.clear();
            self.converted.extend_from_slice("\u{fffd}".as_bytes());
        }
        Ok(!self.converted.is_empty())
    }
}

impl<R: Read> Read for Utf16Reader<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.given == self.converted.len() && !self.fill()? {
            return Ok(0);
        }
        let rest = &self.converted[self.given..];
        let len = rest.len().min(into.len());
        into[..len].copy_from_slice(&rest[..len]);
        self.given += len;
        Ok(len)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(bytes: &[u8]) -> String {
        let mut text = String::new();
        Utf16Reader::new(bytes, u16::from_le_bytes)
            .read_to_string(&mut text)
            .unwrap();
        text
    }

    #[test]
    fn pairs_are_kept_over_the_end_of_a_chunk() {
        let text: String = std::iter::once('a')
            .chain(std::iter::repeat_n('🦀', CHUNK))
            .collect();
        let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(read(&bytes), text);
    }

    proptest! {
        #[test]
        fn agrees_with_the_standard_library(text in any::<String>()) {
            let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            prop_assert_eq!(read(&bytes), text);
        }

        #[test]
        fn any_bytes_become_text(bytes in proptest::collection::vec(any::<u8>(), 0..99)) {
            let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
            let mut expect = String::from_utf16_lossy(&units);
            if bytes.len() % 2 == 1 {
                expect.push(char::REPLACEMENT_CHARACTER);
            }
            prop_assert_eq!(read(&bytes), expect);
        }
    }
}

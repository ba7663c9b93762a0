//! A byte stream cut into blocks of whole lines, in bounded memory.

use std::io::{self, Read};

/// Bytes read at a time, and the longest line.
pub(crate) const LINE_BYTES_MAX: usize = 256 * 1024;

/// Why there is no next block.
#[derive(Debug)]
pub(crate) enum BlockError {
    /// The stream cannot be read.
    Read(io::Error),
    /// A line is longer than [`LINE_BYTES_MAX`].
    LongLine,
}

/// Cuts a byte stream into blocks of whole lines.
#[derive(Debug)]
pub(crate) struct LineBlocks<R> {
    reader: R,
    buffer: Vec<u8>,
    /// Where what was not handed out yet begins …
    start: usize,
    /// … and where it ends.
    filled: usize,
}

impl<R: Read> LineBlocks<R> {
    pub(crate) fn new(reader: R) -> Self {
        Self {
            reader,
            buffer: vec![0; LINE_BYTES_MAX],
            start: 0,
            filled: 0,
        }
    }

    /// The next lines, each with its line feed (but for the last of the stream, which may have none);
    /// `None` at the end.
    pub(crate) fn next_block(&mut self) -> Result<Option<&[u8]>, BlockError> {
        self.buffer.copy_within(self.start..self.filled, 0);
        self.filled -= self.start;
        self.start = 0;
        loop {
            if self.filled == self.buffer.len() {
                return Err(BlockError::LongLine);
            }
            let read = match self.reader.read(&mut self.buffer[self.filled..]) {
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(BlockError::Read(error)),
            };
            let new = &self.buffer[self.filled..self.filled + read];
            let last_feed = memchr::memrchr(b'\n', new).map(|at| self.filled + at);
            self.filled += read;
            if read == 0 {
                self.start = self.filled;
                return Ok(Some(&self.buffer[..self.filled]).filter(|rest| !rest.is_empty()));
            }
            if let Some(last_feed) = last_feed {
                self.start = last_feed + 1;
                return Ok(Some(&self.buffer[..self.start]));
            }
        }
    }
}

/// The lines of a block, without their line feeds and carriage returns.
pub(crate) fn lines(block: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = block;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (line, after) = match memchr::memchr(b'\n', rest) {
            Some(feed) => (&rest[..feed], &rest[feed + 1..]),
            None => (rest, &rest[rest.len()..]),
        };
        rest = after;
        Some(line.strip_suffix(b"\r").unwrap_or(line))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Hands out one to `most` bytes a time.
    struct Drip<'a>(&'a [u8], usize);

    impl Read for Drip<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let n = self.0.len().min(into.len()).min(1 + self.0.len() % self.1);
            into[..n].copy_from_slice(&self.0[..n]);
            self.0 = &self.0[n..];
            Ok(n)
        }
    }

    proptest! {
        #[test]
        fn blocks_hold_every_line_whole(text in "([a-z,]{0,9}\r?\n){0,40}[a-z]{0,9}", most in 1usize..50) {
            let mut blocks = LineBlocks::new(Drip(text.as_bytes(), most));
            let mut got = Vec::new();
            while let Some(block) = blocks.next_block().unwrap() {
                got.extend(lines(block).map(|line| String::from_utf8(line.to_vec()).unwrap()));
            }
            prop_assert_eq!(got, text.lines().collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_line_without_end_is_refused() {
        let mut blocks = LineBlocks::new(io::repeat(b'x'));
        assert!(matches!(blocks.next_block(), Err(BlockError::LongLine)));
    }

    #[test]
    fn a_read_error_is_handed_on() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _into: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("broken"))
            }
        }
        assert!(matches!(
            LineBlocks::new(Broken).next_block(),
            Err(BlockError::Read(_))
        ));
    }
}

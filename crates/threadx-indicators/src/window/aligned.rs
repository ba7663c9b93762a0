//! Columns that begin with a line of the cache.

use std::ops::{Deref, DerefMut};

/// Bytes in a line of the cache.
const LINE_BYTES: usize = 64;

/// Values in a line of the cache.
const LINE: usize = LINE_BYTES / size_of::<f64>();

/// A column of values for intermediate results that begins with a line of the cache.
///
/// Windows of a power of two from eight on are then read without crossing lines, which costs twice as much.
#[derive(Debug)]
pub(super) struct Aligned {
    memory: Vec<f64>,
    /// Values before the first line, less than [`LINE`].
    skip: usize,
    len: usize,
}

impl Aligned {
    /// A column of `len` zeros.
    pub(super) fn new(len: usize) -> Self {
        let memory = vec![0.0; len + LINE - 1];
        let skip = memory.as_ptr().align_offset(LINE_BYTES).min(LINE - 1);
        Self { memory, skip, len }
    }
}

impl Deref for Aligned {
    type Target = [f64];

    fn deref(&self) -> &[f64] {
        &self.memory[self.skip..][..self.len]
    }
}

impl DerefMut for Aligned {
    fn deref_mut(&mut self) -> &mut [f64] {
        &mut self.memory[self.skip..][..self.len]
    }
}

/// A column of a tile and the one that is made from it.
#[derive(Debug)]
pub(super) struct Column {
    pub(super) now: Aligned,
    pub(super) next: Aligned,
}

impl Column {
    pub(super) fn new(width: usize) -> Self {
        Self {
            now: Aligned::new(width),
            next: Aligned::new(width),
        }
    }

    pub(super) fn swap(&mut self) {
        std::mem::swap(&mut self.now, &mut self.next);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn begins_with_a_line() {
        for len in 0..40 {
            let column = Aligned::new(len);
            assert_eq!((column.as_ptr().addr() % LINE_BYTES, column.len()), (0, len));
        }
    }
}

//! Thrift's compact form, walked only so far as to know that reading it ends soon.
//!
//! The heads of Parquet files and of their pages are written in it. A damaged length in one makes the library
//! that reads them skip billions of values that are not there; so heads are walked here first, where nothing is
//! skipped that does not lie in the bytes.
//!
//! Source: the [compact protocol](https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md).

/// Structures within structures, of which Parquet needs fewer than ten.
const DEPTH_MAX: u32 = 48;

/// A 64-bit number takes no more bytes.
const VARINT_BYTES_MAX: u32 = 10;

/// What is wrong with the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flaw {
    /// They end before the structure does.
    Short,
    /// They are no structure.
    Wrong,
}

/// A walk through the bytes of a structure.
#[derive(Debug)]
pub(super) struct Thrift<'a> {
    rest: &'a [u8],
}

/// The kinds of fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Truth,
    Byte,
    Integer,
    Double,
    Binary,
    List,
    Map,
    Struct,
}

impl Field {
    fn of(kind: u8) -> Result<Self, Flaw> {
        Ok(match kind {
            1 | 2 => Self::Truth,
            3 => Self::Byte,
            4..=6 => Self::Integer,
            7 => Self::Double,
            8 => Self::Binary,
            9 | 10 => Self::List,
            11 => Self::Map,
            12 => Self::Struct,
            _ => return Err(Flaw::Wrong),
        })
    }

    /// Truths in lists are no part of Parquet's heads, and the library takes them for values without bytes, any
    /// number of which may be claimed.
    fn of_element(kind: u8) -> Result<Self, Flaw> {
        match Self::of(kind)? {
            Self::Truth => Err(Flaw::Wrong),
            other => Ok(other),
        }
    }
}

impl<'a> Thrift<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// Bytes behind what was walked.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// The next field of a structure, whose field before had the number `last`; `None` at its end.
    pub(super) fn field(&mut self, last: i64) -> Result<Option<(i64, Field)>, Flaw> {
        let head = self.byte()?;
        if head & 0x0f == 0 {
            return Ok(None);
        }
        let number = match i64::from(head >> 4) {
            0 => self.integer()?,
            step => last.saturating_add(step),
        };
        Ok(Some((number, Field::of(head & 0x0f)?)))
    }

    /// A signed number.
    pub(super) fn integer(&mut self) -> Result<i64, Flaw> {
        let zigzag = self.varint()?;
        Ok((zigzag >> 1).cast_signed() ^ -(zigzag & 1).cast_signed())
    }

    /// Passes over a field, or over a whole structure.
    pub(super) fn skip(&mut self, field: Field) -> Result<(), Flaw> {
        self.skip_within(field, DEPTH_MAX)
    }

    fn skip_within(&mut self, field: Field, depth: u32) -> Result<(), Flaw> {
        let depth = depth.checked_sub(1).ok_or(Flaw::Wrong)?;
        match field {
            Field::Truth => Ok(()),
            Field::Byte => self.bytes(1),
            Field::Integer => self.varint().map(drop),
            Field::Double => self.bytes(8),
            Field::Binary => {
                let length = self.varint()?;
                self.bytes(length)
            }
            Field::List => self.skip_list(depth),
            Field::Map => self.skip_map(depth),
            Field::Struct => {
                while let Some((_, field)) = self.field(0)? {
                    self.skip_within(field, depth)?;
                }
                Ok(())
            }
        }
    }

    fn skip_list(&mut self, depth: u32) -> Result<(), Flaw> {
        let head = self.byte()?;
        let count = match u64::from(head >> 4) {
            15 => self.varint()?,
            count => count,
        };
        if count == 0 {
            return Ok(());
        }
        let element = Field::of_element(head & 0x0f)?;
        for _ in 0..self.holding(count)? {
            self.skip_within(element, depth)?;
        }
        Ok(())
    }

    fn skip_map(&mut self, depth: u32) -> Result<(), Flaw> {
        let count = self.varint()?;
        if count == 0 {
            return Ok(());
        }
        let kinds = self.byte()?;
        let (key, value) = (Field::of_element(kinds >> 4)?, Field::of_element(kinds & 0x0f)?);
        for _ in 0..self.holding(count)? {
            self.skip_within(key, depth)?;
            self.skip_within(value, depth)?;
        }
        Ok(())
    }

    /// That many values, of which each has a byte at least, if there can be so many.
    fn holding(&self, count: u64) -> Result<usize, Flaw> {
        let count = usize::try_from(count).ok().ok_or(Flaw::Wrong)?;
        if count > self.rest.len() {
            return Err(Flaw::Short);
        }
        Ok(count)
    }

    fn byte(&mut self) -> Result<u8, Flaw> {
        let (first, rest) = self.rest.split_first().ok_or(Flaw::Short)?;
        self.rest = rest;
        Ok(*first)
    }

    fn bytes(&mut self, count: u64) -> Result<(), Flaw> {
        let count = usize::try_from(count).ok().ok_or(Flaw::Wrong)?;
        self.rest = self.rest.get(count..).ok_or(Flaw::Short)?;
        Ok(())
    }

    fn varint(&mut self) -> Result<u64, Flaw> {
        let mut value = 0;
        for place in 0..VARINT_BYTES_MAX {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << (7 * place);
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(Flaw::Wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn structures_are_walked_to_their_end() {
        let cases: [(&[u8], Result<usize, Flaw>); 15] = [
            (&[0], Ok(0)),
            (&[], Err(Flaw::Short)),
            (&[0x15, 0x04, 0, 9], Ok(1)),
            // A number that has the field's number beside it.
            (&[0x05, 0x1e, 0x04, 0], Ok(0)),
            (&[0x11, 0x12, 0], Ok(0)),
            (&[0x17, 1, 2, 3, 4, 5, 6, 7, 8, 0], Ok(0)),
            (&[0x18, 2, b'a', b'b', 0], Ok(0)),
            (&[0x18, 3, b'a', b'b'], Err(Flaw::Short)),
            // Three bytes; two structures, each with a number; a map of a number to a text.
            (&[0x19, 0x33, 1, 2, 3, 0], Ok(0)),
            (&[0x19, 0x2c, 0x15, 2, 0, 0x15, 2, 0, 0], Ok(0)),
            (&[0x1b, 1, 0x58, 4, 1, b'a', 0], Ok(0)),
            // Two billion doubles, and two billion truths.
            (&[0x19, 0xf7, 0xff, 0xff, 0xff, 0xff, 0x07, 0], Err(Flaw::Short)),
            (&[0x19, 0xf1, 0xff, 0xff, 0xff, 0xff, 0x07, 0], Err(Flaw::Wrong)),
            (&[0x1d, 0], Err(Flaw::Wrong)),
            (&[0x1c; 100], Err(Flaw::Wrong)),
        ];
        for (bytes, expected) in cases {
            let mut thrift = Thrift::new(bytes);
            let left = thrift.skip(Field::Struct).map(|()| thrift.rest().len());
            assert_eq!(left, expected, "{bytes:x?}");
        }
    }

    #[test]
    fn numbers_are_read_to_both_ends() {
        let cases: [(&[u8], i64); 5] = [
            (&[0], 0),
            (&[1], -1),
            (&[2], 1),
            (&[0xfe, 0xff, 0xff, 0xff, 0x0f], i64::from(i32::MAX)),
            (
                &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
                i64::MIN,
            ),
        ];
        for (bytes, expected) in cases {
            assert_eq!(Thrift::new(bytes).integer(), Ok(expected), "{bytes:x?}");
        }
        assert_eq!(Thrift::new(&[0xff; 11]).integer(), Err(Flaw::Wrong));
    }
}

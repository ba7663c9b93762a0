//! From byte offsets to lines and columns.

use super::Position;

/// From byte offsets of a text to lines and columns.
pub(super) struct Lines<'t> {
    text: &'t str,
    /// Offsets at which lines start, ascending; the first is 0.
    starts: Vec<usize>,
    /// The last offset that was asked for and its column, so that a long line is counted through once.
    last: (usize, u32),
}

impl<'t> Lines<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        Self {
            text,
            starts: std::iter::once(0)
                .chain(ends.map(|(offset, _)| offset + 1))
                .collect(),
            last: (0, 1),
        }
    }

    /// The position of the character at `offset`; an offset within a character is that character's.
    pub(super) fn position(&mut self, offset: usize) -> Position {
        let offset = (0..=offset.min(self.text.len()))
            .rev()
            .find(|offset| self.text.is_char_boundary(*offset))
            .unwrap_or(0);
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = self.starts[line - 1];
        let (from, column) = if (start..=offset).contains(&self.last.0) {
            self.last
        } else {
            (start, 1)
        };
        let column = column.saturating_add(saturate(self.text[from..offset].chars().count()));
        self.last = (offset, column);
        Position {
            line: saturate(line),
            column,
        }
    }

    /// The position of the byte `column` (from 1, or 0 for the line's start) of `line` (from 1), as parsers tell it.
    pub(super) fn position_of_byte(&mut self, line: usize, column: usize) -> Position {
        let line = line.clamp(1, self.starts.len());
        self.position(self.starts[line - 1].saturating_add(column.saturating_sub(1)))
    }
}

fn saturate(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_lines_and_characters_from_one() {
        let text = "ab\nßü€x\n\ny";
        let mut lines = Lines::new(text);
        let mut check = |offset: usize, line: u32, column: u32| {
            assert_eq!(lines.position(offset), Position { line, column }, "{offset}");
        };
        check(0, 1, 1);
        check(1, 1, 2);
        check(text.find('x').unwrap(), 2, 4);
        check(text.find('ß').unwrap(), 2, 1);
        check(text.find('y').unwrap(), 4, 1);
        check(2, 1, 3);
        check(4, 2, 1);
        check(text.len() + 9, 4, 2);
    }

    #[test]
    fn every_order_of_questions_gives_the_same_answers() {
        let text = "a\nbb\r\nccc ddd\n";
        let forward: Vec<_> = {
            let mut lines = Lines::new(text);
            (0..=text.len()).map(|offset| lines.position(offset)).collect()
        };
        let mut lines = Lines::new(text);
        for offset in (0..=text.len()).rev() {
            assert_eq!(lines.position(offset), forward[offset]);
        }
    }
}

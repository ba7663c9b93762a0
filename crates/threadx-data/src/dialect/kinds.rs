//! What the cells of a column look like, over many rows.

use super::decimal::{decimal, is_missing};
use crate::{
    DateOrder, DecimalMark,
    moment::{Moment, clock_time, moment},
};

/// What one cell looks like. A cell that may be several things counts as the first of them in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// No value.
    Missing,
    /// An instant, or a local date and time.
    Stamp,
    /// A date alone.
    Date,
    /// A whole number of ten digits or more, or of nine: an epoch of the years from 1973 on, or just a number.
    Epoch,
    /// A number.
    Number,
    /// A clock time with colons.
    Clock,
    /// None of these.
    Text,
}

impl Kind {
    pub(crate) fn of(cell: &str) -> Self {
        let bytes = cell.as_bytes();
        if is_missing(bytes) {
            return Self::Missing;
        }
        let moments = [DateOrder::Dmy, DateOrder::Mdy, DateOrder::Ymd];
        match moments.into_iter().find_map(|order| moment(bytes, order)) {
            Some(Moment::Epoch(..)) => {
                let whole = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
                return if whole >= 9 { Self::Epoch } else { Self::Number };
            }
            Some(Moment::Instant(..) | Moment::Local(_)) => return Self::Stamp,
            // 12.05.19 is a date, 1.05236 is not; `moment` knows.
            Some(Moment::Date(_)) => return Self::Date,
            None => {}
        }
        let number = |mark| decimal(bytes, mark).is_some();
        if number(DecimalMark::Point) || number(DecimalMark::Comma) {
            Self::Number
        } else if cell.contains(':') && clock_time(bytes).is_some() {
            Self::Clock
        } else {
            Self::Text
        }
    }

    /// Whether it looks like data, not like a name or a remark.
    pub(crate) fn is_typed(self) -> bool {
        !matches!(self, Self::Text | Self::Missing)
    }

    /// Whether it can be read as a number: a date without separators and an epoch can.
    fn is_number(self, cell: &str) -> bool {
        matches!(self, Self::Number | Self::Epoch)
            || (self == Self::Date && cell.bytes().all(|byte| byte.is_ascii_digit()))
    }
}

/// Counts of what the cells of one column look like.
#[derive(Debug, Clone, Default)]
pub(crate) struct ColumnKinds {
    pub(crate) rows: usize,
    missing: usize,
    stamps: usize,
    dates: usize,
    epochs: usize,
    numbers: usize,
    clocks: usize,
    /// Cells that are clock times without colons, in one to six digits.
    short_numbers: usize,
    /// Cells that are clock times in exactly six digits, and in exactly four.
    six_digit_clocks: usize,
    four_digit_clocks: usize,
    texts: usize,
    zeros: usize,
    relaxed: bool,
}

impl ColumnKinds {
    pub(crate) fn of<'a>(cells: impl Iterator<Item = &'a str>) -> Self {
        let mut kinds = Self::default();
        for cell in cells {
            kinds.add(cell);
        }
        kinds
    }

    fn add(&mut self, cell: &str) {
        self.rows += 1;
        let kind = Kind::of(cell);
        match kind {
            Kind::Missing => self.missing += 1,
            Kind::Stamp => self.stamps += 1,
            Kind::Date => self.dates += 1,
            Kind::Epoch => self.epochs += 1,
            Kind::Clock => self.clocks += 1,
            Kind::Text => self.texts += 1,
            Kind::Number => {}
        }
        if kind.is_number(cell) {
            self.numbers += 1;
        }
        if kind == Kind::Number && !cell.bytes().any(|byte| byte.is_ascii_digit() && byte != b'0') {
            self.zeros += 1;
        }
        if cell.bytes().all(|byte| byte.is_ascii_digit()) && clock_time(cell.as_bytes()).is_some() {
            self.short_numbers += 1;
            match cell.len() {
                6 => self.six_digit_clocks += 1,
                4 => self.four_digit_clocks += 1,
                _ => {}
            }
        }
    }

    /// Whether every cell that is there is zero.
    pub(crate) fn is_zero(&self) -> bool {
        self.zeros > 0 && self.zeros == self.present()
    }

    fn present(&self) -> usize {
        self.rows - self.missing
    }

    /// Whether nearly all cells that are there (nine in ten; if relaxed more than half) are counted in
    /// `count`, and there is one.
    fn mostly(&self, count: usize) -> bool {
        let (wanted, of) = if self.relaxed { (1, 2) } else { (9, 10) };
        count > 0 && count * of >= self.present() * wanted
    }

    /// The same, where more than half of the cells make a column what it is.
    pub(crate) fn relaxed(&self) -> Self {
        Self {
            relaxed: true,
            ..self.clone()
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.present() == 0
    }

    pub(crate) fn is_instants(&self) -> bool {
        self.mostly(self.stamps + self.epochs + self.dates)
    }

    /// As [`is_instants`](Self::is_instants), and not just dates.
    pub(crate) fn is_stamps(&self) -> bool {
        self.is_instants() && (self.stamps > 0 || self.epochs > 0)
    }

    pub(crate) fn is_epochs(&self) -> bool {
        self.mostly(self.epochs)
    }

    pub(crate) fn is_dates(&self) -> bool {
        self.mostly(self.dates)
    }

    pub(crate) fn is_clocks(&self) -> bool {
        self.mostly(self.clocks)
    }

    /// Whether the cells may be clock times, with colons or without.
    pub(crate) fn may_be_clocks(&self) -> bool {
        self.is_clocks() || self.mostly(self.short_numbers)
    }

    /// Whether the cells are clock times in six digits, or if `four` may be in four digits: unlike prices.
    pub(crate) fn are_padded_clocks(&self, four: bool) -> bool {
        self.mostly(self.six_digit_clocks) || (four && self.mostly(self.four_digit_clocks))
    }

    /// Whether more than half of the cells that are there are numbers.
    pub(crate) fn is_numbers(&self) -> bool {
        self.numbers > 0 && self.numbers * 2 > self.present()
    }

    pub(crate) fn is_text(&self) -> bool {
        self.mostly(self.texts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_what_it_looks_like() {
        let check = |cell: &str, expect: Kind| assert_eq!(Kind::of(cell), expect, "{cell:?}");
        check("", Kind::Missing);
        check("null", Kind::Missing);
        check("2019-01-01", Kind::Date);
        check("20190101", Kind::Date);
        check("Apr 28, 2023", Kind::Date);
        check("2019-01-01 00:00", Kind::Stamp);
        check("1605855600000", Kind::Epoch);
        check("1605855600.0", Kind::Epoch);
        check("1.05236", Kind::Number);
        check("1,05236", Kind::Number);
        check("29,068.9", Kind::Number);
        check("95.35K", Kind::Number);
        check("7161800", Kind::Number);
        check("03:00:00", Kind::Clock);
        check("open", Kind::Text);
        check("BTCUSDT", Kind::Text);
    }

    #[test]
    fn a_column_is_what_nearly_all_its_cells_are() {
        let kinds = |cells: &[&str]| ColumnKinds::of(cells.iter().copied());
        assert!(kinds(&["2019-01-01", "2019-01-02", ""]).is_dates());
        assert!(!kinds(&["2019-01-01", "x"]).is_instants());
        assert!(kinds(&["2019-01-01", "2019-01-02 00:00"]).is_stamps());
        assert!(kinds(&["09:00:00"]).is_clocks());
        assert!(kinds(&["90000", "0"]).may_be_clocks());
        assert!(kinds(&["", ""]).is_empty());
        assert!(!kinds(&["", ""]).is_numbers());
        assert!(kinds(&["1.5", "x", "2"]).is_numbers());
        assert!(kinds(&["20190101", "20190102"]).is_numbers());
    }
}

//! The short way through a line whose cells are all written in the usual forms, as nearly all are.

use crate::{
    DecimalMark,
    dialect::{Plan, TimeColumns},
    moment::{Moment, moment_prefix},
    number::number_prefix,
};

/// Reads a line cell by cell without cutting it up first.
#[derive(Debug)]
pub(crate) struct ShortWay {
    delimiter: u8,
    slots: Vec<Slot>,
    /// Columns behind the last one that is read.
    more: usize,
    symbol: Vec<u8>,
}

/// What a column is read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slot {
    Skip,
    Time,
    /// Must be the wanted symbol.
    Symbol,
    /// One of open, high, low, close, volume.
    Value(usize),
}

impl ShortWay {
    /// The short way through the lines of a plan, if there is one: a stamp in one cell, decimal points, no
    /// cells to compare.
    pub(crate) fn new(plan: &Plan, symbol: Option<&str>) -> Option<Self> {
        let TimeColumns::One(time) = plan.roles.time else {
            return None;
        };
        if plan.mark != DecimalMark::Point || plan.roles.check_time.is_some() {
            return None;
        }
        let mut slots = vec![Slot::Skip; plan.width];
        slots[time] = Slot::Time;
        let values = plan.roles.prices.into_iter().chain(plan.roles.volume);
        for (value, column) in values.enumerate() {
            slots[column] = Slot::Value(value);
        }
        if let Some(column) = plan.roles.symbol {
            slots[column] = Slot::Symbol;
        }
        while slots.last() == Some(&Slot::Skip) {
            slots.pop();
        }
        Some(Self {
            delimiter: plan.delimiter?,
            more: plan.width - slots.len(),
            slots,
            symbol: symbol.unwrap_or_default().as_bytes().to_vec(),
        })
    }

    /// The stamp and values of a line in the usual forms; `None` for every other line, good or bad.
    #[inline]
    pub(crate) fn read(&self, line: &[u8]) -> Option<(Moment, [f64; 5])> {
        let mut moment = None;
        let mut values = [0.0; 5];
        let mut at = 0;
        for (column, slot) in self.slots.iter().enumerate() {
            if column > 0 {
                if *line.get(at)? != self.delimiter {
                    return None;
                }
                at += 1;
            }
            let rest = line.get(at..)?;
            at += match slot {
                Slot::Value(index) => {
                    let (value, len) = number_prefix(rest)?;
                    values[*index] = value;
                    len
                }
                Slot::Skip => self.skip(rest)?,
                Slot::Time => {
                    let (found, len) = moment_prefix(rest)?;
                    moment = Some(found);
                    len
                }
                Slot::Symbol => rest
                    .strip_prefix(self.symbol.as_slice())
                    .map(|_| self.symbol.len())?,
            };
        }
        for _ in 0..self.more {
            let rest = line[at..].strip_prefix(&[self.delimiter])?;
            at += 1 + self.skip(rest)?;
        }
        if at == line.len() {
            Some((moment?, values))
        } else {
            None
        }
    }

    /// Length of a cell that is not read. A quote may hide a delimiter: that is for the long way.
    #[inline]
    fn skip(&self, rest: &[u8]) -> Option<usize> {
        match memchr::memchr2(self.delimiter, b'"', rest) {
            None => Some(rest.len()),
            Some(at) if rest[at] == self.delimiter => Some(at),
            Some(_) => None,
        }
    }
}

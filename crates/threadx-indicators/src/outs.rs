//! The memory that a kernel writes into, some values at a time.

use std::ops::Range;

use crate::tiles::{TILE, tiles};

/// Where the values of one output go, from the first to the last.
#[derive(Debug)]
pub(crate) enum Out<'a> {
    /// Memory with a place for each of them.
    Given(&'a mut [f64]),
    /// A new column.
    New {
        column: &'a mut Vec<f64>,
        /// How many values there will be.
        len: usize,
    },
}

impl<'a> Out<'a> {
    /// A new column of `len` values.
    pub(crate) fn new(column: &'a mut Vec<f64>, len: usize) -> Self {
        column.reserve_exact(len);
        Self::New { column, len }
    }

    /// A column that is written anew with `len` values: in place if it has as many.
    fn anew(column: &'a mut Vec<f64>, len: usize) -> Self {
        if column.len() == len {
            return Self::Given(column);
        }
        column.clear();
        Self::new(column, len)
    }

    /// How many values there will be.
    pub(crate) const fn len(&self) -> usize {
        match self {
            Self::Given(values) => values.len(),
            Self::New { len, .. } => *len,
        }
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The places of all values.
    ///
    /// A new column is filled with zeros at once: measured, that costs less than to let it grow tile by tile.
    #[inline(always)]
    pub(crate) fn all(&mut self) -> &mut [f64] {
        match self {
            Self::Given(values) => values,
            Self::New { column, len } => {
                if column.len() < *len {
                    column.resize(*len, 0.0);
                }
                column
            }
        }
    }

    /// The places of the values `range`.
    #[inline(always)]
    pub(crate) fn part(&mut self, range: Range<usize>) -> &mut [f64] {
        &mut self.all()[range]
    }

    /// Writes all values, as many as `values` gives; without zeros before.
    #[inline(always)]
    pub(crate) fn write_all(self, values: impl Iterator<Item = f64>) {
        match self {
            Self::Given(out) => {
                for (out, value) in out.iter_mut().zip(values) {
                    *out = value;
                }
            }
            Self::New { column, len } => column.extend(values.take(len)),
        }
    }
}

/// The outputs that go into `columns`, of which there are `K` afterwards: those of `bars` bars without their
/// warm-ups.
pub(crate) fn outs_of<const K: usize>(
    columns: &mut Vec<Vec<f64>>,
    warm_ups: [usize; K],
    bars: usize,
) -> [Out<'_>; K] {
    columns.resize_with(K, Vec::new);
    let mut columns = columns.iter_mut();
    warm_ups.map(|warm_up| match columns.next() {
        Some(column) => Out::anew(column, bars.saturating_sub(warm_up)),
        None => Out::Given(&mut []),
    })
}

/// `K` outputs of one length, filled side by side.
pub(crate) trait Outs<const K: usize> {
    /// Writes `values` to the places `range` of each output.
    fn write(&mut self, range: Range<usize>, values: impl Iterator<Item = [f64; K]>);

    /// How many values each output has.
    fn len(&self) -> usize;

    /// Writes all values, of each output as many as it has.
    #[inline(always)]
    fn write_all(&mut self, mut values: impl Iterator<Item = [f64; K]>) {
        for range in tiles(self.len(), TILE) {
            self.write(range, values.by_ref());
        }
    }
}

impl Outs<1> for [Out<'_>; 1] {
    fn len(&self) -> usize {
        self[0].len()
    }

    #[inline(always)]
    fn write(&mut self, range: Range<usize>, values: impl Iterator<Item = [f64; 1]>) {
        let [a] = self;
        for (a, [value]) in a.part(range).iter_mut().zip(values) {
            *a = value;
        }
    }
}

impl Outs<2> for [Out<'_>; 2] {
    fn len(&self) -> usize {
        self[0].len()
    }

    #[inline(always)]
    fn write(&mut self, range: Range<usize>, values: impl Iterator<Item = [f64; 2]>) {
        let [a, b] = self.each_mut().map(|out| out.part(range.clone()));
        for ((a, b), values) in a.iter_mut().zip(b).zip(values) {
            [*a, *b] = values;
        }
    }
}

impl Outs<3> for [Out<'_>; 3] {
    fn len(&self) -> usize {
        self[0].len()
    }

    #[inline(always)]
    fn write(&mut self, range: Range<usize>, values: impl Iterator<Item = [f64; 3]>) {
        let [a, b, c] = self.each_mut().map(|out| out.part(range.clone()));
        for (((a, b), c), values) in a.iter_mut().zip(b).zip(c).zip(values) {
            [*a, *b, *c] = values;
        }
    }
}

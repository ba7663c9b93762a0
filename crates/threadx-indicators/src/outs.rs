//! The buffers that a kernel writes into, some values of each at a time.

use std::ops::Range;

/// `K` output buffers of one length, filled side by side.
pub(crate) trait Outs<const K: usize> {
    /// Writes `values` to the positions `range` of each buffer.
    fn write(&mut self, range: Range<usize>, values: impl Iterator<Item = [f64; K]>);
}

impl Outs<1> for [&mut [f64]; 1] {
    #[inline(always)]
    fn write(&mut self, range: Range<usize>, values: impl Iterator<Item = [f64; 1]>) {
        let [a] = self;
        for (a, [value]) in a[range].iter_mut().zip(values) {
            *a = value;
        }
    }
}

impl Outs<2> for [&mut [f64]; 2] {
    #[inline(always)]
    fn write(&mut self, range: Range<usize>, values: impl Iterator<Item = [f64; 2]>) {
        let [a, b] = self;
        for ((a, b), values) in a[range.clone()].iter_mut().zip(&mut b[range]).zip(values) {
            [*a, *b] = values;
        }
    }
}

impl Outs<3> for [&mut [f64]; 3] {
    #[inline(always)]
    fn write(&mut self, range: Range<usize>, values: impl Iterator<Item = [f64; 3]>) {
        let [a, b, c] = self;
        let (ab, c) = (
            a[range.clone()].iter_mut().zip(&mut b[range.clone()]),
            &mut c[range],
        );
        for (((a, b), c), values) in ab.zip(c).zip(values) {
            [*a, *b, *c] = values;
        }
    }
}

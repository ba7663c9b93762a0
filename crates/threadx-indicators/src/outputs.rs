//! The named output series of one indicator.

use std::sync::Arc;

use crate::{Series, outs::Out};

/// The named output series of one indicator over one set of bars, in the order of its specification.
///
/// A clone shares the series.
#[derive(Debug, Clone, PartialEq)]
pub struct Outputs(Vec<(&'static str, Arc<Series>)>);

impl Outputs {
    /// The outputs in the order given.
    #[must_use]
    pub fn new(outputs: impl IntoIterator<Item = (&'static str, Series)>) -> Self {
        Self(
            outputs
                .into_iter()
                .map(|(name, series)| (name, Arc::new(series)))
                .collect(),
        )
    }

    /// One output with a value for each of `bars` bars after the warm-up, which `fill` writes.
    pub(crate) fn filled(
        name: &'static str,
        warm_up: usize,
        bars: usize,
        fill: impl FnOnce(Out<'_>),
    ) -> Self {
        Self::new([(name, Series::filled(warm_up, bars, fill))])
    }

    /// The output `name`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Arc<Series>> {
        self.iter()
            .find(|(known, _)| *known == name)
            .map(|(_, series)| series)
    }

    /// Names and series in the order of the indicator's specification.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&'static str, &Arc<Series>)> {
        self.0.iter().map(|(name, series)| (*name, series))
    }

    /// Heap bytes that the series occupy.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        let entries = self.0.capacity() * size_of::<(&'static str, Arc<Series>)>();
        let series = self
            .iter()
            .map(|(_, series)| series.heap_bytes() + size_of::<Series>());
        entries + series.sum::<usize>()
    }
}

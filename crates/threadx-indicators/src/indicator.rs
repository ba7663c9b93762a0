//! What every indicator can do, whatever its parameters and outputs.

use std::fmt::Debug;

use threadx_error::IndicatorError;
use threadx_market::Bars;
use threadx_spec::{IndicatorSpec, Params};

use crate::{Bar, IndicatorSource, Outputs};

/// An indicator with its parameters, checked: over all bars at once, or bar by bar.
///
/// Both forms give the same bits. Made by [`build`](crate::build) from a name and parameters, or by
/// the constructor of a concrete type such as [`Sma`](crate::Sma).
pub trait Indicator: Debug + Send + Sync {
    /// Bars before the first on which every output has a value.
    fn warm_up(&self) -> usize;

    /// Every output over `bars`, in the order of the specification.
    fn compute(&self, bars: &Bars) -> Outputs;

    /// As [`compute`](Self::compute), into memory that is at hand: afterwards `columns` has a column for each
    /// output, with its values from its first on. Columns that have as many values as they will have, as those of
    /// an earlier call over as many bars, are written in place.
    fn compute_into(&self, bars: &Bars, columns: &mut Vec<Vec<f64>>);

    /// Every output over the bars of `source`, which gives the parts that are indicators themselves, such
    /// as the average true range in a Keltner channel. The same bits as [`compute`](Self::compute).
    ///
    /// # Errors
    ///
    /// Whatever `source` returns for a part.
    fn compute_from(&self, source: &dyn IndicatorSource) -> Result<Outputs, IndicatorError> {
        Ok(self.compute(source.bars()))
    }

    /// The incremental form, before its first bar.
    fn start(&self) -> Box<dyn Stream>;
}

/// An indicator bar by bar.
pub trait Stream: Debug + Send {
    /// Takes the next bar and writes the value of each output on it, in the order of the
    /// specification, `None` during the warm-up.
    ///
    /// Entries of `out` beyond the number of outputs are left alone, and outputs beyond its end are
    /// not written.
    fn push_bar(&mut self, bar: &Bar, out: &mut [Option<f64>]);
}

/// An indicator of the catalogue: what it publishes, and how it is made from parameters.
pub trait Definition: Indicator + Sized + 'static {
    /// Name, parameters with their bounds, inputs and outputs.
    fn spec() -> IndicatorSpec;

    /// The indicator with `params`, of which each is known, typed and within its bounds, as
    /// [`resolve`](crate::resolve) returns them.
    ///
    /// # Errors
    ///
    /// [`IndicatorError`] if a parameter is absent, of another type or outside its bounds.
    fn from_params(params: &Params) -> Result<Self, IndicatorError>;
}

/// Writes the first outputs, as many as `out` takes.
pub(crate) fn put<const K: usize>(out: &mut [Option<f64>], values: [Option<f64>; K]) {
    for (slot, value) in out.iter_mut().zip(values) {
        *slot = value;
    }
}

/// The public face of an indicator with one output, named as the indicator.
///
/// A method named last computes from the parts of a source, see
/// [`compute_from`](Indicator::compute_from). Reads `NAME`, `warm_up()` and `kernel(input, out)`, which is called with a value for each bar after
/// the warm-up and at least one; the stream's `push` takes the fields of a bar that are named.
macro_rules! one_output {
    ($indicator:ident, $stream:ident, $input:ty, $of_bars:path, ($($field:ident),+) $(, $shared:ident)?) => {
        impl $indicator {
            /// Writes the value of each bar after the warm-up, the first at `out[0]`.
            ///
            /// # Errors
            ///
            /// [`IndicatorError::Length`](threadx_error::IndicatorError::Length) unless `out` has one
            /// value for each bar of `input` after the warm-up.
            pub fn fill(
                &self,
                input: $input,
                out: &mut [f64],
            ) -> Result<(), threadx_error::IndicatorError> {
                $crate::slices::check_out(NAME, "out", out, input.len(), self.warm_up())?;
                if !out.is_empty() {
                    self.kernel(input, $crate::outs::Out::Given(out));
                }
                Ok(())
            }

            /// The value of each bar of `input`.
            #[must_use]
            pub fn series(&self, input: $input) -> $crate::Series {
                $crate::Series::filled(self.warm_up(), input.len(), |out| {
                    if !out.is_empty() {
                        self.kernel(input, out);
                    }
                })
            }
        }

        impl $crate::Indicator for $indicator {
            fn warm_up(&self) -> usize {
                self.warm_up()
            }

            fn compute(&self, bars: &threadx_market::Bars) -> $crate::Outputs {
                $crate::Outputs::new([(NAME, self.series($of_bars(bars)))])
            }

            fn compute_into(&self, bars: &threadx_market::Bars, columns: &mut Vec<Vec<f64>>) {
                let [out] = $crate::outs::outs_of(columns, [self.warm_up()], bars.len());
                if !out.is_empty() {
                    self.kernel($of_bars(bars), out);
                }
            }

            $(fn compute_from(
                &self,
                source: &dyn $crate::IndicatorSource,
            ) -> Result<$crate::Outputs, threadx_error::IndicatorError> {
                self.$shared(source)
            })?

            fn start(&self) -> Box<dyn $crate::Stream> {
                Box::new(self.stream())
            }
        }

        impl $crate::Stream for $stream {
            fn push_bar(&mut self, bar: &$crate::Bar, out: &mut [Option<f64>]) {
                $crate::indicator::put(out, [self.push($(bar.$field),+)]);
            }
        }
    };
}

/// The public face of an indicator with several outputs that have one warm-up, named as the fields of
/// what the stream's `push` returns; else as [`one_output`].
macro_rules! several_outputs {
    (
        $indicator:ident, $stream:ident, $input:ty, $of_bars:path, ($($field:ident),+),
        $value:ident [$count:literal] { $($output:ident),+ } $(, $shared:ident)?
    ) => {
        impl $indicator {
            #[doc = concat!(
                "Writes the values of each bar after the warm-up, the first at index 0 of each buffer: ",
                $("`", stringify!($output), "` "),+, "in this order."
            )]
            ///
            /// # Errors
            ///
            /// [`IndicatorError::Length`](threadx_error::IndicatorError::Length) unless each buffer has
            /// one value for each bar of `input` after the warm-up.
            pub fn fill(
                &self,
                input: $input,
                outs: [&mut [f64]; $count],
            ) -> Result<(), threadx_error::IndicatorError> {
                for (name, out) in [$(stringify!($output)),+].into_iter().zip(&outs) {
                    $crate::slices::check_out(NAME, name, out, input.len(), self.warm_up())?;
                }
                if !outs[0].is_empty() {
                    self.kernel(input, outs.map($crate::outs::Out::Given));
                }
                Ok(())
            }

            #[doc = concat!(
                "The values of each bar of `input`: ", $("`", stringify!($output), "` "),+, "in this order."
            )]
            #[must_use]
            pub fn series(&self, input: $input) -> [$crate::Series; $count] {
                $crate::Series::filled_all(self.warm_up(), input.len(), |outs: [$crate::outs::Out<'_>; $count]| {
                    if !outs[0].is_empty() {
                        self.kernel(input, outs);
                    }
                })
            }
        }

        impl $crate::Indicator for $indicator {
            fn warm_up(&self) -> usize {
                self.warm_up()
            }

            fn compute(&self, bars: &threadx_market::Bars) -> $crate::Outputs {
                let names = [$(stringify!($output)),+];
                $crate::Outputs::new(names.into_iter().zip(self.series($of_bars(bars))))
            }

            fn compute_into(&self, bars: &threadx_market::Bars, columns: &mut Vec<Vec<f64>>) {
                let outs = $crate::outs::outs_of(columns, [self.warm_up(); $count], bars.len());
                if !outs[0].is_empty() {
                    self.kernel($of_bars(bars), outs);
                }
            }

            $(fn compute_from(
                &self,
                source: &dyn $crate::IndicatorSource,
            ) -> Result<$crate::Outputs, threadx_error::IndicatorError> {
                self.$shared(source)
            })?

            fn start(&self) -> Box<dyn $crate::Stream> {
                Box::new(self.stream())
            }
        }

        impl $crate::Stream for $stream {
            fn push_bar(&mut self, bar: &$crate::Bar, out: &mut [Option<f64>]) {
                let value: Option<$value> = self.push($(bar.$field),+);
                $crate::indicator::put(out, [$(value.map(|value| value.$output)),+]);
            }
        }
    };
}

/// The public face of an indicator whose outputs begin at different bars: reads `warm_ups()`, one for
/// each output, and `kernel(input, outs)` may be given empty buffers; the stream's `push` returns a
/// struct with an optional field for each output. Else as [`one_output`].
macro_rules! staggered_outputs {
    (
        $indicator:ident, $stream:ident, $input:ty, $of_bars:path, ($($field:ident),+),
        [$count:literal] { $($output:ident),+ } $(, $shared:ident)?
    ) => {
        impl $indicator {
            #[doc = concat!(
                "Writes the values of each output from its own first bar on, that at index 0 of its buffer: ",
                $("`", stringify!($output), "` "),+, "in this order."
            )]
            ///
            /// # Errors
            ///
            /// [`IndicatorError::Length`](threadx_error::IndicatorError::Length) unless each buffer has
            /// one value for each bar of `input` after the output's warm-up.
            pub fn fill(
                &self,
                input: $input,
                outs: [&mut [f64]; $count],
            ) -> Result<(), threadx_error::IndicatorError> {
                let names = [$(stringify!($output)),+];
                for ((name, out), warm_up) in names.into_iter().zip(&outs).zip(self.warm_ups()) {
                    $crate::slices::check_out(NAME, name, out, input.len(), warm_up)?;
                }
                if outs.iter().any(|out| !out.is_empty()) {
                    self.kernel(input, outs.map($crate::outs::Out::Given));
                }
                Ok(())
            }

            #[doc = concat!(
                "The values of each bar of `input`: ", $("`", stringify!($output), "` "),+, "in this order."
            )]
            #[must_use]
            pub fn series(&self, input: $input) -> [$crate::Series; $count] {
                let fill = |outs: [$crate::outs::Out<'_>; $count]| {
                    if outs.iter().any(|out| !out.is_empty()) {
                        self.kernel(input, outs);
                    }
                };
                $crate::Series::filled_each(self.warm_ups(), input.len(), fill)
            }
        }

        impl $crate::Indicator for $indicator {
            fn warm_up(&self) -> usize {
                self.warm_ups().into_iter().fold(0, usize::max)
            }

            fn compute(&self, bars: &threadx_market::Bars) -> $crate::Outputs {
                let names = [$(stringify!($output)),+];
                $crate::Outputs::new(names.into_iter().zip(self.series($of_bars(bars))))
            }

            fn compute_into(&self, bars: &threadx_market::Bars, columns: &mut Vec<Vec<f64>>) {
                let outs: [_; $count] = $crate::outs::outs_of(columns, self.warm_ups(), bars.len());
                if outs.iter().any(|out| !out.is_empty()) {
                    self.kernel($of_bars(bars), outs);
                }
            }

            $(fn compute_from(
                &self,
                source: &dyn $crate::IndicatorSource,
            ) -> Result<$crate::Outputs, threadx_error::IndicatorError> {
                self.$shared(source)
            })?

            fn start(&self) -> Box<dyn $crate::Stream> {
                Box::new(self.stream())
            }
        }

        impl $crate::Stream for $stream {
            fn push_bar(&mut self, bar: &$crate::Bar, out: &mut [Option<f64>]) {
                let value = self.push($(bar.$field),+);
                $crate::indicator::put(out, [$(value.$output),+]);
            }
        }
    };
}

pub(crate) use {one_output, several_outputs, staggered_outputs};

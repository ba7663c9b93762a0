//! The columns that kernels read, of one length.

use threadx_error::IndicatorError;
use threadx_market::Bars;

use crate::slices::check_len;

macro_rules! input {
    ($(#[$doc:meta])* $name:ident, $first:ident, $($other:ident),+) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq)]
        pub struct $name<'a> {
            $first: &'a [f64],
            $($other: &'a [f64],)+
        }

        impl<'a> $name<'a> {
            /// The columns, oldest value first.
            ///
            /// # Errors
            ///
            /// [`IndicatorError::Length`] if they differ in length.
            pub fn new($first: &'a [f64], $($other: &'a [f64]),+) -> Result<Self, IndicatorError> {
                $(check_len(stringify!($name), stringify!($other), $other.len(), $first.len())?;)+
                Ok(Self { $first, $($other),+ })
            }

            /// The columns of bars.
            #[must_use]
            pub fn of(bars: &'a Bars) -> Self {
                Self { $first: bars.$first(), $($other: bars.$other()),+ }
            }

            /// Number of bars.
            #[must_use]
            pub const fn len(&self) -> usize {
                self.$first.len()
            }

            /// Whether there is no bar.
            #[must_use]
            pub const fn is_empty(&self) -> bool {
                self.$first.is_empty()
            }

            /// The bars of `range`.
            ///
            /// # Panics
            ///
            /// If the range ends behind the last bar.
            #[must_use]
            pub fn part(&self, range: std::ops::Range<usize>) -> Self {
                Self { $first: &self.$first[range.clone()], $($other: &self.$other[range.clone()]),+ }
            }

            pub(crate) const fn $first(&self) -> &'a [f64] {
                self.$first
            }

            $(pub(crate) const fn $other(&self) -> &'a [f64] {
                self.$other
            })+
        }
    };
}

input! {
    /// Highest and lowest prices, one of each per bar.
    HighLow, high, low
}

input! {
    /// Highest, lowest and last prices, one of each per bar.
    ///
    /// ```
    /// use threadx_indicators::{Hlc};
    ///
    /// let prices = Hlc::new(&[11.0, 12.0, 12.0], &[10.0, 11.0, 10.0], &[10.5, 11.5, 11.0])?;
    /// assert_eq!(prices.len(), 3);
    /// assert!(Hlc::new(&[11.0], &[10.0, 9.0], &[10.0]).is_err());
    /// # Ok::<(), threadx_error::IndicatorError>(())
    /// ```
    Hlc, high, low, close
}

input! {
    /// Highest, lowest and last prices and traded quantities, one of each per bar.
    Hlcv, high, low, close, volume
}

input! {
    /// Last prices and traded quantities, one of each per bar.
    CloseVolume, close, volume
}

impl<'a> HighLow<'a> {
    /// The same bars for those that do not look at the close: it is the low.
    pub(crate) const fn closing_low(self) -> Hlc<'a> {
        Hlc {
            high: self.high,
            low: self.low,
            close: self.low,
        }
    }
}

impl<'a> Hlc<'a> {
    /// One column for all three.
    pub(crate) const fn of_one(column: &'a [f64]) -> Self {
        Self {
            high: column,
            low: column,
            close: column,
        }
    }
}

/// The typical price of a bar.
#[inline(always)]
pub(crate) fn typical(high: f64, low: f64, close: f64) -> f64 {
    (high + low + close) / 3.0
}

/// The last prices of bars.
pub(crate) fn close(bars: &Bars) -> &[f64] {
    bars.close()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_different_lengths_are_refused() {
        let error = Hlcv::new(&[1.0, 2.0], &[1.0, 2.0], &[1.0, 2.0], &[1.0]).unwrap_err();
        assert_eq!(error.to_string(), "Hlcv: volume has 1 values, expected 2");
    }
}

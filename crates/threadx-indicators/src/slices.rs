//! Lengths of the slices that kernels read and write.

use threadx_error::IndicatorError;

/// Checks that `out` has one value for each of `bars` bars after the warm-up.
pub(crate) fn check_out(
    indicator: &'static str,
    slice: &'static str,
    out: &[f64],
    bars: usize,
    warm_up: usize,
) -> Result<(), IndicatorError> {
    check_len(indicator, slice, out.len(), bars.saturating_sub(warm_up))
}

/// Checks that the input `slice` is as long as the first input.
pub(crate) fn check_len(
    indicator: &'static str,
    slice: &'static str,
    len: usize,
    expected: usize,
) -> Result<(), IndicatorError> {
    if len == expected {
        Ok(())
    } else {
        Err(IndicatorError::Length {
            indicator: indicator.to_owned(),
            slice: slice.to_owned(),
            len,
            expected,
        })
    }
}

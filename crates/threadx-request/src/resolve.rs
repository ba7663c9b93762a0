//! Step three: rules that need knowledge, defaults, types.

pub(crate) mod calls;
pub(crate) mod dates;
pub(crate) mod grid;
pub(crate) mod params;
pub(crate) mod run;
pub(crate) mod tokens;
mod unique;

pub(crate) use unique::unique;

/// A count that its field's rule holds within a `u64`.
pub(crate) fn count(value: Option<i128>) -> Option<u64> {
    value.and_then(|value| u64::try_from(value).ok())
}

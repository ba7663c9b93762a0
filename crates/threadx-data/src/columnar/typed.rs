//! Whole columns as stamps and numbers: their types are looked at once, not in every row.

use std::borrow::Cow;

use arrow_array::{Array, Float64Array, Int64Array, UInt64Array};
use arrow_schema::DataType;

use super::values::{number, typed_stamp};
use crate::moment::{Moment, epoch_of_digits};

/// The numbers of a column.
pub(super) struct Numbers<'a> {
    values: Cow<'a, [f64]>,
    /// The column, if some of its rows hold none.
    with_holes: Option<&'a dyn Array>,
}

impl<'a> Numbers<'a> {
    /// Of a column of numbers; `None` for one of another type, text too.
    pub(super) fn of(column: &'a dyn Array) -> Option<Self> {
        let values = match column.data_type() {
            DataType::Float64 => Cow::Borrowed(&**column.as_any().downcast_ref::<Float64Array>()?.values()),
            kind if kind.is_numeric() => {
                // Where there is none 0 stands, which nobody looks at.
                let values = (0..column.len()).map(|row| number(column, row).unwrap_or(0.0));
                Cow::Owned(values.collect())
            }
            _ => return None,
        };
        Some(Self {
            values,
            with_holes: (column.null_count() > 0).then_some(column),
        })
    }

    /// The number in a row; `None` if there is none.
    #[inline]
    pub(super) fn at(&self, row: usize) -> Option<f64> {
        if self.with_holes.is_some_and(|column| column.is_null(row)) {
            return None;
        }
        self.values.get(row).copied().filter(|value| !value.is_nan())
    }
}

/// The stamps of a column.
pub(super) struct Stamps(Vec<Option<Moment>>);

impl Stamps {
    /// Of a column of stamps or of whole numbers; `None` for one of another type.
    pub(super) fn of(column: &dyn Array) -> Option<Self> {
        let any = column.as_any();
        let whole = |row: usize| {
            let value = match column.data_type() {
                DataType::Int64 => any.downcast_ref::<Int64Array>()?.value(row).into(),
                _ => i128::from(any.downcast_ref::<UInt64Array>()?.value(row)),
            };
            epoch_of_digits(i64::try_from(value).ok()?)
        };
        let is_whole = match column.data_type() {
            DataType::Timestamp(..) | DataType::Date32 | DataType::Date64 => false,
            DataType::Int64 | DataType::UInt64 => true,
            _ => return None,
        };
        let moment = |row: usize| match column.is_valid(row) {
            true if is_whole => whole(row),
            true => typed_stamp(column, row),
            false => None,
        };
        Some(Self((0..column.len()).map(moment).collect()))
    }

    /// The stamp in a row; `None` if there is none, or it is better read as text.
    #[inline]
    pub(super) fn at(&self, row: usize) -> Option<Moment> {
        *self.0.get(row)?
    }
}

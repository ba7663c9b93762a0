//! The values of an Arrow column as stamps and numbers.

use arrow_array::{
    Array, Date32Array, Date64Array, Decimal32Array, Decimal64Array, Decimal128Array, Decimal256Array,
    Float32Array, Float64Array, Int8Array, Int16Array, Int32Array, Int64Array, LargeStringArray, StringArray,
    StringViewArray, TimestampMicrosecondArray, TimestampMillisecondArray, TimestampNanosecondArray,
    TimestampSecondArray, UInt8Array, UInt16Array, UInt32Array, UInt64Array, cast::AsArray,
};
use arrow_schema::{DataType, TimeUnit};

use threadx_market::Timestamp;

use crate::{
    DecimalMark,
    dialect::decimal,
    moment::{DAY, Moment},
};

/// Whether a column can hold stamps by its type; text and whole numbers may, as far as they can be read.
pub(super) fn is_time(of: &DataType) -> bool {
    matches!(of, DataType::Timestamp(..) | DataType::Date32 | DataType::Date64)
}

/// What stands in a row, as text that reads back to it; empty if there is nothing.
pub(super) fn text(column: &dyn Array, row: usize) -> String {
    if column.is_null(row) {
        return String::new();
    }
    if let Some(text) = string(column, row) {
        return text.to_owned();
    }
    if let Some(dictionary) = column.as_any_dictionary_opt() {
        let values = dictionary.values();
        // A key that is not null is that of a value.
        return match dictionary.normalized_keys().get(row) {
            Some(key) if *key < values.len() => text(values, *key),
            _ => String::new(),
        };
    }
    if let Some(whole) = whole_number(column, row) {
        return whole.to_string();
    }
    match typed_stamp(column, row) {
        Some(Moment::Epoch(at, _) | Moment::Instant(at, _)) => Timestamp::from_nanoseconds(at).to_string(),
        Some(Moment::Local(at) | Moment::Date(at)) => {
            let text = Timestamp::from_nanoseconds(at).to_string();
            text.strip_suffix("T00:00:00Z")
                .or(text.strip_suffix('Z'))
                .unwrap_or(&text)
                .to_owned()
        }
        None => number(column, row).map_or_else(String::new, |number| number.to_string()),
    }
}

/// The stamp in a row of a column whose type is that of stamps.
pub(super) fn typed_stamp(column: &dyn Array, row: usize) -> Option<Moment> {
    let any = column.as_any();
    match column.data_type() {
        DataType::Timestamp(unit, zone) => {
            let (value, nanoseconds) = match unit {
                TimeUnit::Second => (
                    any.downcast_ref::<TimestampSecondArray>()?.value(row),
                    1_000_000_000,
                ),
                TimeUnit::Millisecond => (
                    any.downcast_ref::<TimestampMillisecondArray>()?.value(row),
                    1_000_000,
                ),
                TimeUnit::Microsecond => (any.downcast_ref::<TimestampMicrosecondArray>()?.value(row), 1_000),
                TimeUnit::Nanosecond => (any.downcast_ref::<TimestampNanosecondArray>()?.value(row), 1),
            };
            let at = value.checked_mul(nanoseconds)?;
            // With a zone a timestamp is an instant, without one it is what a clock showed.
            Some(if zone.is_some() {
                Moment::Instant(at, 0)
            } else {
                Moment::Local(at)
            })
        }
        DataType::Date32 => {
            let days = i64::from(any.downcast_ref::<Date32Array>()?.value(row));
            Some(Moment::Date(days.checked_mul(DAY)?))
        }
        DataType::Date64 => {
            let milliseconds = any.downcast_ref::<Date64Array>()?.value(row);
            Some(Moment::Local(milliseconds.checked_mul(1_000_000)?))
        }
        _ => None,
    }
}

/// The whole number in a row of a column of 64 bits, which an `f64` may not hold.
fn whole_number(column: &dyn Array, row: usize) -> Option<i128> {
    let any = column.as_any();
    match column.data_type() {
        DataType::Int64 => Some(any.downcast_ref::<Int64Array>()?.value(row).into()),
        DataType::UInt64 => Some(any.downcast_ref::<UInt64Array>()?.value(row).into()),
        _ => None,
    }
}

/// The number in a row; `None` if there is none.
pub(super) fn number(column: &dyn Array, row: usize) -> Option<f64> {
    if column.is_null(row) {
        return None;
    }
    let any = column.as_any();
    macro_rules! value {
        ($array:ty) => {
            any.downcast_ref::<$array>()?.value(row)
        };
    }
    Some(match column.data_type() {
        DataType::Float64 => value!(Float64Array),
        DataType::Float32 => f64::from(value!(Float32Array)),
        DataType::Int8 => f64::from(value!(Int8Array)),
        DataType::Int16 => f64::from(value!(Int16Array)),
        DataType::Int32 => f64::from(value!(Int32Array)),
        // Above 2^53 to the nearest, as text would be.
        DataType::Int64 => value!(Int64Array) as f64,
        DataType::UInt8 => f64::from(value!(UInt8Array)),
        DataType::UInt16 => f64::from(value!(UInt16Array)),
        DataType::UInt32 => f64::from(value!(UInt32Array)),
        DataType::UInt64 => value!(UInt64Array) as f64,
        // By their digits, so that the nearest number is taken.
        DataType::Decimal32(_, scale) => scaled(value!(Decimal32Array), *scale)?,
        DataType::Decimal64(_, scale) => scaled(value!(Decimal64Array), *scale)?,
        DataType::Decimal128(_, scale) => scaled(value!(Decimal128Array), *scale)?,
        DataType::Decimal256(_, scale) => scaled(value!(Decimal256Array), *scale)?,
        _ => decimal(string(column, row)?.as_bytes(), DecimalMark::Point)?,
    })
}

/// The number whose digits are those of `whole`, the last `scale` of them decimals.
fn scaled(whole: impl std::fmt::Display, scale: i8) -> Option<f64> {
    format!("{whole}e{}", -i32::from(scale)).parse().ok()
}

fn string(column: &dyn Array, row: usize) -> Option<&str> {
    let any = column.as_any();
    Some(match column.data_type() {
        DataType::Utf8 => any.downcast_ref::<StringArray>()?.value(row),
        DataType::LargeUtf8 => any.downcast_ref::<LargeStringArray>()?.value(row),
        DataType::Utf8View => any.downcast_ref::<StringViewArray>()?.value(row),
        _ => return None,
    })
}

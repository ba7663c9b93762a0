//! Ranges whose ends are included.

use serde::ser::{Serialize, SerializeMap, Serializer};
use threadx_spec::ParamValue;

/// The values `min`, `min + step`, … up to `max`, computed from their index, so that no error adds up.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Steps {
    /// Whole numbers.
    Int { min: i64, max: i64, step: i64 },
    /// Numbers that are whole in units of 10^-`digits`: each value is the double nearest to the exact decimal, so
    /// 0.1 + 2 × 0.1 is 0.3.
    Decimal {
        ends: [f64; 3],
        min: i64,
        max: i64,
        step: i64,
        digits: u32,
    },
    /// Other numbers.
    Float { min: f64, max: f64, step: f64 },
}

/// Doubles hold every whole number up to here.
const EXACT: i64 = 1 << 53;
/// Powers of ten are exact in a double far beyond this.
const DIGITS_MAX: usize = 15;

impl Steps {
    /// `min` ≤ `max`, `step` > 0.
    pub(crate) const fn int(min: i64, max: i64, step: i64) -> Self {
        Self::Int { min, max, step }
    }

    /// Finite, `min` ≤ `max`, `step` > 0.
    pub(crate) fn float(min: f64, max: f64, step: f64) -> Self {
        // -0.0 is written as 0.0, so that equal ranges have one form.
        let (min, max) = (min + 0.0, max + 0.0);
        decimal([min, max, step]).unwrap_or(Self::Float { min, max, step })
    }

    /// How many values there are, at least 1; `u64::MAX` if it is that or more.
    pub(crate) fn count(&self) -> u64 {
        match *self {
            // Neither difference nor quotient leaves an i128.
            Self::Int { min, max, step } | Self::Decimal { min, max, step, .. } => {
                let steps = (max as i128 - min as i128) / step as i128;
                if steps >= u64::MAX as i128 {
                    u64::MAX
                } else {
                    steps as u64 + 1
                }
            }
            Self::Float { min, max, step } => {
                // The quotient of inexact numbers misses a whole one by some units in the last place.
                let steps = ((max - min) / step * (1.0 + 1e-12)).floor();
                (steps as u64).saturating_add(1)
            }
        }
    }

    /// The value at `index`, below [`count`](Self::count).
    pub(crate) fn value(&self, index: u64) -> ParamValue {
        let at = |min: i64, step: i64| i128::from(min) + i128::from(index) * i128::from(step);
        match *self {
            // Between min and max, so it fits.
            Self::Int { min, step, .. } => ParamValue::Int(at(min, step) as i64),
            // Both are exact and the division rounds once, to the nearest.
            Self::Decimal {
                min, step, digits, ..
            } => ParamValue::Float(at(min, step) as f64 / 10_f64.powi(digits as i32)),
            Self::Float { min, max, step } => ParamValue::Float((min + index as f64 * step).min(max)),
        }
    }
}

/// The range in whole units of the last decimal that any of the three has, if they are small enough for that.
fn decimal(ends: [f64; 3]) -> Option<Steps> {
    // The shortest text that reads back: the number as it was most likely written.
    let texts = ends.map(|end| end.to_string());
    let fraction = |text: &str| text.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    let digits = texts.iter().map(|text| fraction(text)).max().unwrap_or(0);
    if digits > DIGITS_MAX {
        return None;
    }
    let scaled = |text: &str| {
        let zeros = "0".repeat(digits - fraction(text));
        let units: i64 = format!("{}{zeros}", text.replace('.', "")).parse().ok()?;
        (units.abs() <= EXACT).then_some(units)
    };
    let [min, max, step] = &texts;
    Some(Steps::Decimal {
        ends,
        min: scaled(min)?,
        max: scaled(max)?,
        step: scaled(step)?,
        digits: digits as u32,
    })
}

impl Serialize for Steps {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(3))?;
        match self {
            Self::Int { min, max, step } => {
                map.serialize_entry("min", min)?;
                map.serialize_entry("max", max)?;
                map.serialize_entry("step", step)?;
            }
            Self::Decimal {
                ends: [min, max, step],
                ..
            }
            | Self::Float { min, max, step } => {
                map.serialize_entry("min", min)?;
                map.serialize_entry("max", max)?;
                map.serialize_entry("step", step)?;
            }
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(steps: &Steps) -> String {
        let values: Vec<String> = (0..steps.count())
            .map(|index| steps.value(index).to_string())
            .collect();
        values.join(" ")
    }

    #[test]
    fn ends_are_included_where_the_steps_meet_them() {
        assert_eq!(shown(&Steps::int(10, 20, 5)), "10 15 20");
        assert_eq!(shown(&Steps::int(10, 19, 5)), "10 15");
        assert_eq!(shown(&Steps::int(7, 7, 5)), "7");
        assert_eq!(shown(&Steps::float(1.0, 2.0, 0.5)), "1 1.5 2");
        assert_eq!(shown(&Steps::float(1.0, 2.4, 0.5)), "1 1.5 2");
        assert_eq!(shown(&Steps::float(-0.2, 0.2, 0.1)), "-0.2 -0.1 0 0.1 0.2");
    }

    #[test]
    fn no_error_adds_up() {
        assert_eq!(shown(&Steps::float(0.1, 0.5, 0.1)), "0.1 0.2 0.3 0.4 0.5");
        let fine = Steps::float(0.0, 1.0, 0.001);
        assert_eq!(fine.count(), 1001);
        for index in 0..1001_u64 {
            let text = format!("{}.{:03}", index / 1000, index % 1000);
            assert_eq!(
                fine.value(index),
                ParamValue::Float(text.parse().unwrap()),
                "{index}"
            );
        }
    }

    #[test]
    fn numbers_that_are_no_short_decimals_reach_their_end_too() {
        let third = 1.0 / 3.0;
        let steps = Steps::float(0.0, 1.0, third);
        assert!(matches!(steps, Steps::Float { .. }));
        assert_eq!(steps.count(), 4);
        assert_eq!(steps.value(3), ParamValue::Float(1.0));
    }

    #[test]
    fn extremes_neither_overflow_nor_wrap() {
        assert_eq!(Steps::int(i64::MIN, i64::MAX, 1).count(), u64::MAX);
        assert_eq!(Steps::int(i64::MIN, i64::MAX, 2).count(), 1 << 63);
        assert_eq!(Steps::int(i64::MIN, i64::MAX, i64::MAX).count(), 3);
        assert_eq!(Steps::float(-1e308, 1e308, 1e-300).count(), u64::MAX);
        assert_eq!(Steps::float(0.0, 1e300, 1e299).count(), 11);
        let value = Steps::int(i64::MIN, i64::MAX, 1).value(u64::MAX - 1);
        assert_eq!(value, ParamValue::Int(i64::MAX - 1));
    }
}

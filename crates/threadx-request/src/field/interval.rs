//! Intervals of numbers.

use threadx_error::Bounds;

/// An interval of numbers; an absent end is open.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Interval {
    pub(crate) min: f64,
    pub(crate) max: f64,
    pub(crate) min_exclusive: bool,
    pub(crate) max_exclusive: bool,
}

impl Interval {
    /// Every finite number.
    pub(crate) const ANY: Self = Self::closed(f64::NEG_INFINITY, f64::INFINITY);
    /// Above 0.
    pub(crate) const POSITIVE: Self = Self {
        min_exclusive: true,
        ..Self::closed(0.0, f64::INFINITY)
    };
    /// At least 0.
    pub(crate) const NOT_NEGATIVE: Self = Self::closed(0.0, f64::INFINITY);

    /// Both ends included.
    pub(crate) const fn closed(min: f64, max: f64) -> Self {
        Self {
            min,
            max,
            min_exclusive: false,
            max_exclusive: false,
        }
    }

    /// `max` excluded.
    pub(crate) const fn below(min: f64, max: f64) -> Self {
        Self {
            max_exclusive: true,
            ..Self::closed(min, max)
        }
    }

    /// `min` excluded.
    pub(crate) const fn above(min: f64, max: f64) -> Self {
        Self {
            min_exclusive: true,
            ..Self::closed(min, max)
        }
    }

    /// Both ends excluded.
    pub(crate) const fn open(min: f64, max: f64) -> Self {
        Self {
            min_exclusive: true,
            max_exclusive: true,
            ..Self::closed(min, max)
        }
    }

    /// Whether `value` lies within; NaN and infinities do not, even if the interval has no end there.
    pub(crate) fn contains(&self, value: f64) -> bool {
        value.is_finite()
            && if self.min_exclusive {
                value > self.min
            } else {
                value >= self.min
            }
            && if self.max_exclusive {
                value < self.max
            } else {
                value <= self.max
            }
    }

    /// For a violation; `None` if every number is within.
    pub(crate) fn bounds(&self) -> Option<Bounds> {
        let end = |value: f64| value.is_finite().then_some(value);
        let (min, max) = (end(self.min), end(self.max));
        (min.is_some() || max.is_some()).then_some(Bounds::Range {
            min,
            max,
            min_exclusive: self.min_exclusive,
            max_exclusive: self.max_exclusive,
        })
    }
}

/// Whole numbers from `min` to `max`, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Whole {
    pub(crate) min: i128,
    pub(crate) max: i128,
}

impl Whole {
    /// As far as a `u64` reaches, where there is no reason for another end.
    const END: i128 = u64::MAX as i128;

    pub(crate) const fn between(min: u64, max: u64) -> Self {
        Self {
            min: min as i128,
            max: max as i128,
        }
    }

    pub(crate) const fn at_least(min: u64) -> Self {
        Self {
            min: min as i128,
            max: Self::END,
        }
    }

    /// Whether `max` is a rule of the field and not only the end of the type.
    pub(crate) const fn has_end(&self) -> bool {
        self.max < Self::END
    }

    /// For a violation by `value`: the type's end is told only where it is what was broken.
    pub(crate) fn bounds(&self, value: i128) -> Bounds {
        // Counts; where they exceed 2^53 the end is that of the type and is rounded by less than 2^-53.
        Bounds::Range {
            min: Some(self.min as f64),
            max: (self.has_end() || value > self.max).then_some(self.max as f64),
            min_exclusive: false,
            max_exclusive: false,
        }
    }
}

impl std::fmt::Display for Whole {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.has_end() {
            write!(f, "between {} and {}", self.min, self.max)
        } else {
            write!(f, "at least {}", self.min)
        }
    }
}

//! Which local rule a value breaks.

use threadx_error::{Bounds, ViolationCode};
use threadx_market::{Span, Symbol, Timeframe};

use super::Kind;
use crate::{
    document::{Content, Node, digits},
    read::{self, RawTime},
};

/// A rule that a value breaks.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Broken {
    pub(crate) code: ViolationCode,
    /// A clause that fits behind the field's name.
    pub(crate) message: String,
    pub(crate) bounds: Option<Bounds>,
}

impl Broken {
    pub(crate) fn new(code: ViolationCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            bounds: None,
        }
    }

    pub(crate) fn with_bounds(mut self, bounds: impl Into<Option<Bounds>>) -> Self {
        self.bounds = bounds.into();
        self
    }
}

/// The rule of its kind that a value breaks, its type being right; `None` if it breaks none.
///
/// The raw models' garde rules decide *that* a field is wrong, this says *what* is wrong with it.
pub(crate) fn judge(kind: &Kind, node: &Node) -> Option<Broken> {
    match kind {
        Kind::Number(interval) => {
            let value = read::number(node)?;
            if !value.is_finite() {
                let message = format!("must be a finite number, got {}", digits(value));
                Some(Broken::new(ViolationCode::NotFinite, message).with_bounds(interval.bounds()))
            } else if interval.contains(value) {
                None
            } else {
                let bounds = interval.bounds()?;
                let message = format!("must be {bounds}, got {}", digits(value));
                Some(Broken::new(ViolationCode::OutOfRange, message).with_bounds(bounds))
            }
        }
        Kind::Whole(whole) => {
            let value = read::whole(node)?;
            let expected = if (whole.min..=whole.max).contains(&value) {
                return None;
            } else if whole.has_end() || value < whole.min {
                whole.to_string()
            } else {
                format!("at most {}", whole.max)
            };
            let message = format!("must be {expected}, got {value}");
            Some(Broken::new(ViolationCode::OutOfRange, message).with_bounds(whole.bounds(value)))
        }
        Kind::Token => {
            let text = read::text(node)?;
            Symbol::parse(text).err().map(|_cause| {
                Broken::new(
                    ViolationCode::BadFormat,
                    format!(
                        "must be 1 to 32 of A-Z 0-9 . _ -, a letter or digit first, without \"..\", got {}",
                        node.shown()
                    ),
                )
            })
        }
        Kind::Timeframe => {
            let text = read::text(node)?;
            Timeframe::parse(text).err().map(|_cause| {
                let names: Vec<&str> = Timeframe::ALL.into_iter().map(Timeframe::as_str).collect();
                Broken::new(
                    ViolationCode::UnknownTimeframe,
                    format!("must be one of {}, got {}", names.join(" "), node.shown()),
                )
                .with_bounds(one_of(names))
            })
        }
        Kind::Span => {
            let text = read::text(node)?;
            Span::parse(text).is_none().then(|| {
                Broken::new(
                    ViolationCode::BadFormat,
                    format!("must be {}, got {}", Span::EXPECTED, node.shown()),
                )
            })
        }
        Kind::Timestamp => read::time(node)?.parse().err().map(|_cause| {
            Broken::new(
                ViolationCode::BadTimestamp,
                format!("must be {}, got {}", RawTime::EXPECTED, node.shown()),
            )
        }),
        Kind::List(rule) => {
            let Content::List(items) = &node.content else {
                return None;
            };
            let count = items.len();
            (!(rule.min..=rule.max).contains(&count)).then(|| {
                let bounds = Bounds::Range {
                    min: Some(rule.min as f64),
                    max: (rule.max < usize::MAX).then_some(rule.max as f64),
                    min_exclusive: false,
                    max_exclusive: false,
                };
                let expected = if rule.max == usize::MAX {
                    format!("at least {}", rule.min)
                } else {
                    format!("between {} and {}", rule.min, rule.max)
                };
                let message = format!("must have {expected} items, got {count}");
                Broken::new(ViolationCode::OutOfRange, message).with_bounds(bounds)
            })
        }
        Kind::Path => {
            let text = read::text(node)?;
            text.is_empty()
                .then(|| Broken::new(ViolationCode::BadFormat, "must be a path, got \"\""))
        }
        _ => None,
    }
}

/// Bounds of names.
pub(crate) fn one_of<'n>(names: impl IntoIterator<Item = &'n str>) -> Bounds {
    Bounds::OneOf {
        one_of: names.into_iter().map(str::to_owned).collect(),
    }
}

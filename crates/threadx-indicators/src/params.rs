//! Parameters of indicators: filled, typed, checked.

use std::ops::RangeInclusive;

use threadx_error::{IndicatorError, nearest};
use threadx_spec::{IndicatorSpec, ParamSpec, ParamValue, Params};

/// The longest window, in bars, that an indicator accepts; TA-Lib's bound.
pub const PERIOD_MAX: usize = 100_000;

/// The longest window, in bars, of an indicator that looks at every value of the window on every bar.
///
/// It bounds the time: 10,000 comparisons a bar at most.
pub const SCANNED_PERIOD_MAX: usize = 10_000;

/// A period of `min..=PERIOD_MAX` bars, as indicators publish it.
pub(crate) fn period_spec(
    name: &'static str,
    default: i64,
    min: i64,
    description: &'static str,
) -> ParamSpec {
    ParamSpec::int(name, default, min..=PERIOD_MAX as i64, description)
}

/// The period `value`, if it lies between `min` and [`PERIOD_MAX`].
pub(crate) fn check_period(
    indicator: &'static str,
    parameter: &'static str,
    value: usize,
    min: usize,
) -> Result<usize, IndicatorError> {
    check_count(indicator, parameter, value, min..=PERIOD_MAX)
}

/// The period `value`, if it lies between `min` and [`SCANNED_PERIOD_MAX`].
pub(crate) fn check_scanned_period(
    indicator: &'static str,
    parameter: &'static str,
    value: usize,
    min: usize,
) -> Result<usize, IndicatorError> {
    check_count(indicator, parameter, value, min..=SCANNED_PERIOD_MAX)
}

fn check_count(
    indicator: &'static str,
    parameter: &'static str,
    value: usize,
    bounds: RangeInclusive<usize>,
) -> Result<usize, IndicatorError> {
    if bounds.contains(&value) {
        Ok(value)
    } else {
        Err(IndicatorError::Parameter {
            indicator: indicator.to_owned(),
            parameter: parameter.to_owned(),
            expected: format!("a whole number between {} and {}", bounds.start(), bounds.end()),
            got: value.to_string(),
        })
    }
}

/// The number `value`, if it is finite and lies in `bounds`, both ends included.
pub(crate) fn check_number(
    indicator: &'static str,
    parameter: &'static str,
    value: f64,
    bounds: RangeInclusive<f64>,
) -> Result<f64, IndicatorError> {
    // A NaN is in no range.
    if bounds.contains(&value) {
        Ok(value)
    } else {
        Err(IndicatorError::Parameter {
            indicator: indicator.to_owned(),
            parameter: parameter.to_owned(),
            expected: format!("a number between {} and {}", bounds.start(), bounds.end()),
            got: value.to_string(),
        })
    }
}

/// The number `value`, if it is above 0 and at most `max`.
pub(crate) fn check_positive(
    indicator: &'static str,
    parameter: &'static str,
    value: f64,
    max: f64,
) -> Result<f64, IndicatorError> {
    if value > 0.0 && value <= max {
        Ok(value)
    } else {
        Err(IndicatorError::Parameter {
            indicator: indicator.to_owned(),
            parameter: parameter.to_owned(),
            expected: format!("a number above 0 and at most {max}"),
            got: value.to_string(),
        })
    }
}

/// Checks that the first of two named parameters is less than the second.
pub(crate) fn check_less(
    indicator: &'static str,
    low: (&'static str, usize),
    high: (&'static str, usize),
) -> Result<(), IndicatorError> {
    if low.1 < high.1 {
        Ok(())
    } else {
        Err(IndicatorError::Rule {
            indicator: indicator.to_owned(),
            rule: format!("{} < {}", low.0, high.0),
            got: format!("{}={} {}={}", low.0, low.1, high.0, high.1),
        })
    }
}

/// The period `name` of resolved parameters.
pub(crate) fn period(
    indicator: &'static str,
    params: &Params,
    name: &'static str,
) -> Result<usize, IndicatorError> {
    params
        .int(name)
        .and_then(|value| usize::try_from(value).ok())
        .ok_or_else(|| wrong_type(indicator, params, name, "a whole number of at least 0"))
}

/// The number `name` of resolved parameters.
pub(crate) fn number(
    indicator: &'static str,
    params: &Params,
    name: &'static str,
) -> Result<f64, IndicatorError> {
    params
        .float(name)
        .ok_or_else(|| wrong_type(indicator, params, name, "a number"))
}

/// The name `name` of resolved parameters.
pub(crate) fn name<'a>(
    indicator: &'static str,
    params: &'a Params,
    name: &'static str,
) -> Result<&'a str, IndicatorError> {
    params
        .name(name)
        .ok_or_else(|| wrong_type(indicator, params, name, "a name"))
}

fn wrong_type(
    indicator: &'static str,
    params: &Params,
    name: &'static str,
    expected: &'static str,
) -> IndicatorError {
    IndicatorError::Parameter {
        indicator: indicator.to_owned(),
        parameter: name.to_owned(),
        expected: expected.to_owned(),
        got: params
            .get(name)
            .map_or_else(|| "nothing".to_owned(), ParamValue::to_string),
    }
}

/// The given parameters typed, with the defaults for the others.
pub(crate) fn resolve_with(spec: &IndicatorSpec, given: &Params) -> Result<Params, IndicatorError> {
    let mut resolved = spec.defaults();
    for (name, value) in given.iter() {
        let Some(param) = spec.params.iter().find(|param| param.name == name) else {
            return Err(unknown_parameter(spec, name));
        };
        let Some(value) = param.accept(value) else {
            let bounds = param
                .kind
                .bounds()
                .map_or_else(String::new, |bounds| format!(" {bounds}"));
            return Err(IndicatorError::Parameter {
                indicator: spec.name.to_string(),
                parameter: name.to_owned(),
                expected: format!("{}{bounds}", param.kind.type_name()),
                got: value.to_string(),
            });
        };
        resolved.insert(name, value);
    }
    match spec.rules.iter().find(|rule| !rule.holds(&resolved)) {
        Some(rule) => Err(IndicatorError::Rule {
            indicator: spec.name.to_string(),
            rule: rule.to_string(),
            got: resolved.to_string(),
        }),
        None => Ok(resolved),
    }
}

/// The error that names the nearest parameters, or all of them if none is near.
fn unknown_parameter(spec: &IndicatorSpec, name: &str) -> IndicatorError {
    let all = || spec.params.iter().map(|param| &*param.name);
    let near = nearest(name, all());
    IndicatorError::UnknownParameter {
        indicator: spec.name.to_string(),
        parameter: name.to_owned(),
        known: if near.is_empty() {
            all().map(str::to_owned).collect()
        } else {
            near
        },
    }
}

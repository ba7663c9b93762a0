//! Grids of parameters.

use std::collections::BTreeMap;

use threadx_error::{Bounds, ViolationCode};
use threadx_spec::{ParamKind, ParamSpec, ParamValue};

use super::params::{self, Published};
use crate::{
    Axis, ParamGrid,
    document::{Content, Node, digits},
    field::Broken,
    fields::sweep as fields,
    param_grid::Steps,
    raw::sweep::RawRange,
    read::{self, Given, Scope, item_path, join},
    violations::Violations,
};

/// The grid: every parameter known, every value typed and within its bounds, at most `max_combinations` of them.
pub(crate) fn resolve(
    scope: &Scope<'_>,
    published: Option<Published<'_>>,
    max_combinations: Option<u64>,
    v: &mut Violations,
) -> Option<ParamGrid> {
    let given = scope.given(&fields::PARAM_GRID)?;
    let Content::Map(entries) = &given.node.content else {
        v.wrong_type(&given.path, given.node, fields::PARAM_GRID.kind.expected());
        return None;
    };
    let before = v.count();
    let mut axes = BTreeMap::new();
    for entry in entries {
        let path = join(&given.path, &entry.name);
        let spec = published.and_then(|published| published.find(&entry.name));
        if let (Some(published), None) = (published, spec) {
            v.at(&path, entry.at, || published.unknown(&entry.name));
        } else if !entry.node.is_null()
            && let Some(axis) = axis(&path, &entry.node, spec, v)
        {
            axes.insert(entry.name.clone(), axis);
        }
    }
    if axes.is_empty() && v.count() == before {
        v.about(&given.path, given.node, || {
            at_least_one("must name at least one parameter, got none")
        });
    }
    let (grid, combinations) = ParamGrid::new(axes);
    let max = max_combinations.unwrap_or(u64::MAX);
    if combinations.is_none_or(|combinations| combinations > max) {
        v.about(&given.path, given.node, || too_many(combinations, max));
    }
    (v.count() == before).then_some(grid)
}

fn axis(path: &str, node: &Node, spec: Option<&ParamSpec>, v: &mut Violations) -> Option<Axis> {
    match &node.content {
        Content::List(items) if items.is_empty() => {
            v.about(path, node, || at_least_one("must have at least 1 item, got 0"));
            None
        }
        Content::List(items) => {
            let value = |(index, item)| {
                let path = item_path(path, index);
                match spec {
                    Some(spec) => params::value(&path, item, spec, v),
                    None => params::open_value(&path, item, v),
                }
            };
            // All of them are looked at, so that each one that is wrong is reported.
            let values: Vec<Option<ParamValue>> = items.iter().enumerate().map(value).collect();
            values.into_iter().collect::<Option<_>>().map(Axis::list)
        }
        Content::Map(_) if spec.is_none_or(|spec| is_number(&spec.kind)) => range(path, node, spec, v),
        Content::Map(_) => {
            v.wrong_type(path, node, "a list of values");
            None
        }
        _ => {
            v.wrong_type(path, node, "a list of values or an object with min, max and step");
            None
        }
    }
}

const fn is_number(kind: &ParamKind) -> bool {
    matches!(kind, ParamKind::Int { .. } | ParamKind::Float { .. })
}

fn range(path: &str, node: &Node, spec: Option<&ParamSpec>, v: &mut Violations) -> Option<Axis> {
    let before = v.count();
    let scope = Scope::open(node, path, fields::RANGE, "a range", v)?;
    let raw = RawRange::read(&scope, v);
    let ends = [&fields::RANGE_MIN, &fields::RANGE_MAX].map(|field| scope.given(field));
    let step = scope.given(&fields::RANGE_STEP);
    if let (Some(min), Some(max), Some(end)) = (raw.min, raw.max, &ends[1])
        && max < min
    {
        v.about(&end.path, end.node, || end_before_start(min, max));
    }
    if v.count() > before {
        return None;
    }
    if let Some(spec) = spec {
        for end in ends.iter().flatten() {
            params::value(&end.path, end.node, spec, v);
        }
    }
    let whole = |given: &Option<Given<'_>>| {
        let value = read::whole(given.as_ref()?.node)?;
        i64::try_from(value).ok()
    };
    let steps = match (whole(&ends[0]), whole(&ends[1]), whole(&step)) {
        (Some(min), Some(max), Some(step)) if spec.is_none_or(is_int) => Steps::int(min, max, step),
        _ if spec.is_some_and(is_int) => {
            // The ends were judged by the parameter's own rule above.
            if let (Some(given), None) = (&step, whole(&step)) {
                v.wrong_type(&given.path, given.node, "a whole number");
            }
            return None;
        }
        _ => Steps::float(raw.min?, raw.max?, raw.step?),
    };
    (v.count() == before).then(|| Axis::range(steps))
}

const fn is_int(spec: &ParamSpec) -> bool {
    matches!(spec.kind, ParamKind::Int { .. })
}

fn end_before_start(min: f64, max: f64) -> Broken {
    let bounds = Bounds::Range {
        min: Some(min),
        max: None,
        min_exclusive: false,
        max_exclusive: false,
    };
    Broken::new(
        ViolationCode::OutOfRange,
        format!("must be at least min ({}), got {}", digits(min), digits(max)),
    )
    .with_bounds(bounds)
}

fn at_least_one(message: &str) -> Broken {
    Broken::new(ViolationCode::OutOfRange, message).with_bounds(Bounds::Range {
        min: Some(1.0),
        max: None,
        min_exclusive: false,
        max_exclusive: false,
    })
}

fn too_many(combinations: Option<u64>, max: u64) -> Broken {
    let got = combinations.map_or_else(|| format!("more than {}", u64::MAX), |count| count.to_string());
    let message = format!("must give at most {max} combinations, got {got}");
    Broken::new(ViolationCode::TooManyCombinations, message).with_bounds(Bounds::Range {
        min: None,
        max: Some(max as f64),
        min_exclusive: false,
        max_exclusive: false,
    })
}

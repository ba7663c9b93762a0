//! Indicators with their parameters.

use threadx_error::ViolationCode;
use threadx_spec::{IndicatorSpec, Params};

use super::{
    params::{self, Published},
    run::named,
    unique,
};
use crate::{
    IndicatorCall, RequestContext,
    document::quoted,
    field::{Broken, one_of},
    fields::indicators as fields,
    raw::indicators::RawCall,
    read::{Given, Scope, near_clause},
    violations::Violations,
};

impl<'s> From<&'s IndicatorSpec> for Published<'s> {
    fn from(spec: &'s IndicatorSpec) -> Self {
        Self {
            owner: &spec.name,
            params: &spec.params,
            rules: &spec.rules,
        }
    }
}

/// The indicators, each known, its parameters typed, and no two the same.
pub(crate) fn resolve(
    raw: &[RawCall<'_>],
    request: &Scope<'_>,
    context: &RequestContext,
    v: &mut Violations,
) -> Option<Vec<IndicatorCall>> {
    let (calls, given): (Vec<IndicatorCall>, Vec<Given<'_>>) = raw
        .iter()
        .zip(request.items(&fields::CALLS_OF_REQUEST, v)?)
        .filter_map(|(raw, given)| Some((call(raw, context, v)?, given)))
        .unzip();
    let same = calls.iter().map(|call| {
        let params = canonical(&call.params);
        let shown = if call.params.is_empty() {
            call.name.clone()
        } else {
            format!("{} {}", call.name, call.params)
        };
        ((call.name.as_str(), params), shown)
    });
    unique(same, &given, v);
    Some(calls)
}

fn call(raw: &RawCall<'_>, context: &RequestContext, v: &mut Violations) -> Option<IndicatorCall> {
    let scope = raw.scope.as_ref()?;
    let name = raw.name.clone()?;
    let spec = known(&name, scope, context, v);
    let params = params::of_field(&fields::PARAMS, scope, spec.map(Into::into), v);
    let name = spec.map_or(name, |spec| spec.name.to_string());
    Some(IndicatorCall { name, params })
}

/// The indicator that is named, `None` if indicators are not known; one that is not registered is reported.
fn known<'c>(
    name: &str,
    scope: &Scope<'_>,
    context: &'c RequestContext,
    v: &mut Violations,
) -> Option<&'c IndicatorSpec> {
    let given = scope.given(&fields::NAME)?;
    let Some(known) = context.known_indicators() else {
        named(name, &given, v);
        return None;
    };
    let spec = known.get(name);
    if spec.is_none() {
        let names = || known.keys().map(String::as_str);
        v.about(&given.path, given.node, || {
            let near = near_clause(name, names());
            let message = format!("must be a known indicator, got {}{near}", quoted(name));
            Broken::new(ViolationCode::UnknownIndicator, message).with_bounds(one_of(names()))
        });
    }
    spec
}

/// Equal for equal parameters only: the values with their types, in the order of their names.
fn canonical(params: &Params) -> String {
    format!("{:?}", params.iter().collect::<Vec<_>>())
}

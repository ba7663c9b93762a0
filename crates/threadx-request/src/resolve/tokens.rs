//! Known tokens.

use threadx_error::ViolationCode;
use threadx_market::Symbol;

use super::unique;
use crate::{
    RequestContext,
    document::quoted,
    field::{Broken, Field},
    read::{Given, Scope, near_clause},
    violations::Violations,
};

/// The symbol that `text` names, if it is one; one that is not known is reported.
pub(crate) fn token(
    text: &str,
    given: &Given<'_>,
    context: &RequestContext,
    v: &mut Violations,
) -> Option<Symbol> {
    // What is no symbol was reported by its field's rule.
    let symbol = Symbol::parse(text).ok()?;
    if let Some(known) = context.known_tokens()
        && !known.contains(symbol.as_str())
    {
        v.about(&given.path, given.node, || {
            let near = near_clause(symbol.as_str(), known.iter().map(String::as_str));
            let message = format!("must be a known token, got {}{near}", quoted(symbol.as_str()));
            Broken::new(ViolationCode::UnknownToken, message)
        });
    }
    Some(symbol)
}

/// The token of a field.
pub(crate) fn of_field(
    text: Option<&str>,
    field: &Field,
    scope: &Scope<'_>,
    context: &RequestContext,
    v: &mut Violations,
) -> Option<Symbol> {
    token(text?, &scope.given(field)?, context, v)
}

/// The symbols of a list, each known and none twice.
pub(crate) fn list(
    texts: Option<&[Option<String>]>,
    field: &Field,
    scope: &Scope<'_>,
    context: &RequestContext,
    v: &mut Violations,
) -> Option<Vec<Symbol>> {
    let (symbols, given): (Vec<Symbol>, Vec<Given<'_>>) = texts?
        .iter()
        .zip(scope.items(field, v)?)
        .filter_map(|(text, given)| Some((token(text.as_ref()?, &given, context, v)?, given)))
        .unzip();
    unique(
        symbols.iter().map(|symbol| (symbol, symbol.to_string())),
        &given,
        v,
    );
    Some(symbols)
}

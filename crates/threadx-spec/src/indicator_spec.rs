//! What an indicator publishes about itself.

use std::borrow::Cow;

use serde::Serialize;

use crate::{ParamRule, ParamSpec, Params};

/// What an indicator publishes about itself: the one source for validation, defaults, listings and docs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct IndicatorSpec {
    /// Name, `snake_case`, TA-Lib's in lower case where it has the indicator.
    pub name: Cow<'static, str>,
    /// Other names by which a request may ask for it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<Cow<'static, str>>,
    /// One line: what it measures.
    pub description: Cow<'static, str>,
    /// Parameters, in the order in which they are documented.
    pub params: Vec<ParamSpec>,
    /// Rules about two parameters.
    pub rules: Vec<ParamRule>,
    /// Columns of the bars that it reads: of `open high low close volume time`.
    pub inputs: Vec<Cow<'static, str>>,
    /// Names of its output series.
    pub outputs: Vec<Cow<'static, str>>,
}

impl IndicatorSpec {
    /// The defaults of all parameters.
    #[must_use]
    pub fn defaults(&self) -> Params {
        self.params
            .iter()
            .map(|param| (param.name.clone(), param.default.clone()))
            .collect()
    }
}

//! Building an indicator's specification.

use std::borrow::Cow;

use threadx_spec::{IndicatorSpec, ParamRule, ParamSpec};

/// An [`IndicatorSpec`] under construction.
pub(crate) struct Specification(IndicatorSpec);

/// The specification of an indicator without parameters; add to it with [`Specification::with`].
pub(crate) fn specification(
    name: &'static str,
    description: &'static str,
    inputs: &[&'static str],
    outputs: &[&'static str],
) -> Specification {
    let names = |names: &[&'static str]| names.iter().map(|name| Cow::Borrowed(*name)).collect();
    Specification(IndicatorSpec {
        name: Cow::Borrowed(name),
        aliases: Vec::new(),
        description: Cow::Borrowed(description),
        params: Vec::new(),
        rules: Vec::new(),
        inputs: names(inputs),
        outputs: names(outputs),
    })
}

impl Specification {
    /// Adds another name.
    pub(crate) fn alias(mut self, name: &'static str) -> Self {
        self.0.aliases.push(Cow::Borrowed(name));
        self
    }

    /// Adds a parameter.
    pub(crate) fn with(mut self, param: ParamSpec) -> Self {
        self.0.params.push(param);
        self
    }

    /// Adds the rule that `low` is less than `high`.
    pub(crate) fn less(mut self, low: &'static str, high: &'static str) -> Self {
        self.0
            .rules
            .push(ParamRule::Less(Cow::Borrowed(low), Cow::Borrowed(high)));
        self
    }
}

impl From<Specification> for IndicatorSpec {
    fn from(specification: Specification) -> Self {
        specification.0
    }
}

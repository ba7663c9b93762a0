//! What a strategy publishes about itself.

use std::borrow::Cow;

use serde::Serialize;

use crate::{ParamSpec, ParamValue, Params};

/// How a strategy decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum StrategyKind {
    /// Bit masks of entries and exits from indicators; does not see its own position.
    Signal,
    /// Bar by bar; sees its own position and sets stops.
    Bar,
}

/// A rule about two parameters of one strategy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ParamRule {
    /// The first is less than the second.
    Less(Cow<'static, str>, Cow<'static, str>),
}

impl ParamRule {
    /// Whether resolved parameters keep the rule; a parameter that is absent breaks none.
    #[must_use]
    pub fn holds(&self, params: &Params) -> bool {
        match self {
            Self::Less(low, high) => match (params.float(low), params.float(high)) {
                (Some(low), Some(high)) => low < high,
                _ => true,
            },
        }
    }

    /// The parameters that the rule is about.
    #[must_use]
    pub fn names(&self) -> [&str; 2] {
        match self {
            Self::Less(low, high) => [low, high],
        }
    }
}

impl std::fmt::Display for ParamRule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Less(low, high) => write!(f, "{low} < {high}"),
        }
    }
}

/// What a strategy publishes about itself: the one source for validation, defaults, listings and docs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StrategySpec {
    /// Name, `snake_case`, unique in a registry.
    pub name: Cow<'static, str>,
    /// Counted up whenever the same parameters may give other signals; part of a result's identity.
    pub version: u32,
    /// How it decides.
    pub kind: StrategyKind,
    /// One line: entry and exit.
    pub description: Cow<'static, str>,
    /// Entry, exit and stops in full, as a paragraph of Markdown; may be empty.
    pub details: Cow<'static, str>,
    /// Parameters, in the order in which they are documented.
    pub params: Vec<ParamSpec>,
    /// Rules about two parameters.
    pub rules: Vec<ParamRule>,
    /// Names of the indicators that it reads.
    pub indicators: Vec<Cow<'static, str>>,
    /// Whether it sets stops of its own, so that sizing by risk needs none from the request.
    pub sets_stops: bool,
}

impl StrategySpec {
    /// A signal strategy without parameters; add to it with the methods below.
    pub fn signal(
        name: impl Into<Cow<'static, str>>,
        version: u32,
        description: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            name: name.into(),
            version,
            kind: StrategyKind::Signal,
            description: description.into(),
            details: Cow::Borrowed(""),
            params: Vec::new(),
            rules: Vec::new(),
            indicators: Vec::new(),
            sets_stops: false,
        }
    }

    /// A bar-by-bar strategy without parameters; add to it with the methods below.
    pub fn bar(
        name: impl Into<Cow<'static, str>>,
        version: u32,
        description: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            kind: StrategyKind::Bar,
            ..Self::signal(name, version, description)
        }
    }

    /// Tells entry, exit and stops in full, as a paragraph of Markdown.
    #[must_use]
    pub fn details(mut self, details: impl Into<Cow<'static, str>>) -> Self {
        self.details = details.into();
        self
    }

    /// Says that every entry of the strategy carries a stop of its own, so that sizing by risk needs none from
    /// the request.
    #[must_use]
    pub const fn with_stops(mut self) -> Self {
        self.sets_stops = true;
        self
    }

    /// Adds a parameter.
    #[must_use]
    pub fn param(mut self, param: ParamSpec) -> Self {
        self.params.push(param);
        self
    }

    /// Adds the rule that `low` is less than `high`.
    #[must_use]
    pub fn less(mut self, low: impl Into<Cow<'static, str>>, high: impl Into<Cow<'static, str>>) -> Self {
        self.rules.push(ParamRule::Less(low.into(), high.into()));
        self
    }

    /// Adds the name of an indicator that the strategy reads.
    #[must_use]
    pub fn reads(mut self, indicator: impl Into<Cow<'static, str>>) -> Self {
        self.indicators.push(indicator.into());
        self
    }

    /// The defaults of all parameters.
    #[must_use]
    pub fn defaults(&self) -> Params {
        self.params
            .iter()
            .map(|param| (param.name.clone(), param.default.clone()))
            .collect()
    }

    /// The given parameters with the defaults for the others, typed; `Err` names the first that is
    /// unknown, of another type, outside its bounds, or the rule that is broken.
    ///
    /// The request layer reports every violation with its position instead; this is the check for
    /// callers that build an engine's specification by hand.
    ///
    /// # Errors
    ///
    /// A clause of the form "period must be between 2 and 500, got 1".
    pub fn resolve(&self, given: &Params) -> Result<Params, String> {
        let mut resolved = self.defaults();
        for (name, value) in given.iter() {
            let Some(param) = self.params.iter().find(|param| param.name == name) else {
                let known: Vec<&str> = self.params.iter().map(|param| &*param.name).collect();
                return Err(format!(
                    "{name} is not a parameter of {}, which has [{}]",
                    self.name,
                    known.join(", ")
                ));
            };
            let Some(value) = param.accept(value) else {
                let bounds = param
                    .kind
                    .bounds()
                    .map_or_else(String::new, |bounds| format!(" {bounds}"));
                return Err(format!(
                    "{name} must be {}{bounds}, got {value}",
                    param.kind.type_name()
                ));
            };
            resolved.insert(name, value);
        }
        match self.rules.iter().find(|rule| !rule.holds(&resolved)) {
            Some(rule) => Err(format!("the rule {rule} is broken by {resolved}")),
            None => Ok(resolved),
        }
    }

    /// What contradicts itself in the specification, if anything: a name that is no identifier or stands
    /// twice, a default outside its bounds, a rule about an unknown parameter or broken by the defaults.
    #[must_use]
    pub fn fault(&self) -> Option<String> {
        let identifier = |name: &str| {
            name.starts_with(|c: char| c.is_ascii_lowercase())
                && name
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        };
        if !identifier(&self.name) {
            return Some(format!(
                "the name {:?} is not of lower-case letters, digits and _",
                self.name
            ));
        }
        for (position, param) in self.params.iter().enumerate() {
            let name = &param.name;
            if !identifier(name) {
                return Some(format!(
                    "the parameter name {name:?} is not of lower-case letters, digits and _"
                ));
            }
            if self.params[..position].iter().any(|other| other.name == *name) {
                return Some(format!("the parameter {name} stands twice"));
            }
            if param.accept(&param.default) != Some(param.default.clone()) {
                return Some(format!(
                    "the default {} of {name} is not within its bounds",
                    param.default
                ));
            }
        }
        for rule in &self.rules {
            if let Some(name) = rule
                .names()
                .into_iter()
                .find(|name| self.params.iter().all(|p| p.name != *name))
            {
                return Some(format!(
                    "the rule {rule} is about {name}, which is not a parameter"
                ));
            }
        }
        let defaults = self.defaults();
        self.rules
            .iter()
            .find(|rule| !rule.holds(&defaults))
            .map(|rule| format!("the defaults break the rule {rule}"))
    }
}

impl From<Cow<'static, str>> for ParamValue {
    fn from(value: Cow<'static, str>) -> Self {
        Self::Name(value.into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crossover() -> StrategySpec {
        StrategySpec::signal("ma_crossover", 1, "test")
            .param(ParamSpec::int("fast_period", 10, 1..=500, "bars"))
            .param(ParamSpec::int("slow_period", 30, 2..=1000, "bars"))
            .less("fast_period", "slow_period")
    }

    #[test]
    fn resolves_types_bounds_and_rules() {
        let check = |given: &[(&str, f64)], expect: Result<&str, &str>| {
            let got = crossover().resolve(&Params::from_iter(given.iter().copied()));
            match (got, expect) {
                (Ok(params), Ok(text)) => assert_eq!(params.to_string(), text),
                (Err(message), Err(text)) => assert!(message.contains(text), "{message}"),
                (got, expect) => assert_eq!(format!("{got:?}"), format!("{expect:?}")),
            }
        };
        check(&[], Ok("fast_period=10 slow_period=30"));
        check(&[("fast_period", 5.0)], Ok("fast_period=5 slow_period=30"));
        check(
            &[("fast_period", 0.0)],
            Err("fast_period must be a whole number between 1 and 500, got 0"),
        );
        check(&[("fast", 5.0)], Err("fast is not a parameter of ma_crossover"));
        check(&[("fast_period", 30.0)], Err("fast_period < slow_period"));
    }

    #[test]
    fn tells_a_wrong_specification() {
        assert_eq!(crossover().fault(), None);
        let twice = crossover().param(ParamSpec::int("fast_period", 10, 1..=500, ""));
        assert!(twice.fault().unwrap().contains("stands twice"));
        let outside = crossover().param(ParamSpec::int("x", 0, 1..=5, ""));
        assert!(outside.fault().unwrap().contains("within its bounds"));
        assert!(
            crossover()
                .less("a", "b")
                .fault()
                .unwrap()
                .contains("not a parameter")
        );
        assert!(
            crossover()
                .less("slow_period", "fast_period")
                .fault()
                .unwrap()
                .contains("defaults break")
        );
        assert!(StrategySpec::signal("My Strategy", 1, "").fault().is_some());
    }
}

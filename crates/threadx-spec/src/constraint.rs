//! A condition on parameters.

mod parse;
mod term;

use serde::{Serialize, Serializer};

use crate::{ParamSpec, Params};

use self::term::{Kind, Term, Value};

/// A condition on parameters, such as `fast_period * 2 < slow_period && kind == "ema"`.
///
/// Numbers are compared with `<`, `<=`, `>`, `>=`, `==`, `!=` and calculated with `+`, `-`, `*`, `/`; names stand in
/// quotes and are compared with `==` and `!=`; conditions are put together with `&&` (`and`), `||` (`or`), `!` (`not`)
/// and parentheses. A comparison with a quotient by 0 does not hold, but `!=` does.
///
/// ```
/// use threadx_spec::{Constraint, Params};
///
/// let constraint = Constraint::parse("fast_period * 2 < slow_period")?;
/// let params = |fast: i64, slow: i64| Params::from_iter([("fast_period", fast), ("slow_period", slow)]);
/// assert!(constraint.holds(&params(10, 30)));
/// assert!(!constraint.holds(&params(15, 30)));
/// assert_eq!(
///     Constraint::parse("fast_period <").unwrap_err(),
///     "expected a number, a name, a text in quotes or ( at its end"
/// );
/// # Ok::<(), String>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Constraint {
    text: String,
    term: Term,
}

impl Constraint {
    /// Most characters of a condition.
    pub const MAX_LENGTH: usize = 1000;

    /// Reads a condition.
    ///
    /// # Errors
    ///
    /// What was expected and where, as a clause.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.chars().count() > Self::MAX_LENGTH {
            return Err(format!("expected at most {} characters", Self::MAX_LENGTH));
        }
        Ok(Self {
            text: text.to_owned(),
            term: parse::parse(text)?,
        })
    }

    /// Checks that the condition is one, and that its parameters are those of a strategy.
    ///
    /// # Errors
    ///
    /// What is wrong with it, as a clause.
    pub fn check(&self, params: &[ParamSpec]) -> Result<(), String> {
        match self.term.kind(params)? {
            Kind::Boolean => Ok(()),
            kind => Err(format!("expected a comparison, found {}", kind.name())),
        }
    }

    /// Whether the parameters meet the condition. Where a parameter is absent or of another type, they do not.
    #[must_use]
    pub fn holds(&self, params: &Params) -> bool {
        matches!(self.term.value(params), Some(Value::Boolean(true)))
    }

    /// The condition as it was written, without blanks around it.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl std::fmt::Display for Constraint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

impl Serialize for Constraint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ParamValue;

    fn params() -> Params {
        let mut params = Params::from_iter([("fast", 10), ("slow", 30)]);
        params.insert("std", 1.5);
        params.insert("kind", "ema");
        params.insert("trailing", true);
        params
    }

    #[test]
    fn means_what_it_says() {
        let check = |text: &str, expect: bool| {
            let constraint = Constraint::parse(text).unwrap();
            assert_eq!(constraint.holds(&params()), expect, "{text}");
        };
        check("fast < slow", true);
        check("fast*3 < slow", false);
        check("fast*3 <= slow", true);
        check("slow - fast - 5 == 15", true);
        check("slow / fast / 3 == 1", true);
        check("-fast + slow > 2 * (4 + 5)", true);
        check("fast < slow && std >= 1.5", true);
        check("fast > slow or std >= 1.5 and kind == \"ema\"", true);
        check("(fast > slow or std >= 1.5) and kind != 'ema'", false);
        check("not trailing || !(fast != 10)", true);
        check("trailing == true", true);
        check("trailing", true);
        check("fast / 0 > 1 || fast / 0 < 1 || fast / 0 == 1", false);
        check("fast / 0 != 1", true);
        check("1e1 == fast", true);
        check("unknown < 3", false);
        check("kind < 3", false);
    }

    #[test]
    fn tells_what_is_wrong() {
        let check = |text: &str, expect: &str| {
            let error = Constraint::parse(text).unwrap_err();
            assert!(error.contains(expect), "{text}: {error}");
        };
        check("", "expected a number, a name, a text in quotes or ( at its end");
        check("fast <", "at its end");
        check("fast < < slow", "before \"< slow\"");
        check("fast = slow", "expected an operator before \"= slow\"");
        check("fast < slow < 5", "expected an operator before \"< 5\"");
        check("(fast < slow", "expected ) at its end");
        check("fast < slow)", "expected an operator before \")\"");
        check("kind == 'ema", "a text in quotes that ends");
        check("fast < 1.2.3", "a number before \"1.2.3\"");
        check("fast < 1e999", "a finite number before");
        check(&"(".repeat(200), "fewer parentheses");
        check(&"!".repeat(200), "fewer parentheses");
        check(&"1".repeat(1001), "at most 1000 characters");
    }

    #[test]
    fn is_held_against_the_parameters_of_a_strategy() {
        let specs = [
            ParamSpec::int("fast", 10, 1..=500, ""),
            ParamSpec::float("std", 2.0, 0.1..=10.0, ""),
            ParamSpec::name("kind", "sma", &["sma", "ema"], ""),
        ];
        let check = |text: &str, expect: &str| {
            let got = Constraint::parse(text).unwrap().check(&specs);
            match got {
                Ok(()) => assert_eq!(expect, "", "{text}"),
                Err(error) => assert!(!expect.is_empty() && error.contains(expect), "{text}: {error}"),
            }
        };
        check("fast < std * 2 && kind == 'ema'", "");
        check("fast < slo", "slo is not a parameter; there are fast, kind, std");
        check("fast + 1", "expected a comparison, found a number");
        check("kind", "expected a comparison, found a name");
        check("kind < 'x'", "a name cannot be");
        check("kind == 3", "a name cannot be compared with a number");
        check("fast && std > 1", "expected a comparison, found a number");
        check("!fast", "expected a comparison, found a number");
        check("-kind == 'x'", "a name cannot be");
    }

    #[test]
    fn goes_over_the_wire_as_its_text() {
        let constraint = Constraint::parse("  fast<slow ").unwrap();
        assert_eq!(serde_json::to_string(&constraint).unwrap(), "\"fast<slow\"");
        assert_eq!(Constraint::parse(constraint.text()).unwrap(), constraint);
        assert_eq!(ParamValue::from("x").type_name(), "a name");
    }
}

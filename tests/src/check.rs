//! Something that has to hold.

use serde::Serialize;

/// Something that has to hold.
#[derive(Debug, Clone, Serialize)]
pub struct Check {
    /// What has to hold.
    pub rule: &'static str,
    /// Whether it does.
    pub holds: bool,
    /// What was found, if it does not.
    pub found: String,
}

impl Check {
    /// Says whether `rule` holds, and what was found if it does not.
    pub(crate) fn new(rule: &'static str, holds: bool, found: impl FnOnce() -> String) -> Self {
        Self {
            rule,
            holds,
            found: if holds { String::new() } else { found() },
        }
    }
}

/// One line per rule that does not hold, or one that says that all do.
pub(crate) struct Verdict<'a>(pub(crate) &'a [Check]);

impl std::fmt::Display for Verdict<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut broken = self.0.iter().filter(|check| !check.holds).peekable();
        if broken.peek().is_none() {
            return writeln!(f, "everything holds");
        }
        broken.try_for_each(|check| writeln!(f, "BROKEN        {}: {}", check.rule, check.found))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_broken_is_told_and_nothing_else() {
        let holds = Check::new("first", true, || "nothing".to_owned());
        let broken = Check::new("second", false, || "3 of 4".to_owned());
        assert_eq!(
            Verdict(std::slice::from_ref(&holds)).to_string(),
            "everything holds\n"
        );
        let text = Verdict(&[holds, broken]).to_string();
        assert_eq!(text, "BROKEN        second: 3 of 4\n");
    }
}

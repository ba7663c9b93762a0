//! The figures that a program has written.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::error::Error;
use crate::program::Program;

/// What a program was asked for, and what it found.
#[derive(Debug, Clone)]
pub(super) struct Figures {
    /// As it would be typed.
    pub(super) command: String,
    /// Whether it found that everything holds.
    pub(super) passed: bool,
    document: Value,
}

impl Figures {
    /// Runs a program and reads the figures that it writes into `directory`.
    ///
    /// # Errors
    ///
    /// When it does not build or start, or writes no figures.
    pub(super) fn measure(program: Program, arguments: &[&str], directory: &Path) -> Result<Self, Error> {
        let path = directory.join(format!("{}.json", program.name()));
        let file = path.to_string_lossy();
        program.run(&[arguments, &["--json", &file]].concat())?;
        // Gone afterwards, so that no run reads the figures of another one.
        let text = fs::read(&path).and_then(|text| fs::remove_file(&path).map(|()| text));
        let text = text.map_err(|source| Error::Read {
            path: path.clone(),
            source,
        })?;
        let typed = [&["cargo xtask", program.name()], arguments].concat();
        Self::new(typed.join(" "), &text, path)
    }

    fn new(command: String, text: &[u8], path: PathBuf) -> Result<Self, Error> {
        let document: Value =
            serde_json::from_slice(text).map_err(|source| Error::Figures { path, source })?;
        let checks = document["checks"].as_array();
        let passed = checks.is_some_and(|checks| checks.iter().all(|check| check["holds"] == true));
        Ok(Self {
            command,
            passed,
            document,
        })
    }

    /// A number by its place, such as `/ledger/succeeded`; a dash where there is none.
    pub(super) fn count(&self, place: &str) -> String {
        self.at(place).as_u64().map_or_else(|| "–".to_owned(), thousands)
    }

    /// A number by its place, in units of `unit`, to `digits` digits behind the point.
    pub(super) fn number(&self, place: &str, unit: f64, digits: usize) -> String {
        self.value(place)
            .map_or_else(|| "–".to_owned(), |value| format!("{:.digits$}", value / unit))
    }

    pub(super) fn mebibytes(&self, place: &str) -> String {
        self.number(place, f64::from(1 << 20), 1)
    }

    pub(super) fn value(&self, place: &str) -> Option<f64> {
        self.at(place).as_f64()
    }

    pub(super) fn text(&self, place: &str) -> &str {
        self.at(place).as_str().unwrap_or("–")
    }

    pub(super) fn holds(&self, place: &str) -> bool {
        self.at(place) == &Value::Bool(true)
    }

    fn at(&self, place: &str) -> &Value {
        self.document.pointer(place).unwrap_or(&Value::Null)
    }
}

/// 1234567 as `1,234,567`.
pub(super) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
impl Figures {
    pub(super) fn of(command: &str, document: &Value) -> Self {
        Self::new(
            command.to_owned(),
            document.to_string().as_bytes(),
            PathBuf::new(),
        )
        .unwrap()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_are_grouped() {
        for (number, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(thousands(number), text);
        }
    }

    #[test]
    fn what_is_not_there_is_a_dash() {
        let figures = Figures::of("c", &json!({"a": {"b": 2_097_152, "c": null}, "checks": []}));
        assert_eq!(figures.count("/a/b"), "2,097,152");
        assert_eq!(figures.mebibytes("/a/b"), "2.0");
        assert_eq!(
            [figures.count("/a/c"), figures.number("/a/d", 1.0, 1)],
            ["–", "–"]
        );
    }

    #[test]
    fn without_checks_nothing_was_passed() {
        let passed = |document| Figures::of("c", &document).passed;
        assert!(passed(json!({"checks": [{"holds": true}]})));
        assert!(!passed(json!({"checks": [{"holds": true}, {"holds": false}]})));
        assert!(!passed(json!({})));
    }
}

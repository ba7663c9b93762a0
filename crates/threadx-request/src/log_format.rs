//! The form in which log events are written.

use serde::Serialize;

/// The form in which log events are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// A line of text each.
    #[default]
    Text,
    /// A line of JSON each.
    Json,
}

impl LogFormat {
    /// Every form.
    pub const ALL: [Self; 2] = [Self::Text, Self::Json];

    /// The name in settings.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
        }
    }
}

impl std::fmt::Display for LogFormat {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

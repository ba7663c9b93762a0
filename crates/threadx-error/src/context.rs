//! What was being done when an error arose.

use serde::ser::{Serialize, SerializeMap, Serializer};

/// What was being done when an error arose: the operation and what it was done to.
///
/// Layers fill it in on the way up; an inner layer's entry wins, because it knows more.
/// Serialises as a map with the present entries in a fixed order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context {
    operation: Option<String>,
    token: Option<String>,
    timeframe: Option<String>,
    strategy: Option<String>,
    indicator: Option<String>,
    path: Option<String>,
    task_id: Option<u64>,
}

macro_rules! text_entries {
    ($($name:ident, $set:ident, $doc:literal;)*) => {
        $(
            #[doc = $doc]
            #[must_use]
            pub fn $name(&self) -> Option<&str> {
                self.$name.as_deref()
            }

            pub(crate) fn $set(&mut self, value: impl Into<String>) {
                self.$name.get_or_insert_with(|| value.into());
            }
        )*
    };
}

impl Context {
    text_entries! {
        operation, set_operation, "What was being done, for example `backtest` or `read_csv`.";
        token, set_token, "The token (market symbol) it was done to.";
        timeframe, set_timeframe, "The timeframe of the bars, for example `1h`.";
        strategy, set_strategy, "The strategy that ran.";
        indicator, set_indicator, "The indicator that was computed.";
        path, set_path, "The file that was read or written.";
    }

    /// The coordinator's number of the task.
    #[must_use]
    pub const fn task_id(&self) -> Option<u64> {
        self.task_id
    }

    pub(crate) fn set_task_id(&mut self, id: u64) {
        self.task_id.get_or_insert(id);
    }

    /// The present text entries as (name, value), in a fixed order; the task id is apart.
    pub fn entries(&self) -> impl Iterator<Item = (&'static str, &str)> {
        [
            ("operation", self.operation()),
            ("token", self.token()),
            ("timeframe", self.timeframe()),
            ("strategy", self.strategy()),
            ("indicator", self.indicator()),
            ("path", self.path()),
        ]
        .into_iter()
        .filter_map(|(name, value)| value.map(|value| (name, value)))
    }
}

impl Serialize for Context {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, value) in self.entries() {
            map.serialize_entry(name, value)?;
        }
        if let Some(id) = self.task_id {
            map.serialize_entry("task_id", &id)?;
        }
        map.end()
    }
}

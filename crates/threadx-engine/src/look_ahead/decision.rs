//! What a strategy of either kind decides at a close.

use serde::ser::{Serialize, Serializer};

use crate::Orders;

/// What a strategy of either kind decides at the close of one bar. Prints and serialises as text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Decision {
    /// The masks of a signal strategy at that bar.
    Signals {
        /// Enter long.
        long_entry: bool,
        /// Leave a long position.
        long_exit: bool,
        /// Enter short.
        short_entry: bool,
        /// Leave a short position.
        short_exit: bool,
    },
    /// The orders of a bar-by-bar strategy.
    Orders(Orders),
}

impl Default for Decision {
    fn default() -> Self {
        Self::Orders(Orders::default())
    }
}

impl Decision {
    /// Whether nothing is decided.
    #[must_use]
    pub fn is_none(&self) -> bool {
        match self {
            Self::Signals {
                long_entry,
                long_exit,
                short_entry,
                short_exit,
            } => !(*long_entry || *long_exit || *short_entry || *short_exit),
            Self::Orders(orders) => *orders == Orders::default(),
        }
    }
}

impl std::fmt::Display for Decision {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.is_none() {
            return f.write_str("nothing");
        }
        let parts: Vec<String> = match self {
            Self::Signals {
                long_entry,
                long_exit,
                short_entry,
                short_exit,
            } => [
                (long_entry, "long entry"),
                (long_exit, "long exit"),
                (short_entry, "short entry"),
                (short_exit, "short exit"),
            ]
            .into_iter()
            .filter(|(set, _)| **set)
            .map(|(_, name)| name.to_owned())
            .collect(),
            Self::Orders(orders) => [
                orders.exit.map(|reason| format!("exit ({reason})")),
                orders.entry.map(|entry| {
                    let stop = entry.stop.map(|stop| format!(" with {stop:?}"));
                    format!("{} entry{}", entry.side, stop.unwrap_or_default())
                }),
                orders.stop.map(|stop| format!("stop at {stop}")),
            ]
            .into_iter()
            .flatten()
            .collect(),
        };
        f.write_str(&parts.join(", "))
    }
}

impl Serialize for Decision {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

//! How combinations are drawn.

use serde::{Deserialize, Serialize};

/// How the combinations of a sample are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SampleMethod {
    /// Uniformly, without replacement.
    #[default]
    Random,
    /// Each axis is cut into as many strata as there are draws, and each stratum is drawn once (`McKay`, Beckman and
    /// Conover, 1979).
    LatinHypercube,
    /// By an Owen-scrambled Sobol sequence (Sobol, 1967; Owen, 1995).
    Sobol,
}

impl SampleMethod {
    /// Every value with its wire name.
    pub const NAMES: [(&'static str, Self); 3] = [
        ("random", Self::Random),
        ("latin_hypercube", Self::LatinHypercube),
        ("sobol", Self::Sobol),
    ];

    /// The wire name, `snake_case`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Random => "random",
            Self::LatinHypercube => "latin_hypercube",
            Self::Sobol => "sobol",
        }
    }
}

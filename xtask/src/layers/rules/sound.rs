//! A sound workspace of four members, for tests to spoil.

use crate::layers::table::LayerTable;
use crate::layers::violation::Violation;
use crate::workspace::{Dependency, Member};

const TABLE: &str = "\
| layer | crate | owns | may depend on |
| --- | --- | --- | --- |
| 0 | `low` | x | – |
| 1 | `middle` | x | `low` |
| 2 | `planned` | x | `low` |
| 2 | `high` | x | layers 0–1 |
| – | `tool` | x | – |
";

pub(super) const MANIFEST: &str = "\
[package]
version.workspace = true
edition.workspace = true
rust-version.workspace = true
license.workspace = true
[lints]
workspace = true
[dependencies]
serde.workspace = true
[target.'cfg(windows)'.dev-dependencies]
toml = { workspace = true, features = [\"parse\"] }
";

fn member(name: &str, dependencies: &[&str]) -> Member {
    let dependencies = dependencies.iter().chain(&["serde"]);
    Member {
        name: name.to_owned(),
        description: Some("What it owns".to_owned()),
        manifest: MANIFEST.parse().unwrap(),
        dependencies: dependencies
            .map(|&package| Dependency {
                package: package.to_owned(),
                table: "dependencies",
            })
            .collect(),
        library: Some("//! Its job.\n//!\n//! # Invariants\n".to_owned()),
    }
}

/// Checks a sound workspace after `doctor` was at its table and at its members low, middle, high, tool.
pub(super) fn check_doctored(doctor: impl FnOnce(&mut String, &mut [Member; 4])) -> Vec<Violation> {
    let mut table = TABLE.to_owned();
    let mut members = [
        member("low", &[]),
        member("middle", &["low"]),
        member("high", &["low", "middle"]),
        Member {
            library: None,
            ..member("tool", &[])
        },
    ];
    doctor(&mut table, &mut members);
    super::check(&LayerTable::parse(&table).unwrap(), &members)
}

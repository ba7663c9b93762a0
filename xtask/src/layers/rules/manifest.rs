//! What a member's `Cargo.toml` has to take from the workspace.

use crate::layers::violation::Violation;
use crate::workspace::Member;

/// What every member takes from `[workspace.package]`, so that it cannot differ between crates.
const INHERITED: [&str; 4] = ["version", "edition", "rust-version", "license"];
const DEPENDENCY_TABLES: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];

/// Lints, version, edition and licence come from the workspace, and the crate says what it is.
pub(super) fn manifest_follows_the_workspace(member: &Member) -> Vec<Violation> {
    let mut violations = Vec::new();
    if !member.manifest.get("lints").is_some_and(is_inherited) {
        violations.push(Violation::Lints {
            member: member.name.clone(),
        });
    }
    let package = member.manifest.get("package");
    for key in INHERITED {
        if !package
            .and_then(|package| package.get(key))
            .is_some_and(is_inherited)
        {
            violations.push(Violation::OwnKey {
                member: member.name.clone(),
                key,
            });
        }
    }
    if member
        .description
        .as_deref()
        .is_none_or(|description| description.trim().is_empty())
    {
        violations.push(Violation::NoDescription {
            member: member.name.clone(),
        });
    }
    violations
}

/// A dependency's version stands once, in `[workspace.dependencies]`.
pub(super) fn versions_stand_in_the_workspace(member: &Member) -> Vec<Violation> {
    let targets = member.manifest.get("target").and_then(toml::Value::as_table);
    let per_target = targets
        .into_iter()
        .flat_map(toml::Table::values)
        .filter_map(toml::Value::as_table);
    let mut violations = Vec::new();
    for tables in std::iter::once(&member.manifest).chain(per_target) {
        for table in DEPENDENCY_TABLES {
            let entries = tables.get(table).and_then(toml::Value::as_table);
            for (dependency, entry) in entries.into_iter().flatten() {
                if !is_inherited(entry) {
                    let (member, dependency) = (member.name.clone(), dependency.clone());
                    violations.push(Violation::OwnVersion { member, dependency });
                }
            }
        }
    }
    violations
}

fn is_inherited(value: &toml::Value) -> bool {
    value.get("workspace").and_then(toml::Value::as_bool) == Some(true)
}

#[cfg(test)]
mod tests {
    use super::super::sound::{MANIFEST, check_doctored};
    use super::*;

    #[test]
    fn a_manifest_that_goes_its_own_way_is_found() {
        let member = || "low".to_owned();
        let own_key = |key| Violation::OwnKey {
            member: member(),
            key,
        };
        let own_version = |dependency: &str| Violation::OwnVersion {
            member: member(),
            dependency: dependency.to_owned(),
        };
        let cases = [
            (
                "[lints]\nworkspace = true\n",
                "",
                Violation::Lints { member: member() },
            ),
            (
                "[lints]\nworkspace = true\n",
                "[lints]\nworkspace = false\n",
                Violation::Lints { member: member() },
            ),
            (
                "version.workspace = true\nedition",
                "version = \"9.9.9\"\nedition",
                own_key("version"),
            ),
            (
                "edition.workspace = true\n",
                "edition = \"2021\"\n",
                own_key("edition"),
            ),
            ("rust-version.workspace = true\n", "", own_key("rust-version")),
            (
                "license.workspace = true\n",
                "license = \"MIT\"\n",
                own_key("license"),
            ),
            (
                "serde.workspace = true\n",
                "serde = \"1\"\n",
                own_version("serde"),
            ),
            (
                "{ workspace = true, features = [\"parse\"] }",
                "{ version = \"1\" }",
                own_version("toml"),
            ),
        ];
        for (from, to, expected) in cases {
            assert!(MANIFEST.contains(from), "{from}");
            let found = check_doctored(|_, members| {
                members[0].manifest = MANIFEST.replacen(from, to, 1).parse().unwrap();
            });
            assert_eq!(found, [expected], "{to}");
        }
    }

    #[test]
    fn a_member_that_does_not_say_what_it_is_is_found() {
        for description in [None, Some(" ".to_owned())] {
            let found = check_doctored(|_, members| members[3].description = description);
            assert_eq!(
                found,
                [Violation::NoDescription {
                    member: "tool".to_owned()
                }]
            );
        }
    }
}

//! Who may depend on whom.

use crate::layers::table::{Allowed, LayerTable, Row};
use crate::layers::violation::Violation;
use crate::workspace::Member;

/// A row names crates of lower layers only, so that the table itself cannot hold a cycle.
pub(super) fn row_is_downward(table: &LayerTable, row: &Row) -> Vec<Violation> {
    let lower = |layer: u8| row.layer.is_none_or(|own| layer < own);
    match &row.allowed {
        Allowed::Layers(layers) if lower(*layers.end()) => Vec::new(),
        Allowed::Layers(layers) => {
            vec![Violation::NotLower {
                row: row.name.clone(),
                listed: format!("layer {}", layers.end()),
            }]
        }
        Allowed::Crates(names) => {
            let judge = |listed: &String| match table.row(listed) {
                None => Some(Violation::UnknownInRow {
                    row: row.name.clone(),
                    listed: listed.clone(),
                }),
                Some(other) if other.layer.is_some_and(lower) => None,
                Some(_) => Some(Violation::NotLower {
                    row: row.name.clone(),
                    listed: listed.clone(),
                }),
            };
            names.iter().filter_map(judge).collect()
        }
    }
}

/// Each member has a row, and depends on no other own crate than its row names.
pub(super) fn edges_are_in_the_table(
    table: &LayerTable,
    member: &Member,
    members: &[Member],
) -> Vec<Violation> {
    if table.row(&member.name).is_none() {
        // Without a row every edge would be a violation too, and say nothing more.
        return vec![Violation::NoRow {
            member: member.name.clone(),
        }];
    }
    let own = |name: &str| members.iter().any(|member| member.name == name) || table.row(name).is_some();
    let mut violations = Vec::new();
    for dependency in &member.dependencies {
        if own(&dependency.package) && !table.allows(&member.name, &dependency.package) {
            violations.push(Violation::Edge {
                from: member.name.clone(),
                to: dependency.package.clone(),
                table: dependency.table,
            });
        }
    }
    violations
}

#[cfg(test)]
mod tests {
    use super::super::sound::check_doctored;
    use super::*;
    use crate::workspace::Dependency;

    fn edge(from: &str, to: &str, table: &'static str) -> Violation {
        Violation::Edge {
            from: from.to_owned(),
            to: to.to_owned(),
            table,
        }
    }

    #[test]
    fn an_edge_that_the_row_does_not_name_is_found_in_every_table() {
        for table in ["dependencies", "dev-dependencies", "build-dependencies"] {
            for (from, name, to) in [
                (0, "low", "high"),
                (1, "middle", "middle"),
                (2, "high", "tool"),
                (3, "tool", "low"),
            ] {
                let found = check_doctored(|_, members| {
                    members[from].dependencies.push(Dependency {
                        package: to.to_owned(),
                        table,
                    });
                });
                assert_eq!(found, [edge(name, to, table)]);
            }
        }
    }

    #[test]
    fn a_row_that_lost_a_name_makes_the_edge_a_violation() {
        let found = check_doctored(|table, _| {
            *table = table.replace("| `middle` | x | `low` |", "| `middle` | x | – |");
        });
        assert_eq!(found, [edge("middle", "low", "dependencies")]);
    }

    #[test]
    fn a_member_without_a_row_is_found_and_so_is_who_uses_it() {
        let found = check_doctored(|table, _| *table = table.replace("| 1 | `middle` | x | `low` |\n", ""));
        let no_row = Violation::NoRow {
            member: "middle".to_owned(),
        };
        assert_eq!(found, [no_row, edge("high", "middle", "dependencies")]);
    }

    #[test]
    fn a_row_may_name_only_what_lies_below_it() {
        let not_lower = |row: &str, listed: &str| Violation::NotLower {
            row: row.to_owned(),
            listed: listed.to_owned(),
        };
        let unknown = Violation::UnknownInRow {
            row: "middle".to_owned(),
            listed: "lost".to_owned(),
        };
        let cases = [
            (
                "| 1 | `middle` | x | `low`, `high` |",
                not_lower("middle", "high"),
            ),
            (
                "| 1 | `middle` | x | `low`, `middle` |",
                not_lower("middle", "middle"),
            ),
            (
                "| 1 | `middle` | x | `low`, `tool` |",
                not_lower("middle", "tool"),
            ),
            (
                "| 1 | `middle` | x | layers 0–1 |",
                not_lower("middle", "layer 1"),
            ),
            ("| 1 | `middle` | x | `low`, `lost` |", unknown),
        ];
        for (row, expected) in cases {
            let found =
                check_doctored(|table, _| *table = table.replace("| 1 | `middle` | x | `low` |", row));
            assert_eq!(found, [expected], "{row}");
        }
    }
}

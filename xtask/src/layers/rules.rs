//! The rules that table and members are held to.

mod edges;
mod invariants;
mod manifest;
#[cfg(test)]
mod sound;

use crate::workspace::Member;

use super::table::LayerTable;
use super::violation::Violation;

/// All violations, those of the table first, then member by member.
pub(crate) fn check(table: &LayerTable, members: &[Member]) -> Vec<Violation> {
    let rows = table
        .rows
        .iter()
        .flat_map(|row| edges::row_is_downward(table, row));
    let members = members.iter().flat_map(|member| {
        let mut violations = edges::edges_are_in_the_table(table, member, members);
        violations.extend(manifest::manifest_follows_the_workspace(member));
        violations.extend(manifest::versions_stand_in_the_workspace(member));
        violations.extend(invariants::invariants_are_stated(table, member));
        violations
    });
    rows.chain(members).collect()
}

#[cfg(test)]
mod tests {
    use super::sound::check_doctored;

    #[test]
    fn a_sound_workspace_passes_with_a_row_that_has_no_crate_yet() {
        assert_eq!(check_doctored(|_, _| ()), []);
    }

    #[test]
    fn all_violations_come_at_once() {
        let found = check_doctored(|_, members| {
            members[0].description = None;
            members[1].manifest = toml::Table::new();
            members[2].library = None;
        });
        // The empty manifest lacks the lints and the four keys that are inherited.
        assert_eq!(found.len(), 7);
    }
}

//! What a crate's docs have to say.

use crate::layers::table::LayerTable;
use crate::layers::violation::Violation;
use crate::workspace::Member;

/// The docs of a layered crate have the heading under which its invariants stand.
pub(super) fn invariants_are_stated(table: &LayerTable, member: &Member) -> Option<Violation> {
    let layered = table.row(&member.name).is_some_and(|row| row.layer.is_some());
    let stated = |library: &String| library.lines().any(|line| line == "//! # Invariants");
    (layered && !member.library.as_ref().is_some_and(stated)).then(|| Violation::NoInvariants {
        member: member.name.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::sound::check_doctored;
    use super::*;

    #[test]
    fn a_layered_crate_without_stated_invariants_is_found() {
        for library in [None, Some("//! Its job and # Invariants.\n".to_owned())] {
            let found = check_doctored(|_, members| members[1].library = library);
            assert_eq!(
                found,
                [Violation::NoInvariants {
                    member: "middle".to_owned()
                }]
            );
        }
    }
}

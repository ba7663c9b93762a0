//! `cargo xtask layers`: the layer table of `docs/architecture.md` against the workspace.

mod picture;
mod rules;
mod table;
mod violation;

use std::fs;
use std::io::Write;
use std::path::Path;

use crate::error::Error;
use crate::workspace::Workspace;

use self::table::LayerTable;
use self::violation::Violation;

pub(crate) use self::picture::PictureError;
pub(crate) use self::table::TableError;

const PAGE: &str = "docs/architecture.md";

/// Checks the workspace that the current directory lies in; with `write` it first redraws the picture.
///
/// # Errors
///
/// [`Error::Layers`] after every violation was printed, or whatever keeps the check from being made.
pub(crate) fn run(write: bool, out: &mut impl Write) -> Result<(), Error> {
    let workspace = Workspace::load(Path::new("."))?;
    let path = workspace.root.join(PAGE);
    let mut page = fs::read_to_string(&path).map_err(|source| Error::Read {
        path: path.clone(),
        source,
    })?;
    if write {
        page = redraw(&page)?;
        fs::write(&path, &page).map_err(|source| Error::Write { path, source })?;
    }
    report(&workspace, &check(&page, &workspace)?, out)
}

/// Everything in which workspace, table and picture do not agree.
fn check(page: &str, workspace: &Workspace) -> Result<Vec<Violation>, Error> {
    let mut violations = rules::check(&parse(page)?, &workspace.members);
    // By lines, because a checkout may end them in another way.
    if !redraw(page)?.lines().eq(page.lines()) {
        violations.push(Violation::PictureDiffers);
    }
    Ok(violations)
}

fn redraw(page: &str) -> Result<String, Error> {
    let picture = picture::draw(&parse(page)?);
    picture::replace(page, &picture).map_err(|source| Error::Picture { page: PAGE, source })
}

fn parse(page: &str) -> Result<LayerTable, Error> {
    LayerTable::parse(page).map_err(|source| Error::Table { page: PAGE, source })
}

fn report(workspace: &Workspace, violations: &[Violation], out: &mut impl Write) -> Result<(), Error> {
    if violations.is_empty() {
        writeln!(
            out,
            "layers: {} members agree with {PAGE}",
            workspace.members.len()
        )?;
        return Ok(());
    }
    for violation in violations {
        writeln!(out, "- {violation}")?;
    }
    Err(Error::Layers {
        page: PAGE,
        count: violations.len(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn real() -> (String, Workspace) {
        let workspace = Workspace::load(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
        let page = fs::read_to_string(workspace.root.join(PAGE)).unwrap();
        (page, workspace)
    }

    #[test]
    fn this_workspace_keeps_its_own_law() {
        let (page, workspace) = real();
        assert!(
            workspace.members.len() > 2,
            "the check must have something to look at"
        );
        assert_eq!(check(&page, &workspace).unwrap(), []);
    }

    #[test]
    fn a_picture_that_does_not_show_the_table_is_found_and_mended() {
        let (page, workspace) = real();
        // The engine moves up a layer in the table; the picture still shows it where it was.
        let doctored = page.replacen("| 4 | `threadx-engine`", "| 5 | `threadx-engine`", 1);
        assert_ne!(doctored, page);
        assert!(
            check(&doctored, &workspace)
                .unwrap()
                .contains(&Violation::PictureDiffers)
        );

        let mended = redraw(&doctored).unwrap();
        assert!(
            !check(&mended, &workspace)
                .unwrap()
                .contains(&Violation::PictureDiffers)
        );
    }

    #[test]
    fn every_violation_is_printed_before_the_check_fails() {
        let (_, workspace) = real();
        let violations = [
            Violation::PictureDiffers,
            Violation::NoRow {
                member: "stray".to_owned(),
            },
        ];
        let mut out = Vec::new();
        let error = report(&workspace, &violations, &mut out).unwrap_err();
        assert!(matches!(error, Error::Layers { count: 2, .. }));
        let printed = String::from_utf8(out).unwrap();
        assert_eq!(printed.lines().count(), 2);
        assert!(
            violations
                .iter()
                .all(|violation| printed.contains(&violation.to_string()))
        );
    }
}

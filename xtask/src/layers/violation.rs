//! One way in which the workspace departs from its architecture.

/// What is wrong, where, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Violation {
    #[error(
        "{row} may depend on {listed} by its row, but {listed} has no row: correct the name or give it a row"
    )]
    UnknownInRow { row: String, listed: String },
    #[error(
        "{row} may depend on {listed} by its row, but {listed} is not in a lower layer: move one of them, or split what both need into a lower crate"
    )]
    NotLower { row: String, listed: String },
    #[error("{member} has no row in the layer table: give it one, and say in the commit what it keeps apart")]
    NoRow { member: String },
    #[error(
        "{from} names {to} in [{table}], which its row does not allow: move what needs it, or change the row and say why in the commit"
    )]
    Edge {
        from: String,
        to: String,
        table: &'static str,
    },
    #[error(
        "{member} does not take the workspace's lints: add `[lints]` with `workspace = true` to its Cargo.toml"
    )]
    Lints { member: String },
    #[error("{member} sets its own {key}: write `{key}.workspace = true` in its Cargo.toml")]
    OwnKey { member: String, key: &'static str },
    #[error("{member} has no description: say in its Cargo.toml in one clause what it owns")]
    NoDescription { member: String },
    #[error(
        "{member} names {dependency} with a version or path of its own: enter it in [workspace.dependencies] and write `{dependency}.workspace = true`"
    )]
    OwnVersion { member: String, dependency: String },
    #[error("{member} states no invariants: add the heading `# Invariants` to the docs of its lib.rs")]
    NoInvariants { member: String },
    #[error("the picture of the layers does not show the table: run `cargo xtask layers --write`")]
    PictureDiffers,
}

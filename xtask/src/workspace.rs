//! The workspace as `cargo metadata` and the members' manifests describe it.

use std::fs;
use std::path::{Path, PathBuf};

use cargo_metadata::{DependencyKind, MetadataCommand, Package};

use crate::cargo;
use crate::error::Error;

/// The members of a workspace, in order of their names.
#[derive(Debug, Clone)]
pub(crate) struct Workspace {
    pub(crate) root: PathBuf,
    pub(crate) members: Vec<Member>,
}

/// One package of the workspace.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    /// As it stands in `Cargo.toml`: metadata no longer shows what was inherited from the workspace.
    pub(crate) manifest: toml::Table,
    /// Of every kind and every target, optional ones too.
    pub(crate) dependencies: Vec<Dependency>,
    /// The text of the library's root, if the package has a library.
    pub(crate) library: Option<String>,
}

/// One entry of a manifest's dependency tables.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Dependency {
    /// The package's own name, also where the manifest renames it.
    pub(crate) package: String,
    /// The table that it stands in.
    pub(crate) table: &'static str,
}

impl Workspace {
    /// Reads the workspace that `directory` lies in, without building or resolving anything.
    ///
    /// # Errors
    ///
    /// Whatever keeps `cargo metadata` from answering, or a manifest or library that cannot be read.
    pub(crate) fn load(directory: &Path) -> Result<Self, Error> {
        let metadata = MetadataCommand::new()
            .cargo_path(cargo::path())
            .current_dir(directory)
            .no_deps()
            .exec()
            .map_err(Error::Metadata)?;
        let packages = metadata.workspace_packages();
        let mut members = packages
            .into_iter()
            .map(Member::read)
            .collect::<Result<Vec<_>, _>>()?;
        members.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Self {
            root: metadata.workspace_root.into_std_path_buf(),
            members,
        })
    }
}

impl Member {
    fn read(package: &Package) -> Result<Self, Error> {
        let manifest_path = package.manifest_path.as_std_path();
        let manifest = read(manifest_path)?.parse().map_err(|source| Error::Manifest {
            path: manifest_path.to_owned(),
            source: Box::new(source),
        })?;
        let library = package.targets.iter().find(|target| target.is_lib());
        Ok(Self {
            name: package.name.to_string(),
            description: package.description.clone(),
            manifest,
            dependencies: package.dependencies.iter().map(Dependency::of).collect(),
            library: library
                .map(|target| read(target.src_path.as_std_path()))
                .transpose()?,
        })
    }
}

impl Dependency {
    fn of(dependency: &cargo_metadata::Dependency) -> Self {
        let table = match dependency.kind {
            DependencyKind::Development => "dev-dependencies",
            DependencyKind::Build => "build-dependencies",
            DependencyKind::Normal | DependencyKind::Unknown => "dependencies",
        };
        Self {
            package: dependency.name.clone(),
            table,
        }
    }
}

fn read(path: &Path) -> Result<String, Error> {
    fs::read_to_string(path).map_err(|source| Error::Read {
        path: path.to_owned(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes a workspace of two packages, `low` and `high`; `high` is given `tables`.
    fn workspace(tables: &str) -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = directory.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write(
            "Cargo.toml",
            "[workspace]\nresolver = \"3\"\nmembers = [\"low\", \"high\"]\n",
        );
        write(
            "low/Cargo.toml",
            "[package]\nname = \"low\"\nedition = \"2024\"\n",
        );
        write("low/src/lib.rs", "//! The low one.\n");
        write(
            "high/Cargo.toml",
            &format!("[package]\nname = \"high\"\nedition = \"2024\"\ndescription = \"High\"\n{tables}"),
        );
        write("high/src/main.rs", "fn main() {}\n");
        directory
    }

    #[test]
    fn members_come_with_manifest_library_and_description() {
        let directory = workspace("");
        let workspace = Workspace::load(&directory.path().join("low")).unwrap();
        assert_eq!(workspace.root, directory.path().canonicalize().unwrap());
        let [high, low] = &workspace.members[..] else {
            panic!("two members")
        };
        assert_eq!((high.name.as_str(), low.name.as_str()), ("high", "low"));
        assert_eq!(high.description.as_deref(), Some("High"));
        assert_eq!(high.library, None);
        assert_eq!(low.description, None);
        assert_eq!(low.library.as_deref(), Some("//! The low one.\n"));
        assert_eq!(low.manifest["package"]["edition"].as_str(), Some("2024"));
    }

    #[test]
    fn an_edge_is_seen_in_every_table_and_under_every_name() {
        let cases = [
            ("[dependencies]\nlow = { path = \"../low\" }", "dependencies"),
            (
                "[dev-dependencies]\nlow = { path = \"../low\" }",
                "dev-dependencies",
            ),
            (
                "[build-dependencies]\nlow = { path = \"../low\" }",
                "build-dependencies",
            ),
            (
                "[dependencies]\nlow = { path = \"../low\", optional = true }",
                "dependencies",
            ),
            (
                "[dependencies]\nother = { path = \"../low\", package = \"low\" }",
                "dependencies",
            ),
            (
                "[target.'cfg(windows)'.dependencies]\nlow = { path = \"../low\" }",
                "dependencies",
            ),
        ];
        for (tables, table) in cases {
            let directory = workspace(tables);
            let workspace = Workspace::load(directory.path()).unwrap();
            let expected = [Dependency {
                package: "low".to_owned(),
                table,
            }];
            assert_eq!(workspace.members[0].dependencies, expected, "{tables}");
        }
    }
}

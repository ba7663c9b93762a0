//! What the workspace's tests say, and which of them there are.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::process::Stdio;

use crate::cargo;
use crate::error::Error;

use super::faults::{self, Named};

/// The workspace's tests, run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TestRun {
    pub(super) passed: u64,
    pub(super) failed: u64,
    /// Whether cargo says that all is well.
    pub(super) succeeded: bool,
}

/// The tests that the report names and the workspace does not have.
///
/// # Errors
///
/// When a package's tests cannot be listed.
pub(super) fn missing() -> Result<Vec<&'static Named>, Error> {
    let mut known = BTreeMap::new();
    for named in faults::named() {
        if !known.contains_key(named.package) {
            known.insert(named.package, list(named.package)?);
        }
    }
    let has = |named: &Named| {
        known
            .get(named.package)
            .is_some_and(|tests| tests.contains(named.test))
    };
    Ok(faults::named().filter(|named| !has(named)).collect())
}

/// The names of a package's tests, without modules.
fn list(package: &'static str) -> Result<BTreeSet<String>, Error> {
    let output = cargo::command()
        .args([
            "test",
            "--quiet",
            "--package",
            package,
            "--lib",
            "--tests",
            "--",
            "--list",
        ])
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|source| Error::Start {
            program: "cargo test".to_owned(),
            source,
        })?;
    if output.status.success() {
        Ok(names(&String::from_utf8_lossy(&output.stdout)))
    } else {
        let status = output.status;
        Err(Error::ListTests { package, status })
    }
}

fn names(listing: &str) -> BTreeSet<String> {
    let tests = listing.lines().filter_map(|line| line.strip_suffix(": test"));
    tests
        .map(|path| path.rsplit("::").next().unwrap_or(path).to_owned())
        .collect()
}

/// Runs every test of the workspace and passes on what they print.
///
/// # Errors
///
/// When cargo cannot be started.
pub(super) fn run(out: &mut impl Write) -> Result<TestRun, Error> {
    let output = cargo::command()
        .args(["test", "--workspace", "--no-fail-fast"])
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|source| Error::Start {
            program: "cargo test".to_owned(),
            source,
        })?;
    let text = String::from_utf8_lossy(&output.stdout);
    let (passed, failed) = counts(&text);
    if !output.status.success() {
        out.write_all(&output.stdout)?;
    }
    Ok(TestRun {
        passed,
        failed,
        succeeded: output.status.success(),
    })
}

/// The sums over lines such as `test result: ok. 12 passed; 0 failed; …`.
fn counts(text: &str) -> (u64, u64) {
    let results = text.lines().filter(|line| line.starts_with("test result:"));
    results.fold((0, 0), |(passed, failed), line| {
        let before = |what: &str| {
            let words: Vec<_> = line.split([' ', ';']).collect();
            let at = words.iter().position(|word| *word == what)?;
            words.get(at.checked_sub(1)?)?.parse::<u64>().ok()
        };
        (
            passed + before("passed").unwrap_or(0),
            failed + before("failed").unwrap_or(0),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_is_known_by_its_own_name() {
        let listing = "cell::tests::one: test\ntwo: test\na::three: benchmark\n\n2 tests, 1 benchmark\n";
        assert_eq!(names(listing), ["one", "two"].map(str::to_owned).into());
    }

    #[test]
    fn results_are_summed() {
        let text = "running 2 tests\ntest a ... ok\ntest result: ok. 2 passed; 0 failed; 1 ignored; 0 measured\n\
                    test result: FAILED. 7 passed; 3 failed; 0 ignored\n";
        assert_eq!(counts(text), (9, 3));
    }

    #[test]
    fn every_named_test_stands_in_its_crate() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        for named in faults::named() {
            let directory = match named.package {
                "threadx-tests" => root.join("tests"),
                package => root.join("crates").join(package),
            };
            let needle = format!("fn {}(", named.test);
            assert!(
                contains(&directory, &needle),
                "{} is not in {}",
                named.test,
                named.package
            );
        }
    }

    /// Whether a Rust file under `directory` contains `needle`.
    fn contains(directory: &std::path::Path, needle: &str) -> bool {
        std::fs::read_dir(directory).unwrap().any(|entry| {
            let path = entry.unwrap().path();
            if path.is_dir() {
                contains(&path, needle)
            } else {
                path.extension().is_some_and(|extension| extension == "rs")
                    && std::fs::read_to_string(&path).unwrap().contains(needle)
            }
        })
    }
}

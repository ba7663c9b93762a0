//! What a commit has to pass, in the order in which it is tried: what is quick comes first.

use super::step::Step;

pub(super) const ALL: &[Step] = &[
    Step::cargo("fmt", &["fmt", "--all", "--check"]),
    Step::cargo("layers", &["xtask", "layers"]),
    // Licences, bans and sources follow from the commit. Advisories follow from the day: they would fail an old commit
    // that nobody touched, and need a network, so they are checked by hand.
    Step::cargo("deny", &["deny", "check", "licenses", "bans", "sources"]).if_installed("deny"),
    Step::cargo(
        "clippy",
        &[
            "clippy",
            "--workspace",
            "--all-targets",
            "--all-features",
            "--",
            "-D",
            "warnings",
        ],
    ),
    // The facade as a crate gets it that asks for no feature.
    Step::cargo(
        "light",
        &[
            "clippy",
            "--package",
            "threadx",
            "--package",
            "threadx-data",
            "--",
            "-D",
            "warnings",
        ],
    ),
    Step::cargo("test", &["test", "--workspace"]),
    // Every interleaving of the threads around a task's end, up to this many preemptions of one thread by another. The cfg
    // is our own: `--cfg loom` would change dependencies too.
    Step::cargo(
        "loom",
        &[
            "test",
            "--release",
            "--package",
            "threadx-coordinator",
            "--lib",
            "loom",
        ],
    )
    .with(&[("RUSTFLAGS", "--cfg threadx_loom"), ("LOOM_MAX_PREEMPTIONS", "2")]),
    Step::cargo("doc", &["doc", "--workspace", "--no-deps"]).with(&[("RUSTDOCFLAGS", "-D warnings")]),
    Step::cargo(
        "loadtest",
        &["xtask", "loadtest", "--tasks", "1000", "--concurrency", "100"],
    ),
    // Counts bytes and no time: it finds the same on every machine.
    Step::cargo("memcheck", &["xtask", "memcheck"]),
];

//! The load test and the memory check: real requests through the coordinator, and what they cost.
//!
//! `cargo xtask loadtest` and `cargo xtask memcheck` start the programs of the same names; each of them is a
//! few lines over a module here.

pub mod check;
pub mod failure;
pub mod loadtest;
pub mod machine;
pub mod memcheck;
pub mod process;

/// The example of the deployment page compiles.
#[cfg(doctest)]
#[doc = include_str!("../../docs/deployment.md")]
pub struct DeploymentPage;

//! Started by `cargo xtask memcheck`.

use std::{alloc::System, process::ExitCode};

use clap::Parser;
use threadx_tests::{
    failure,
    memcheck::{self, Heap},
};

#[global_allocator]
static HEAP: Heap = Heap::new(System, usize::MAX);

fn main() -> ExitCode {
    failure::exit_code("the memory check", memcheck::run(&HEAP, &memcheck::Args::parse()))
}

//! Prints `docs/requests.md`, the page about requests, from the tables that the rules come from.
//!
//! `cargo run -p threadx-request --example requests_page > docs/requests.md` brings the page up to date; a test says when it is not.

use std::io::Write;

fn main() -> std::io::Result<()> {
    std::io::stdout().write_all(threadx_request::requests_page().as_bytes())
}

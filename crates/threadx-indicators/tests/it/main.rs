//! What holds for every indicator of the catalogue, and what the bank promises.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod bank;
mod bars;
mod catalogue;
mod constant;
mod edges;
mod forms;
mod scale;

//! What the load and memory programs of this package share.

pub mod memory;

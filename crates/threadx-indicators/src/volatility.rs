//! How far prices move.

pub(crate) mod bbands;

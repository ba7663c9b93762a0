//! Step two: the raw models, in which every field may be absent, and the garde rules that are local to a field.

pub(crate) mod data;
pub(crate) mod indicators;
mod rules;
pub(crate) mod run;
pub(crate) mod settings;
pub(crate) mod sweep;

//! What volume says beside the price.

pub(crate) mod ad;
pub(crate) mod adosc;
pub(crate) mod cmf;
pub(crate) mod obv;

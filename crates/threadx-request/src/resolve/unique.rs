//! Lists in which nothing may stand twice.

use std::collections::BTreeMap;

use threadx_error::ViolationCode;

use crate::{field::Broken, read::Given, violations::Violations};

/// Reports every item that equals an earlier one; `shown` says what it is in the message.
pub(crate) fn unique<K: Ord>(
    items: impl IntoIterator<Item = (K, String)>,
    given: &[Given<'_>],
    v: &mut Violations,
) {
    let mut first = BTreeMap::new();
    for (index, ((key, shown), given)) in items.into_iter().zip(given).enumerate() {
        if let Some(earlier) = first.get(&key) {
            v.about(&given.path, given.node, || {
                let message = format!("must not repeat {shown}, which is item {earlier} already");
                Broken::new(ViolationCode::Duplicate, message)
            });
        } else {
            first.insert(key, index);
        }
    }
}

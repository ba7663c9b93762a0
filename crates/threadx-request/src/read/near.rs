//! The nearest known names, as they stand in a message.

use threadx_error::nearest;

/// "; the nearest is a" or "; the nearest are a, b", or nothing.
pub(crate) fn near_clause<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> String {
    // No name is that long, so nothing is near.
    if name.len() > 100 {
        return String::new();
    }
    near_list(&nearest(name, known))
}

/// The same, for names that were found to be near.
pub(crate) fn near_list(near: &[String]) -> String {
    match near {
        [] => String::new(),
        [one] => format!("; the nearest is {one}"),
        many => format!("; the nearest are {}", many.join(", ")),
    }
}

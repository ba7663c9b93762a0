//! The time zone that the name of a column of stamps tells.

use crate::Zone;

/// What a column's name says about the zone of its stamps.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) enum NamedZone {
    /// Nothing.
    #[default]
    None,
    /// UTC: `Gmt time`, `time_utc`.
    Utc,
    /// Another one: `Time (EET)`, `America/New_York`.
    Zone(Zone),
    /// An abbreviation that several zones use, or that is used for a zone with and without summer time.
    Unclear(String),
}

/// Zones with summer time whose abbreviation is their name in the time-zone database.
const CLEAR: [&str; 4] = ["EET", "CET", "MET", "WET"];

/// Abbreviations of which it is not clear which clock is meant.
const UNCLEAR: [&str; 21] = [
    "EST", "EDT", "ET", "CST", "CDT", "CT", "MST", "MDT", "PST", "PDT", "PT", "BST", "IST", "JST", "KST",
    "HKT", "SGT", "AEST", "AEDT", "MSK", "CEST",
];

/// What `name` says about the zone of the stamps in the column that is called so.
pub(crate) fn named_zone(name: &str) -> NamedZone {
    let words = || {
        name.split(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '[' | ']' | '<' | '>' | '_' | ','))
            .filter(|word| !word.is_empty())
    };
    // Names of places have underscores.
    let places = name
        .split(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '[' | ']'))
        .filter(|word| word.contains('/'));
    for place in places {
        if let Ok(zone) = Zone::parse(place) {
            return if zone.is_utc() {
                NamedZone::Utc
            } else {
                NamedZone::Zone(zone)
            };
        }
    }
    for word in words() {
        let upper = word.to_ascii_uppercase();
        if matches!(upper.as_str(), "UTC" | "GMT") {
            return NamedZone::Utc;
        }
        let offset = upper.strip_prefix("UTC").or(upper.strip_prefix("GMT"));
        let clear = offset.or(Some(word).filter(|word| CLEAR.contains(word)));
        if let Some(Ok(zone)) = clear.map(Zone::parse) {
            return NamedZone::Zone(zone);
        }
        if UNCLEAR.contains(&word) {
            return NamedZone::Unclear(word.to_owned());
        }
    }
    NamedZone::None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_zones() {
        let check = |name: &str, expect: Option<&str>| {
            let got = match named_zone(name) {
                NamedZone::None => None,
                NamedZone::Utc => Some("UTC".to_owned()),
                NamedZone::Zone(zone) => Some(zone.to_string()),
                NamedZone::Unclear(what) => Some(format!("{what}?")),
            };
            assert_eq!(got.as_deref(), expect, "{name:?}");
        };
        for name in [
            "time",
            "Date",
            "Date/Time",
            "Local time",
            "est",
            "latest",
            "<DATE>",
            "",
            "Datum",
        ] {
            check(name, None);
        }
        for name in ["Gmt time", "time_utc", "Open Time (UTC)", "Etc/UTC", "date utc"] {
            check(name, Some("UTC"));
        }
        check("Time (EET)", Some("EET"));
        check("Europe/Zurich", Some("Europe/Zurich"));
        check("Time [America/New_York]", Some("America/New_York"));
        check("Time (UTC+2)", Some("+2"));
        check("Date (EST)", Some("EST?"));
        check("time_ET", Some("ET?"));
    }
}

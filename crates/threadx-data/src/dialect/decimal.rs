//! Numbers as people and their spreadsheets write them.

use std::borrow::Cow;

use crate::{DecimalMark, currency::is_quote, number::number};

/// Signs that stand before or behind a price.
const CURRENCIES: [char; 5] = ['$', '€', '£', '¥', '₹'];

/// The number of a cell, exact to the last bit: thousands separators, a currency by its sign or code (`1.5 USD`)
/// and a magnitude letter (`K`, `M`, `B`, `T`) are understood and taken into the decimal text before it is
/// converted.
pub(crate) fn decimal(cell: &[u8], mark: DecimalMark) -> Option<f64> {
    if mark == DecimalMark::Point
        && let Some(value) = number(cell)
    {
        return Some(value);
    }
    let text = without_code(std::str::from_utf8(cell).ok()?.trim());
    let (sign, text) = match text.strip_prefix(['-', '−']) {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let text = text
        .strip_prefix(CURRENCIES)
        .or_else(|| text.strip_suffix(CURRENCIES))
        .unwrap_or(text)
        .trim();
    let (text, exponent) = magnitude(text);
    let (whole, decimals) = split(text, mark)?;
    let whole = without_groups(whole, mark)?;
    if whole.is_empty() && decimals.is_empty() {
        return None;
    }
    // A mantissa with an exponent of its own keeps it.
    if decimals.contains(['e', 'E']) || whole.contains(['e', 'E']) {
        return if exponent == 0 {
            number(format!("{sign}{whole}.{decimals}").as_bytes())
        } else {
            None
        };
    }
    number(format!("{sign}{whole}.{decimals}e{exponent}").as_bytes())
}

/// Whether a cell says that there is no value.
pub(crate) fn is_missing(cell: &[u8]) -> bool {
    const WORDS: [&[u8]; 9] = [b"", b"-", b"--", b"null", b"none", b"nan", b"n/a", b"na", b"#n/a"];
    let cell = cell.trim_ascii();
    cell.len() <= 4 && WORDS.iter().any(|word| cell.eq_ignore_ascii_case(word))
}

/// The decimal mark that the numbers `cells` are written with; `Err` with a number that may be either.
///
/// Of two different marks in one number the last is the decimal one. A mark that is repeated separates
/// thousands, one that is not followed by exactly three digits does not. Otherwise `1.234` is taken for what
/// it looks like, and `1,234` is not certain.
pub(crate) fn mark_of<'a>(cells: impl Iterator<Item = &'a str>) -> Result<DecimalMark, &'a str> {
    let (mut commas, mut points) = (0u64, 0u64);
    let mut unclear = None;
    for cell in cells {
        let last = cell.rfind(['.', ',']);
        let Some((last, mark)) = last.map(|at| (at, cell.as_bytes()[at])) else {
            continue;
        };
        let (own, other) = if mark == b',' {
            (&mut commas, &mut points)
        } else {
            (&mut points, &mut commas)
        };
        let count = cell.bytes().filter(|byte| *byte == mark).count();
        let both = cell.contains(if mark == b',' { '.' } else { ',' });
        let decimals = cell[last + 1..].bytes().take_while(u8::is_ascii_digit).count();
        let below_one = cell[..last].trim_start_matches(['-', '+', ' ']) == "0";
        if both || (count == 1 && (decimals != 3 || below_one)) {
            *own += 1;
        } else if count > 1 {
            *other += 1;
        } else if mark == b',' {
            unclear = Some(cell);
        }
    }
    match unclear {
        Some(cell) if commas == points => Err(cell),
        _ if commas > points => Ok(DecimalMark::Comma),
        _ => Ok(DecimalMark::Point),
    }
}

/// A number without the code of a currency behind it or in front of it.
fn without_code(text: &str) -> &str {
    let behind = text.rsplit_once(' ').filter(|(_, code)| is_quote(code));
    let front = text.split_once(' ').filter(|(code, _)| is_quote(code));
    let number = match (behind, front) {
        (Some((number, _)), _) | (None, Some((_, number))) => number,
        (None, None) => text,
    };
    number.trim()
}

fn magnitude(text: &str) -> (&str, u32) {
    let exponent = match text.bytes().last() {
        Some(b'K' | b'k') => 3,
        Some(b'M' | b'm') => 6,
        Some(b'B' | b'b') => 9,
        Some(b'T' | b't') => 12,
        _ => return (text, 0),
    };
    (text[..text.len() - 1].trim_end(), exponent)
}

fn split(text: &str, mark: DecimalMark) -> Option<(&str, &str)> {
    let mark = match mark {
        DecimalMark::Point => '.',
        DecimalMark::Comma => ',',
    };
    let (whole, decimals) = text.split_once(mark).unwrap_or((text, ""));
    let plain = |text: &str| {
        text.bytes()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b'e' | b'E' | b'-' | b'+'))
    };
    plain(decimals).then_some((whole, decimals))
}

/// The digits of a whole number whose thousands may be separated; groups behind the first have three
/// digits (or two, as in India, but for the last).
fn without_groups(whole: &str, mark: DecimalMark) -> Option<Cow<'_, str>> {
    let separator = |c: char| match c {
        ',' => mark == DecimalMark::Point,
        '.' => mark == DecimalMark::Comma,
        ' ' | '\'' | '\u{a0}' | '\u{202f}' | '’' => true,
        _ => false,
    };
    if !whole.contains(separator) {
        return Some(Cow::Borrowed(whole));
    }
    let groups: Vec<&str> = whole.split(separator).collect();
    let digits = |group: &&str| group.bytes().all(|byte| byte.is_ascii_digit());
    let (last, front) = groups.split_last()?;
    let well_formed = groups.iter().all(digits)
        && last.len() == 3
        && front.iter().skip(1).all(|group| matches!(group.len(), 2 | 3))
        && front.first().is_some_and(|group| matches!(group.len(), 1..=3));
    well_formed.then(|| Cow::Owned(groups.concat()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_what_people_write() {
        let check = |cell: &str, mark: DecimalMark, expect: Option<f64>| {
            assert_eq!(decimal(cell.as_bytes(), mark), expect, "{cell:?} {mark:?}");
        };
        let (point, comma) = (DecimalMark::Point, DecimalMark::Comma);
        check("29,068.9", point, Some(29068.9));
        check("29.068,9", comma, Some(29068.9));
        check("1,05236", comma, Some(1.05236));
        check("95.35K", point, Some(95350.0));
        check("1.2M", point, Some(1_200_000.0));
        check("0.1B", point, Some(100_000_000.0));
        check("3.60E-05", point, Some(3.6e-5));
        check("3,60E-05", comma, Some(3.6e-5));
        check("$153.50", point, Some(153.5));
        check("-$1,234", point, Some(-1234.0));
        check("1 234,5", comma, Some(1234.5));
        check("1'234.5", point, Some(1234.5));
        check("1\u{a0}234.5", point, Some(1234.5));
        check("12,34,567.8", point, Some(1_234_567.8));
        check(" 7 ", point, Some(7.0));
        check("1,234.5 USD", point, Some(1234.5));
        check("USDT 1.5", point, Some(1.5));
        check("2.5M btc", point, Some(2_500_000.0));
        check("1,5 EUR", comma, Some(1.5));
        check("12 MAY", point, None);
        check("USD", point, None);
        check("1,23", point, None);
        check("1,2345", point, None);
        check(",123", point, None);
        check("1,234,5", point, None);
        check("", point, None);
        check("K", point, None);
        check(".", point, None);
        check("nan", point, None);
        check("12%", point, None);
        check("1.5e3K", point, None);
        check("--5", point, None);
    }

    #[test]
    fn missing_values_have_many_names() {
        for cell in ["", " ", "-", "null", "NULL", "NaN", "N/A", "#N/A"] {
            assert!(is_missing(cell.as_bytes()), "{cell:?}");
        }
        for cell in ["0", "x", "---"] {
            assert!(!is_missing(cell.as_bytes()), "{cell:?}");
        }
    }

    #[test]
    fn the_mark_shows_in_the_numbers() {
        let check = |cells: &[&'static str], expect: Result<DecimalMark, &'static str>| {
            assert_eq!(mark_of(cells.iter().copied()), expect, "{cells:?}");
        };
        check(&["1.5", "2"], Ok(DecimalMark::Point));
        check(&["1,5", "2"], Ok(DecimalMark::Comma));
        check(&["29,068.9", "29,068"], Ok(DecimalMark::Point));
        check(&["29.068,9", "29.068"], Ok(DecimalMark::Comma));
        check(&["1,234", "5,678"], Err("5,678"));
        check(&["0,234", "1,678"], Ok(DecimalMark::Comma));
        check(&["1,234,567"], Ok(DecimalMark::Point));
        check(&["1.234.567"], Ok(DecimalMark::Comma));
        check(&["7", "8"], Ok(DecimalMark::Point));
        check(&[], Ok(DecimalMark::Point));
    }

    proptest! {
        #[test]
        fn plain_numbers_are_what_the_standard_parser_says(value in any::<f64>()) {
            prop_assume!(value.is_finite());
            let text = value.to_string();
            prop_assert_eq!(decimal(text.as_bytes(), DecimalMark::Point), Some(value));
            prop_assert_eq!(decimal(text.replace('.', ",").as_bytes(), DecimalMark::Comma), Some(value));
        }

        #[test]
        fn any_text_is_a_number_or_none(text in "\\PC{0,12}") {
            decimal(text.as_bytes(), DecimalMark::Point);
            decimal(text.as_bytes(), DecimalMark::Comma);
            prop_assert!(mark_of(std::iter::once(text.as_str())).is_ok_and(|_| true) || text.contains(','));
        }
    }
}

//! Decimal text to the nearest `f64`, fast for the usual forms and exact for all.

/// Powers of ten that an `f64` holds exactly.
const TENS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
    1e19, 1e20, 1e21, 1e22,
];

/// Most digits that a `u64` takes without overflow.
const DIGITS_MAX: usize = 19;

/// The number at the start of `text` and how many bytes it takes; `None` if there is none.
///
/// The grammar is that of `str::parse::<f64>` without the words `inf` and `nan`, and the value is the
/// same to the last bit: with at most 15 digits (more exactly, a mantissa up to 2^53) and at most 22
/// decimals, mantissa and power of ten are both exact, so their quotient is rounded once (Clinger 1990,
/// "How to read floating point numbers accurately"); everything else goes through the standard parser.
#[inline]
pub(crate) fn number_prefix(text: &[u8]) -> Option<(f64, usize)> {
    let negative = text.first() == Some(&b'-');
    let mut at = usize::from(matches!(text.first(), Some(b'-' | b'+')));
    let start = at;
    let mut mantissa: u64 = 0;
    while let Some(digit) = text.get(at).map(|byte| byte.wrapping_sub(b'0'))
        && digit < 10
    {
        mantissa = mantissa.wrapping_mul(10).wrapping_add(u64::from(digit));
        at += 1;
    }
    let mut digits = at - start;
    let mut decimals = 0;
    if text.get(at) == Some(&b'.') {
        at += 1;
        let point = at;
        while let Some(digit) = text.get(at).map(|byte| byte.wrapping_sub(b'0'))
            && digit < 10
        {
            mantissa = mantissa.wrapping_mul(10).wrapping_add(u64::from(digit));
            at += 1;
        }
        decimals = at - point;
        digits += decimals;
    }
    if digits == 0 {
        return None;
    }
    let exponent = exponent_len(&text[at..]);
    if exponent == 0 && digits <= DIGITS_MAX && mantissa <= 1 << 53 && decimals < TENS.len() {
        // At most 2^53: exact.
        let value = mantissa as f64 / TENS[decimals];
        return Some((if negative { -value } else { value }, at));
    }
    let end = at + exponent;
    let text = std::str::from_utf8(&text[..end]).ok()?;
    text.parse().ok().map(|value| (value, end))
}

/// The number that `text` is; `None` if it is something else.
#[inline]
pub(crate) fn number(text: &[u8]) -> Option<f64> {
    match number_prefix(text)? {
        (value, end) if end == text.len() => Some(value),
        _ => None,
    }
}

/// Length of the exponent (`e-5`) at the start of `text`, 0 if there is none.
#[inline]
fn exponent_len(text: &[u8]) -> usize {
    if !matches!(text.first(), Some(b'e' | b'E')) {
        return 0;
    }
    let sign = usize::from(matches!(text.get(1), Some(b'-' | b'+')));
    let digits = text[1 + sign..]
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    if digits == 0 { 0 } else { 1 + sign + digits }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What the standard parser says, but for the words that it takes for numbers.
    fn reference(text: &str) -> Option<u64> {
        let word = text.bytes().any(|byte| matches!(byte, b'n' | b'N' | b'i' | b'I'));
        text.parse().ok().filter(|_: &f64| !word).map(f64::to_bits)
    }

    fn check(text: &str) {
        assert_eq!(
            number(text.as_bytes()).map(f64::to_bits),
            reference(text),
            "{text:?}"
        );
    }

    #[test]
    fn agrees_with_the_standard_parser_on_the_edges() {
        for text in [
            "",
            "-",
            "+",
            ".",
            "-.",
            "0",
            "-0",
            "+0.0",
            "5.",
            ".5",
            "1e5",
            "1.e5",
            ".5E-3",
            "1e",
            "1e+",
            "e5",
            "inf",
            "nan",
            "NaN",
            "-infinity",
            "1e999",
            "1e-999",
            "9007199254740992",
            "9007199254740993",
            "9007199254740993.0",
            "18446744073709551615",
            "18446744073709551616",
            "99999999999999999999.5",
            "0.1",
            "4261.48",
            "1.0000000000000000000000",
            "0.00000000000000000000001",
            "0.0000000000000000000001",
            "1,5",
            " 1",
            "1 ",
            "1_000",
            "0x10",
            "٣",
            "3.60E-05",
        ] {
            check(text);
        }
    }

    #[test]
    fn stops_at_what_is_not_a_number() {
        assert_eq!(number_prefix(b"12.5,13"), Some((12.5, 4)));
        assert_eq!(number_prefix(b"7e,13"), Some((7.0, 1)));
        assert_eq!(number_prefix(b"1e3;"), Some((1000.0, 3)));
        assert_eq!(number_prefix(b",1"), None);
    }

    proptest! {
        #[test]
        fn agrees_with_the_standard_parser_on_decimals(
            text in "[+-]?[0-9]{0,22}(\\.[0-9]{0,26})?([eE][+-]?[0-9]{0,3})?"
        ) {
            check(&text);
        }

        #[test]
        fn agrees_with_the_standard_parser_on_every_float(bits in any::<u64>()) {
            let value = f64::from_bits(bits);
            check(&value.to_string());
            check(&format!("{value:e}"));
        }

        #[test]
        fn any_bytes_are_a_number_or_not(text in proptest::collection::vec(any::<u8>(), 0..40)) {
            let expect = std::str::from_utf8(&text).ok().and_then(reference);
            prop_assert_eq!(number(&text).map(f64::to_bits), expect);
        }
    }
}

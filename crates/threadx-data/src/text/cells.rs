//! The cells of a line.

/// The cells of a line, without the blanks around them and the quotes around that. A doubled quote inside a
/// quoted cell is left doubled: no cell that is read has one. An apostrophe is a quote if another one ends the
/// cell, else it is a part of it.
///
/// `None` if a quote is not closed or something stands behind a closed one.
pub(crate) fn cells<'a>(line: &'a [u8], delimiter: u8, into: &mut Vec<&'a [u8]>) -> Option<()> {
    into.clear();
    let mut rest = line;
    loop {
        let start = rest.trim_ascii_start();
        // The blanks before a quote are not part of a cell, but a tab may be the delimiter.
        let mark = match start.first() {
            Some(mark @ (b'"' | b'\'')) if !rest[..rest.len() - start.len()].contains(&delimiter) => {
                Some(*mark)
            }
            _ => None,
        };
        let end = match mark {
            Some(b'"') => Some(closing_quote(start)?),
            Some(_) => closing_apostrophe(start, delimiter),
            None => None,
        };
        if let Some(end) = end {
            into.push(start[1..end].trim_ascii());
            let behind = &start[end + 1..];
            let next = memchr::memchr(delimiter, behind);
            if !behind[..next.unwrap_or(behind.len())].trim_ascii().is_empty() {
                return None;
            }
            match next {
                Some(at) => rest = &behind[at + 1..],
                None => return Some(()),
            }
        } else if let Some(at) = memchr::memchr(delimiter, rest) {
            into.push(rest[..at].trim_ascii());
            rest = &rest[at + 1..];
        } else {
            into.push(rest.trim_ascii());
            return Some(());
        }
    }
}

/// Where the quote that `text` begins with is closed.
fn closing_quote(text: &[u8]) -> Option<usize> {
    let mut from = 1;
    loop {
        let at = from + memchr::memchr(b'"', text.get(from..)?)?;
        if text.get(at + 1) != Some(&b'"') {
            return Some(at);
        }
        from = at + 2;
    }
}

/// Where the apostrophe that `text` begins with is closed by another one at the end of its cell.
fn closing_apostrophe(text: &[u8], delimiter: u8) -> Option<usize> {
    memchr::memchr_iter(b'\'', text).skip(1).find(|at| {
        let behind = &text[at + 1..];
        let rest = memchr::memchr(delimiter, behind).unwrap_or(behind.len());
        behind[..rest].trim_ascii().is_empty()
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(line: &str, delimiter: u8, expect: Option<&[&str]>) {
        let mut got = Vec::new();
        let ok = cells(line.as_bytes(), delimiter, &mut got);
        let got: Vec<_> = got
            .into_iter()
            .map(|cell| std::str::from_utf8(cell).unwrap())
            .collect();
        assert_eq!(ok.map(|()| got.as_slice()), expect, "{line:?}");
    }

    #[test]
    fn splits_at_the_delimiter_and_honours_quotes() {
        check("a,b", b',', Some(&["a", "b"]));
        check("", b',', Some(&[""]));
        check(",", b',', Some(&["", ""]));
        check(" a , b ", b',', Some(&["a", "b"]));
        check(
            "\"Apr 28, 2023\",\"29,068.9\"",
            b',',
            Some(&["Apr 28, 2023", "29,068.9"]),
        );
        check(" \"a\" ,b", b',', Some(&["a", "b"]));
        check("\"a\"\"b\",c", b',', Some(&["a\"\"b", "c"]));
        check("a\t\t\"b\"", b'\t', Some(&["a", "", "b"]));
        check("\t\"b\"", b'\t', Some(&["", "b"]));
        check("a;\"b;c\"", b';', Some(&["a", "b;c"]));
        check("\"a", b',', None);
        check("\"a\"b,c", b',', None);
        check("\"", b',', None);
        check("a\"b,c", b',', Some(&["a\"b", "c"]));
        check("'a','b, c' ,'d'", b',', Some(&["a", "b, c", "d"]));
        check("'a,b", b',', Some(&["'a", "b"]));
        check("'", b',', Some(&["'"]));
        check("1'234,5", b',', Some(&["1'234", "5"]));
    }

    proptest! {
        #[test]
        fn any_line_is_cells_or_none(line in proptest::collection::vec(any::<u8>(), 0..60)) {
            let mut got = Vec::new();
            cells(&line, b',', &mut got);
        }

        #[test]
        fn plain_cells_come_back(parts in proptest::collection::vec("[a-z0-9.]{0,5}", 1..9)) {
            let line = parts.join(";");
            let mut got = Vec::new();
            prop_assert_eq!(cells(line.as_bytes(), b';', &mut got), Some(()));
            prop_assert_eq!(got, parts.iter().map(String::as_bytes).collect::<Vec<_>>());
        }
    }
}

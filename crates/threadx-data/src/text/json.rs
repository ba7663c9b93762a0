//! Rows in JSON: arrays of numbers, or objects whose keys name the columns.

use std::io::{self, BufRead, BufReader, Read};

/// Deepest nesting and longest text: bars need neither.
const DEPTH_MAX: usize = 16;
const TEXT_BYTES_MAX: usize = 64 * 1024;

/// Bytes of the values of a row, and what a value takes beside its text.
const ROW_BYTES_MAX: usize = 16 << 20;
const VALUE_BYTES: usize = 24;

/// Why there is no next row.
#[derive(Debug)]
pub(crate) enum JsonError {
    Read(io::Error),
    /// What was expected at that byte.
    Syntax(u64, &'static str),
}

impl From<io::Error> for JsonError {
    fn from(error: io::Error) -> Self {
        Self::Read(error)
    }
}

/// One row: values as text, numbers as they are written, and the keys if it is an object.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct JsonRow {
    /// The key of the object around it under which it stands.
    pub(crate) key: Option<String>,
    pub(crate) keys: Option<Vec<String>>,
    pub(crate) cells: Vec<String>,
}

/// Reads the rows of a JSON text one by one: the innermost arrays of plain values, or the objects that hold
/// nothing but plain values, wherever they are (`[[…], […]]`, `{"data": [{…}, {…}]}`, one object a line).
pub(crate) struct JsonRows<R> {
    reader: BufReader<R>,
    at: u64,
    depth: usize,
    /// The key that was read last, if its value comes next.
    key: Option<String>,
}

impl<R: Read> JsonRows<R> {
    pub(crate) fn new(reader: R) -> Self {
        Self {
            reader: BufReader::with_capacity(64 * 1024, reader),
            at: 0,
            depth: 0,
            key: None,
        }
    }

    /// The next row, `None` at the end.
    ///
    /// Walks into arrays and objects until it meets one of plain values only.
    pub(crate) fn next_row(&mut self) -> Result<Option<JsonRow>, JsonError> {
        loop {
            let Some(byte) = self.peek_token()? else {
                return if self.depth == 0 {
                    Ok(None)
                } else {
                    Err(self.expected("more: an array or object is not closed"))
                };
            };
            match byte {
                b'[' | b'{' => {
                    self.next()?;
                    if let Some(row) = self.enter(byte == b'{')? {
                        return Ok(Some(row));
                    }
                }
                b']' | b'}' if self.depth > 0 => {
                    self.next()?;
                    self.depth -= 1;
                }
                b',' | b':' if self.depth > 0 => {
                    self.next()?;
                }
                _ if self.depth > 0 => {
                    let text = self.plain()?;
                    self.key = (self.peek_token()? == Some(b':')).then_some(text);
                }
                _ => return Err(self.expected("an array or object")),
            }
        }
    }

    /// Behind an opening bracket: the row, if only plain values follow up to the closing one; else `None`,
    /// standing at the first value that is not plain, one level deeper.
    fn enter(&mut self, object: bool) -> Result<Option<JsonRow>, JsonError> {
        if self.depth == DEPTH_MAX {
            return Err(self.expected("less nesting"));
        }
        let mut row = JsonRow {
            key: self.key.take(),
            ..JsonRow::default()
        };
        let mut keys = Vec::new();
        let mut bytes = 0;
        loop {
            match self.peek_token()? {
                None => return Err(self.expected("more: an array or object is not closed")),
                Some(b']' | b'}') => {
                    self.next()?;
                    if row.cells.is_empty() {
                        return Ok(None);
                    }
                    row.keys = object.then_some(keys);
                    return Ok(Some(row));
                }
                Some(b'[' | b'{') => {
                    self.depth += 1;
                    self.key = keys.pop().filter(|_| keys.len() == row.cells.len());
                    return Ok(None);
                }
                Some(b',') => {
                    self.next()?;
                }
                Some(_) => {
                    let text = self.plain()?;
                    if object && self.peek_token()? == Some(b':') {
                        self.next()?;
                        keys.push(text);
                    } else {
                        bytes += VALUE_BYTES + text.len();
                        if bytes > ROW_BYTES_MAX {
                            return Err(self.expected("fewer values in a row"));
                        }
                        row.cells.push(text);
                    }
                }
            }
        }
    }

    /// A text, number or word.
    fn plain(&mut self) -> Result<String, JsonError> {
        let mut text = Vec::new();
        let quoted = self.peek_token()? == Some(b'"');
        if quoted {
            self.next()?;
        }
        loop {
            let byte = match self.peek()? {
                None if quoted => return Err(self.expected("a closing quote")),
                None => break,
                Some(byte) => byte,
            };
            if quoted && byte == b'\\' {
                // Escapes occur in no number or stamp; the character behind stands for itself.
                self.next()?;
                if let Some(escaped) = self.next()? {
                    text.push(escaped);
                }
                continue;
            }
            if quoted && byte == b'"' {
                self.next()?;
                break;
            }
            let ends =
                matches!(byte, b',' | b':' | b']' | b'}' | b'[' | b'{' | b'"') || byte.is_ascii_whitespace();
            if !quoted && ends {
                break;
            }
            if text.len() == TEXT_BYTES_MAX {
                return Err(self.expected("a shorter text"));
            }
            text.push(byte);
            self.next()?;
        }
        if text.is_empty() && !quoted {
            return Err(self.expected("a value"));
        }
        Ok(String::from_utf8_lossy(&text).into_owned())
    }

    fn peek_token(&mut self) -> Result<Option<u8>, JsonError> {
        loop {
            match self.peek()? {
                Some(byte) if byte.is_ascii_whitespace() => {
                    self.next()?;
                }
                // A byte order mark.
                Some(0xef | 0xbb | 0xbf) if self.at < 3 => {
                    self.next()?;
                }
                other => return Ok(other),
            }
        }
    }

    fn peek(&mut self) -> Result<Option<u8>, JsonError> {
        Ok(self.reader.fill_buf()?.first().copied())
    }

    fn next(&mut self) -> Result<Option<u8>, JsonError> {
        let byte = self.peek()?;
        if byte.is_some() {
            self.reader.consume(1);
            self.at += 1;
        }
        Ok(byte)
    }

    fn expected(&self, what: &'static str) -> JsonError {
        JsonError::Syntax(self.at, what)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rows(text: &str) -> Result<Vec<JsonRow>, JsonError> {
        let mut reader = JsonRows::new(text.as_bytes());
        let mut rows = Vec::new();
        while let Some(row) = reader.next_row()? {
            rows.push(row);
        }
        Ok(rows)
    }

    fn check(text: &str, expect: &[(&[&str], &[&str])]) {
        let mut got = rows(text).unwrap();
        for row in &mut got {
            row.key = None;
        }
        let expect: Vec<JsonRow> = expect
            .iter()
            .map(|(keys, cells)| JsonRow {
                key: None,
                keys: (!keys.is_empty()).then(|| keys.iter().map(|key| (*key).to_owned()).collect()),
                cells: cells.iter().map(|cell| (*cell).to_owned()).collect(),
            })
            .collect();
        assert_eq!(got, expect, "{text}");
    }

    #[test]
    fn finds_the_rows_wherever_they_are() {
        check(
            "[[1,2.50],[3,4e-5]]",
            &[(&[], &["1", "2.50"]), (&[], &["3", "4e-5"])],
        );
        check("\u{feff} [ [1] ,\n[null] ] ", &[(&[], &["1"]), (&[], &["null"])]);
        check("{\"s\":\"ok\",\"data\":[[1,2]]}", &[(&[], &["1", "2"])]);
        let keys: &[&str] = &["t", "o"];
        check(
            "[{\"t\":1,\"o\":\"2.5\"},{\"t\":3,\"o\":4}]",
            &[(keys, &["1", "2.5"]), (keys, &["3", "4"])],
        );
        check(
            "{\"t\":1,\"o\":2}\n{\"t\":3,\"o\":4}\n",
            &[(keys, &["1", "2"]), (keys, &["3", "4"])],
        );
        check("[]", &[]);
        check("", &[]);
        check("[\"a\\\"b\"]", &[(&[], &["a\"b"])]);
    }

    #[test]
    fn the_keys_of_rows_are_kept() {
        let keys = |text: &str| -> Vec<Option<String>> {
            rows(text).unwrap().into_iter().map(|row| row.key).collect()
        };
        let some = |key: &str| Some(key.to_owned());
        assert_eq!(
            keys(r#"{"m":{"a":1},"s":{"2019":{"o":1},"2020":{"o":2}}}"#),
            [some("m"), some("2019"), some("2020")]
        );
        assert_eq!(keys(r#"{"s":"ok","t":[1,2],"o":[3,4]}"#), [some("t"), some("o")]);
        assert_eq!(keys(r#"{"data":[[1,2],[3,4]]}"#), [None, None]);
        assert_eq!(keys(r#"{"n":1,"data":[{"o":1}]}"#), [None]);
    }

    #[test]
    fn what_is_no_json_is_refused_with_its_place() {
        let check = |text: &str, at: u64| match rows(text) {
            Err(JsonError::Syntax(got, _)) => assert_eq!(got, at, "{text}"),
            other => panic!("{text}: {other:?}"),
        };
        check("x", 0);
        check("[[1,2]", 6);
        check("[[1,\"2", 6);
        check(&"[".repeat(40), 17);
    }

    proptest! {
        #[test]
        fn any_text_ends(text in "[\\[\\]{},:\"0-9a\\\\ ]{0,60}") {
            if let Ok(rows) = rows(&text) {
                prop_assert!(rows.iter().all(|row| !row.cells.is_empty()));
            }
        }
    }
}

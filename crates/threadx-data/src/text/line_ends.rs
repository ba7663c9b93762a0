//! Lines that end as they did on old Macs.

use std::io::{self, Cursor, Read};

/// Bytes at the beginning of a text in which its first line is expected to end.
const FIRST_LINE_BYTES_MAX: u64 = 1 << 16;

/// Bytes that are looked at a time.
const STEP_BYTES: u64 = 1 << 12;

/// A text whose lines end with line feeds, also if its first ends with a carriage return alone.
pub(super) fn with_line_feeds(mut stream: Box<dyn Read>) -> io::Result<Box<dyn Read>> {
    let mut head = Vec::new();
    let returns_alone = loop {
        let len = stream.by_ref().take(STEP_BYTES).read_to_end(&mut head)?;
        match memchr::memchr2(b'\r', b'\n', &head) {
            Some(at) if head.get(at) == Some(&b'\n') => break false,
            Some(at) => match head.get(at + 1) {
                Some(next) => break *next != b'\n',
                None if len == 0 => break true,
                None => {}
            },
            None if len == 0 || head.len() as u64 >= FIRST_LINE_BYTES_MAX => break false,
            None => {}
        }
    };
    let whole = Cursor::new(head).chain(stream);
    Ok(if returns_alone {
        Box::new(ReturnsAsFeeds(whole))
    } else {
        Box::new(whole)
    })
}

/// Passes on carriage returns as line feeds.
struct ReturnsAsFeeds<R>(R);

impl<R: Read> Read for ReturnsAsFeeds<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let len = self.0.read(into)?;
        for byte in into.iter_mut().take(len).filter(|byte| **byte == b'\r') {
            *byte = b'\n';
        }
        Ok(len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_tells_how_lines_end() {
        let long = "x".repeat(5000);
        let (long_mac, long_unix) = (format!("{long}\ra\rb"), format!("{long}\na\rb"));
        let longest = format!("{}\ra\r", "x".repeat(1 << 17));
        let edge = format!("{}\r\na\r\n", "x".repeat(4095));
        for (text, expect) in [
            ("", ""),
            ("a", "a"),
            ("a\nb\n", "a\nb\n"),
            ("a\r\nb\r\n", "a\r\nb\r\n"),
            ("a\rb\rc", "a\nb\nc"),
            ("a\r", "a\n"),
            ("\r\ra", "\n\na"),
            // What is in a line stays.
            ("a\nb\rc\n", "a\nb\rc\n"),
            (&long_mac, &long_mac.replace('\r', "\n")),
            (&long_unix, &long_unix),
            (&longest, &longest),
            (&edge, &edge),
        ] {
            let mut read = String::new();
            let mut stream = with_line_feeds(Box::new(Cursor::new(text.to_owned()))).unwrap();
            stream.read_to_string(&mut read).unwrap();
            assert!(read == expect, "{:?}", &text[..text.len().min(20)]);
        }
    }
}

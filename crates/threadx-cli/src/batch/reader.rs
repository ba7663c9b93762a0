//! Reading lines no faster than they are worked off.

use std::{
    fs::File,
    io::{BufRead, BufReader, Read},
    path::Path,
    sync::mpsc,
};

use threadx::{Error, error::DataError, request::Limits};

use super::Message;

/// Starts a thread that reads the file (`-`: standard input) and sends each line that is not blank. It reads `places`
/// lines, and one more for each place that is given back through what is returned.
pub(super) fn start(
    path: &Path,
    places: usize,
    messages: mpsc::Sender<Message>,
) -> Result<mpsc::Sender<()>, Error> {
    let unreadable = |path: &Path, source| {
        let path = path.to_owned();
        Error::from(DataError::Read { path, source })
    };
    let mut from: Box<dyn BufRead + Send> = if path == Path::new("-") {
        Box::new(BufReader::new(std::io::stdin()))
    } else {
        let file = File::open(path).map_err(|source| unreadable(path, source))?;
        Box::new(BufReader::new(file))
    };
    let (give_back, given_back) = mpsc::channel();
    let path = path.to_owned();
    let name = "batch-reader".to_owned();
    let read = move || {
        let mut left = places.max(1);
        loop {
            let message = match next(&mut *from) {
                Ok(Some(line)) if line.iter().all(u8::is_ascii_whitespace) => continue,
                Ok(Some(line)) => Message::Line(line),
                Ok(None) => Message::End,
                Err(source) => Message::Unreadable(unreadable(&path, source)),
            };
            let goes_on = matches!(message, Message::Line(_));
            // Nobody listens any more once the batch has failed.
            if messages.send(message).is_err() || !goes_on {
                return;
            }
            left -= 1;
            if left == 0 {
                match given_back.recv() {
                    Ok(()) => left = 1,
                    Err(mpsc::RecvError) => return,
                }
            }
            while given_back.try_recv().is_ok() {
                left += 1;
            }
        }
    };
    std::thread::Builder::new()
        .name(name)
        .spawn(read)
        .map_err(|error| {
            let (name, reason) = ("batch-reader".to_owned(), error.to_string());
            Error::from(threadx::error::CoordinatorError::Spawn { name, reason })
        })?;
    Ok(give_back)
}

/// The next line without its end, cut one byte beyond the limit of a request, which is enough to refuse it.
fn next(from: &mut dyn BufRead) -> std::io::Result<Option<Vec<u8>>> {
    let most = Limits::default().max_bytes() as u64 + 1;
    let mut line = Vec::new();
    let read = Read::take(&mut *from, most).read_until(b'\n', &mut line)?;
    if read == 0 {
        return Ok(None);
    }
    if line.last() == Some(&b'\n') {
        line.pop();
        if line.last() == Some(&b'\r') {
            line.pop();
        }
    } else if read as u64 == most {
        skip_line(from)?;
    }
    Ok(Some(line))
}

/// Passes over what is left of a line.
fn skip_line(from: &mut dyn BufRead) -> std::io::Result<()> {
    loop {
        let buffer = from.fill_buf()?;
        if buffer.is_empty() {
            return Ok(());
        }
        let end = buffer.iter().position(|&byte| byte == b'\n');
        let used = end.map_or(buffer.len(), |position| position + 1);
        from.consume(used);
        if end.is_some() {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_anyhow_and_long_ones_are_cut() {
        let limit = Limits::default().max_bytes();
        let mut text = b"one\r\ntwo\n".to_vec();
        text.extend(vec![b'x'; 3 * limit]);
        text.extend(b"\nlast");
        let mut from: &[u8] = &text;
        assert_eq!(next(&mut from).unwrap().unwrap(), b"one");
        assert_eq!(next(&mut from).unwrap().unwrap(), b"two");
        assert_eq!(next(&mut from).unwrap().unwrap().len(), limit + 1);
        assert_eq!(next(&mut from).unwrap().unwrap(), b"last");
        assert_eq!(next(&mut from).unwrap(), None);
    }
}

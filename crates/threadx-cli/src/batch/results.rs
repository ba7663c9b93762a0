//! Where the results of a batch go.

use std::{
    collections::BTreeMap,
    fs::{File, OpenOptions},
    io::{BufRead, BufReader, BufWriter, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use serde::Deserialize;
use threadx::{
    Error,
    error::{DataError, ValidationError, Violation, ViolationCode},
};

use crate::{
    failure::{Failure, output_failure},
    files,
};

/// Lines of results, in the order of the requests or as they come.
pub(super) struct Results<'a> {
    to: To<'a>,
    /// Lines that wait for those before them.
    held: BTreeMap<u64, String>,
    /// The next line to write; `None` if the order does not matter.
    next: Option<u64>,
    /// The hashes of the requests whose results an earlier run wrote.
    earlier: BTreeMap<u64, String>,
    written: u64,
}

enum To<'a> {
    Stdout(&'a mut dyn Write),
    File(PathBuf, BufWriter<File>),
}

/// What has to be known of a result that was written before.
#[derive(Deserialize)]
struct Known {
    index: u64,
    hash: String,
}

impl<'a> Results<'a> {
    /// Results on standard output.
    pub(super) fn to(stdout: &'a mut dyn Write, ordered: bool) -> Self {
        Self {
            to: To::Stdout(stdout),
            held: BTreeMap::new(),
            next: ordered.then_some(0),
            earlier: BTreeMap::new(),
            written: 0,
        }
    }

    /// Results in a file: a new one, one that is begun anew, or one that an earlier run left behind, of which whole
    /// lines count and what is left of a broken one is cut off.
    pub(super) fn file(path: &Path, resume: bool, force: bool, ordered: bool) -> Result<Self, Failure> {
        let failed = |source| {
            let path = path.to_owned();
            Failure::from(DataError::Write { path, source })
        };
        if !resume && !force {
            files::refuse_existing(path).map_err(|error| {
                Failure::from(error).hint("--resume goes on with it, --force overwrites it")
            })?;
        }
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(!resume)
            .open(path)
            .map_err(failed)?;
        let (earlier, end) = known(path, &file)?;
        file.set_len(end).map_err(failed)?;
        file.seek(SeekFrom::Start(end)).map_err(failed)?;
        let first_missing = (0..).find(|index| !earlier.contains_key(index));
        Ok(Self {
            to: To::File(path.to_owned(), BufWriter::new(file)),
            held: BTreeMap::new(),
            next: ordered.then_some(first_missing.unwrap_or(0)),
            written: earlier.len() as u64,
            earlier,
        })
    }

    /// The hash of the request whose result is there already.
    pub(super) fn of_earlier(&self, index: u64) -> Option<&str> {
        self.earlier.get(&index).map(String::as_str)
    }

    /// Results that are written, those of earlier runs included.
    pub(super) fn written(&self) -> u64 {
        self.written
    }

    /// Takes the line of a result and says how many were written.
    pub(super) fn put(&mut self, index: u64, text: &str) -> Result<usize, Failure> {
        let Some(mut next) = self.next else {
            self.write(text)?;
            return Ok(1);
        };
        self.held.insert(index, text.to_owned());
        let mut count = 0;
        loop {
            if let Some(text) = self.held.remove(&next) {
                self.write(&text)?;
                count += 1;
            } else if !self.earlier.contains_key(&next) {
                break;
            }
            next += 1;
        }
        self.next = Some(next);
        Ok(count)
    }

    fn write(&mut self, text: &str) -> Result<(), Failure> {
        self.written += 1;
        match &mut self.to {
            To::Stdout(to) => writeln!(to, "{text}").map_err(output_failure),
            To::File(path, file) => writeln!(file, "{text}").map_err(|source| {
                let path = path.clone();
                DataError::Write { path, source }.into()
            }),
        }
    }

    /// Lets what was written be seen.
    pub(super) fn flush(&mut self) -> Result<(), Failure> {
        match &mut self.to {
            To::Stdout(to) => to.flush().map_err(output_failure),
            To::File(path, file) => file.flush().map_err(|source| {
                let path = path.clone();
                DataError::Write { path, source }.into()
            }),
        }
    }
}

/// The results of a file with the hashes of their requests, and where the last whole line ends.
fn known(path: &Path, file: &File) -> Result<(BTreeMap<u64, String>, u64), Error> {
    let mut known = BTreeMap::new();
    let mut end = 0;
    let mut lines = BufReader::new(file);
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = lines.read_until(b'\n', &mut line).map_err(|source| {
            let path = path.to_owned();
            DataError::Read { path, source }
        })?;
        if line.last() != Some(&b'\n') {
            return Ok((known, end));
        }
        let result: Known = serde_json::from_slice(&line).map_err(|error| {
            let message = format!("line {} is no result of a batch: {error}", known.len() + 1);
            Error::from(refused(message)).with_path(path.display().to_string())
        })?;
        known.insert(result.index, result.hash);
        end += read as u64;
    }
}

/// A request that is not the one whose result is there.
pub(super) fn other_line(index: u64) -> ValidationError {
    refused(format!(
        "request {index} is not the one whose result was written before"
    ))
}

fn refused(message: String) -> ValidationError {
    Violation::new("", ViolationCode::Conflict, message).into()
}

//! Where a command's request and bars come from.

use std::{
    io::{Read, Write},
    path::{Path, PathBuf},
    time::SystemTime,
};

use threadx::{
    Error,
    data::{BarSource, Dataset, ImportOptions, import, read_csv, token_of},
    error::DataError,
    market::{Symbol, Timestamp},
    request::{Document, Limits},
};

/// A request that was read, and where from.
pub(crate) struct ReadRequest {
    pub(crate) document: Document,
    /// The file's name in messages.
    pub(crate) name: String,
}

/// Reads a request file: TOML by its extension, else JSON; `-` is JSON on standard input.
pub(crate) fn read_request(path: &Path) -> Result<ReadRequest, Error> {
    let limits = Limits::default();
    let (name, bytes) = if path == Path::new("-") {
        (
            "standard input".to_owned(),
            read(path, &mut std::io::stdin().lock(), &limits)?,
        )
    } else {
        let mut file = std::fs::File::open(path).map_err(|source| DataError::Read {
            path: path.to_owned(),
            source,
        })?;
        (path.display().to_string(), read(path, &mut file, &limits)?)
    };
    let toml = path
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("toml"));
    let document = if toml {
        Document::from_toml(bytes, &limits)
    } else {
        Document::from_json(bytes, &limits)
    };
    let document = document.map_err(|error| Error::from(error).with_path(name.as_str()))?;
    Ok(ReadRequest { document, name })
}

/// Reads no more than one byte beyond the limit, so that a file of any size is refused at once.
fn read(path: &Path, from: &mut impl Read, limits: &Limits) -> Result<Vec<u8>, DataError> {
    let mut bytes = Vec::new();
    from.take(limits.max_bytes() as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|source| DataError::Read {
            path: path.to_owned(),
            source,
        })?;
    Ok(bytes)
}

/// The bars to run on: a file's, or the embedded sample. A file's bars stand for the request's token; a token
/// that is none is left to the rules of the request.
///
/// A file in the clean form is held to it, line by line. Any other is imported, and what that found or changed is
/// told on standard error.
pub(crate) fn source(data: Option<&PathBuf>, token: Option<&str>) -> Result<BarSource, Error> {
    let Some(path) = data else {
        return Ok(BarSource::sample()?);
    };
    let asked = token.and_then(|token| Symbol::parse(token).ok());
    if let Some(token) = asked.clone().or_else(|| token_of(path)) {
        match read_csv(path) {
            Ok(bars) => return Ok(Dataset { token, bars }.into()),
            Err(DataError::Layout { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let imported = import(
        path,
        &ImportOptions {
            token: asked,
            ..ImportOptions::default()
        },
    )?;
    let mut stderr = std::io::stderr().lock();
    for note in &imported.report.notes {
        // Without standard error there is nobody to tell; the run goes on.
        drop(writeln!(stderr, "{}: {}", path.display(), note.message));
    }
    Ok(imported.dataset.into())
}

/// The present, for the rule that requests do not ask for the future.
pub(crate) fn now() -> Option<Timestamp> {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).ok()?;
    i64::try_from(since.as_nanos())
        .ok()
        .map(Timestamp::from_nanoseconds)
}

//! Where a command's request and bars come from.

use std::{
    io::{Read, Write},
    path::{Path, PathBuf},
    time::SystemTime,
};

use threadx::{
    Error,
    controllers::Services,
    data::{BarSource, Dataset, ImportOptions, Listing, import, read_csv, token_of},
    engine::StrategyRegistry,
    error::{DataError, ValidationError},
    market::{Symbol, Timestamp},
    request::{Document, Limits, Request, Valid},
};

use crate::args::InputArgs;

/// A request that was read, and where from.
struct ReadRequest {
    document: Document,
    /// The file's name in messages.
    name: String,
}

/// The valid request of a command, and the services that it runs on: from the request file, or from flags with what
/// they may leave out filled in. `defaults` fills in what is the command's own.
pub(crate) fn request<T: Request>(
    operation: &str,
    args: &InputArgs,
    strategies: StrategyRegistry,
    flags: impl FnOnce() -> Result<Document, ValidationError>,
    defaults: impl FnOnce(&mut Document),
) -> Result<(Services, Valid<T>), Error> {
    let (mut document, name) = match &args.request {
        Some(path) => {
            let read = read_request(path).map_err(|error| error.with_operation(operation))?;
            (read.document, Some(read.name))
        }
        None => (
            flags().map_err(|error| Error::from(error).with_operation(operation))?,
            None,
        ),
    };
    let token = document.text("token").or_else(|| document.text("symbol"));
    let source = source(args.data.as_ref(), token).map_err(|error| error.with_operation(operation))?;
    if name.is_none() {
        fill_in(&mut document, &source)?;
        defaults(&mut document);
    }
    let services = Services::builder()
        .source(source)
        .strategies(strategies)
        .build()?;
    let mut context = services.request_context()?;
    if let Some(now) = now() {
        context = context.now(now);
    }
    let request = Valid::from_document(&document, &context).map_err(|error| {
        let error = Error::from(error).with_operation(operation);
        match name {
            Some(name) => error.with_path(name),
            None => error,
        }
    })?;
    Ok((services, request))
}

/// Fills in what flags may leave out: the first stored bars that fit, the strategy to try first, the stored range.
fn fill_in(document: &mut Document, source: &BarSource) -> Result<(), Error> {
    let listings = source.list()?;
    let text = |field: &str| document.text(field).map(str::to_owned);
    let (token, timeframe) = (text("token"), text("timeframe"));
    let fits = |listing: &&Listing| {
        token
            .as_ref()
            .is_none_or(|token| token.trim().eq_ignore_ascii_case(listing.token.as_str()))
            && timeframe
                .as_ref()
                .is_none_or(|timeframe| timeframe == listing.timeframe.as_str())
    };
    let Some(listing) = listings.iter().find(fits).or(listings.first()) else {
        return Ok(());
    };
    for (field, value) in [
        ("token", listing.token.to_string()),
        ("timeframe", listing.timeframe.to_string()),
        ("strategy", "ma_crossover".to_owned()),
        ("start_date", listing.first.to_string()),
        ("end_date", listing.timeframe.next(listing.last).to_string()),
    ] {
        if !document.contains(field) {
            document.set(field, value);
        }
    }
    Ok(())
}

/// Reads a request file: TOML by its extension, else JSON; `-` is JSON on standard input.
fn read_request(path: &Path) -> Result<ReadRequest, Error> {
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
fn source(data: Option<&PathBuf>, token: Option<&str>) -> Result<BarSource, Error> {
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
fn now() -> Option<Timestamp> {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).ok()?;
    i64::try_from(since.as_nanos())
        .ok()
        .map(Timestamp::from_nanoseconds)
}

//! Where a command's request and bars come from.

use std::{
    io::{Read, Write},
    path::Path,
    time::SystemTime,
};

use threadx::{
    Error,
    controllers::Services,
    data::{BarSource, Catalogue, Dataset, ImportOptions, Listing, import, read_csv, token_of},
    engine::StrategyRegistry,
    error::{DataError, ValidationError},
    market::{Symbol, Timeframe, Timestamp},
    request::{Document, Limits, Request, RequestContext, Settings, Valid},
};

use crate::args::InputArgs;

/// A request that was read, and where from.
pub(crate) struct ReadRequest {
    pub(crate) document: Document,
    /// The file's name in messages.
    pub(crate) name: String,
}

/// The valid request of a command, and the services that it runs on: from the request file, or from flags with what
/// they may leave out filled in. `defaults` fills in what is the command's own.
pub(crate) fn request<T: Request>(
    operation: &str,
    args: &InputArgs,
    settings: &Settings,
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
    let timeframe = document.text("timeframe");
    let source = source(args, settings, token, timeframe).map_err(|error| error.with_operation(operation))?;
    if name.is_none() {
        fill_in(&mut document, &source)?;
        defaults(&mut document);
    }
    validated(
        operation,
        &document,
        name,
        services(source, settings, strategies)?,
    )
}

/// The valid request that a result was made of, and the services that it runs on.
pub(crate) fn stored<T: Request>(
    operation: &str,
    request: &serde_json::Value,
    name: String,
    args: &InputArgs,
    settings: &Settings,
    strategies: StrategyRegistry,
) -> Result<(Services, Valid<T>), Error> {
    let document = Document::from_json(request.to_string(), &Limits::default())
        .map_err(|error| Error::from(error).with_operation(operation))?;
    let (token, timeframe) = (document.text("token"), document.text("timeframe"));
    let source = source(args, settings, token, timeframe).map_err(|error| error.with_operation(operation))?;
    validated(
        operation,
        &document,
        Some(name),
        services(source, settings, strategies)?,
    )
}

/// The services over the source, as the settings say.
pub(crate) fn services(
    source: BarSource,
    settings: &Settings,
    strategies: StrategyRegistry,
) -> Result<Services, Error> {
    Services::builder()
        .cache_bytes(settings.cache_bytes)
        .source(source)
        .strategies(strategies)
        .build()
}

/// What requests may ask of the services now.
pub(crate) fn context(services: &Services) -> Result<RequestContext, Error> {
    let context = services.request_context()?;
    Ok(match now() {
        Some(now) => context.now(now),
        None => context,
    })
}

/// The document as a valid request of the services.
fn validated<T: Request>(
    operation: &str,
    document: &Document,
    name: Option<String>,
    services: Services,
) -> Result<(Services, Valid<T>), Error> {
    let context = context(&services)?;
    let request = Valid::from_document(document, &context).map_err(|error| {
        let error = Error::from(error).with_operation(operation);
        match name {
            Some(name) => error.with_path(name),
            None => error,
        }
    })?;
    Ok((services, request))
}

/// Fills in the strategy to try first.
pub(crate) fn default_strategy(document: &mut Document) {
    if !document.contains("strategy") {
        document.set("strategy", "ma_crossover");
    }
}

/// Fills in what flags may leave out: the first stored bars that fit, the stored range.
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

/// The bars to run on: a file's, those of a folder, or the embedded sample. Without a file or a folder it is the
/// folder of the settings if that holds what is asked for by name, else the sample.
fn source(
    args: &InputArgs,
    settings: &Settings,
    token: Option<&str>,
    timeframe: Option<&str>,
) -> Result<BarSource, Error> {
    // A token that is none is left to the rules of the request.
    let asked = token.and_then(|token| Symbol::parse(&token.trim().to_ascii_uppercase()).ok());
    if let Some(path) = &args.data {
        return file(path, asked);
    }
    if let Some(folder) = &args.data_dir {
        return folder_of_bars(folder);
    }
    if let (Some(token), Some(folder)) = (asked, &settings.data_dir) {
        let catalogue = Catalogue::open(folder);
        let holds = match timeframe.map(Timeframe::parse) {
            Some(Ok(timeframe)) => catalogue.manifest(&token, timeframe)?.is_some(),
            _ => catalogue.list()?.iter().any(|listing| listing.token == token),
        };
        if holds {
            return Ok(BarSource::Catalogue(catalogue));
        }
    }
    Ok(BarSource::sample()?)
}

/// The bars of many requests: a file's, those of a folder, those of the folder of the settings if it holds any, or the
/// embedded sample.
pub(crate) fn any_source(
    data: Option<&Path>,
    data_dir: Option<&Path>,
    settings: &Settings,
) -> Result<BarSource, Error> {
    if let Some(path) = data {
        return file(path, None);
    }
    if let Some(folder) = data_dir {
        return folder_of_bars(folder);
    }
    if let Some(folder) = &settings.data_dir {
        let catalogue = Catalogue::open(folder);
        if !catalogue.list()?.is_empty() {
            return Ok(BarSource::Catalogue(catalogue));
        }
    }
    Ok(BarSource::sample()?)
}

/// The stored bars of a folder, which has to be there.
fn folder_of_bars(folder: &Path) -> Result<BarSource, Error> {
    std::fs::read_dir(folder).map_err(|source| DataError::Read {
        path: folder.to_owned(),
        source,
    })?;
    Ok(BarSource::catalogue(folder))
}

/// The bars of a file, which stand for the token that is asked for.
///
/// A file in the clean form is held to it, line by line. Any other is imported, and what that found or changed is
/// told on standard error.
fn file(path: &Path, asked: Option<Symbol>) -> Result<BarSource, Error> {
    if let Some(token) = asked.clone().or_else(|| token_of(path)) {
        match read_csv(path) {
            Ok(bars) => return Ok(Dataset { token, bars }.into()),
            // Another layout, or no text at all.
            Err(DataError::Layout { .. } | DataError::Row { line: 1, .. }) => {}
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

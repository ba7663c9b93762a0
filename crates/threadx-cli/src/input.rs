//! Where a command's request and bars come from.

use std::{
    io::{Read, Write},
    path::{Path, PathBuf},
    time::SystemTime,
};

use threadx::{
    Error,
    controllers::{Services, SweepManifest},
    data::{BarSource, Catalogue, Dataset, ImportOptions, Listing, import, read_csv, token_of},
    engine::StrategyRegistry,
    error::{DataError, ValidationError},
    market::{Symbol, Timeframe, Timestamp},
    request::{Document, Limits, Request, RequestContext, RequestKind, Settings, SweepRequest, Valid},
};

use crate::args::{BarsArgs, InputArgs};

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
    let source = source(&args.bars, settings, &document).map_err(|error| error.with_operation(operation))?;
    if name.is_none() {
        if T::KIND == RequestKind::Backtest {
            portfolio_of_files(&mut document, &source);
        }
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
    bars: &BarsArgs,
    settings: &Settings,
    strategies: StrategyRegistry,
) -> Result<(Services, Valid<T>), Error> {
    let document = Document::from_json(request.to_string(), &Limits::default())
        .map_err(|error| Error::from(error).with_operation(operation))?;
    let source = source(bars, settings, &document).map_err(|error| error.with_operation(operation))?;
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

/// The valid request of a sweep's plan, and the services that it runs on: over what the plan was made on, unless
/// `bars` says otherwise.
pub(crate) fn planned(
    bars: &BarsArgs,
    manifest: &SweepManifest,
    path: &Path,
    settings: &Settings,
    strategies: StrategyRegistry,
) -> Result<(Services, Valid<SweepRequest>), Error> {
    let made_on = match &manifest.source[..] {
        [folder] if folder.is_dir() => BarsArgs {
            data: Vec::new(),
            data_dir: Some(folder.clone()),
        },
        files => BarsArgs {
            data: files.to_vec(),
            data_dir: None,
        },
    };
    let told = bars.data_dir.is_some() || !bars.data.is_empty();
    let bars = if told { bars } else { &made_on };
    let name = path.display().to_string();
    stored("shard", &manifest.request, name, bars, settings, strategies)
}

/// Several files without a word on which token is meant are a portfolio, in the order of the files.
fn portfolio_of_files(document: &mut Document, source: &BarSource) {
    let BarSource::Several(datasets) = source else {
        return;
    };
    if !["token", "symbol", "tokens"]
        .iter()
        .any(|field| document.contains(field))
    {
        let tokens: Vec<&str> = datasets.iter().map(|dataset| dataset.token.as_str()).collect();
        document.set("tokens", tokens);
    }
}

/// The tokens that a request names, none of them checked.
fn named_tokens(document: &Document) -> Vec<&str> {
    let single = document.text("token").or_else(|| document.text("symbol"));
    let mut tokens = document.texts("tokens");
    tokens.extend(single);
    tokens
}

/// Fills in what flags may leave out: the first stored bars that fit, the stored range; of a portfolio the range of
/// all its tokens.
fn fill_in(document: &mut Document, source: &BarSource) -> Result<(), Error> {
    let listings = source.list()?;
    let tokens: Vec<String> = named_tokens(document).into_iter().map(str::to_owned).collect();
    let timeframe = document.text("timeframe").map(str::to_owned);
    let named = |listing: &Listing| {
        let is = |token: &String| token.trim().eq_ignore_ascii_case(listing.token.as_str());
        tokens.is_empty() || tokens.iter().any(is)
    };
    let fits = |listing: &&Listing| {
        let timeframe = timeframe.as_ref();
        named(listing) && timeframe.is_none_or(|timeframe| timeframe == listing.timeframe.as_str())
    };
    let Some(listing) = listings.iter().find(fits).or(listings.first()) else {
        return Ok(());
    };
    let (mut first, mut last) = (listing.first, listing.last);
    if document.contains("tokens") {
        let same = |other: &&Listing| named(other) && other.timeframe == listing.timeframe;
        for other in listings.iter().filter(same) {
            first = first.min(other.first);
            last = last.max(other.last);
        }
    } else if !document.contains("token") {
        document.set("token", listing.token.to_string());
    }
    for (field, value) in [
        ("timeframe", listing.timeframe.to_string()),
        ("start_date", first.to_string()),
        ("end_date", listing.timeframe.next(last).to_string()),
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

/// The bars to run on: those of files, those of a folder, or the embedded sample. Without a file or a folder it is the
/// folder of the settings if that holds what is asked for by name, else the sample.
fn source(args: &BarsArgs, settings: &Settings, document: &Document) -> Result<BarSource, Error> {
    // A token that is none is left to the rules of the request.
    let asked: Vec<Option<Symbol>> = named_tokens(document)
        .into_iter()
        .map(|token| Symbol::parse(token).ok())
        .collect();
    match &args.data[..] {
        [] => {}
        [path] => return Ok(file(path, asked.into_iter().next().flatten())?.into()),
        paths => return files(paths, asked),
    }
    if let Some(folder) = &args.data_dir {
        return folder_of_bars(folder);
    }
    if let Some(folder) = settings.data_dir.as_ref().filter(|_| !asked.is_empty()) {
        let catalogue = Catalogue::open(folder);
        let timeframe = document.text("timeframe").map(Timeframe::parse);
        let holds = |token: &Option<Symbol>| match (token, &timeframe) {
            (Some(token), Some(Ok(timeframe))) => Ok(catalogue.manifest(token, *timeframe)?.is_some()),
            (Some(token), _) => Ok(catalogue.list()?.iter().any(|listing| listing.token == *token)),
            (None, _) => Ok::<bool, DataError>(false),
        };
        let mut all = true;
        for token in &asked {
            all = all && holds(token)?;
        }
        if all {
            return Ok(BarSource::Catalogue(catalogue));
        }
    }
    Ok(BarSource::sample()?)
}

/// The bars of many requests: a file's, those of a folder, those of the folder of the settings if it holds any, or the
/// embedded sample.
pub(crate) fn any_source(args: &BarsArgs, settings: &Settings) -> Result<BarSource, Error> {
    match &args.data[..] {
        [] => {}
        [path] => return Ok(file(path, None)?.into()),
        paths => return files(paths, Vec::new()),
    }
    if let Some(folder) = &args.data_dir {
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

/// The bars of several files. They stand for the tokens that are asked for, in their order, if there are as many; else
/// for those that they are named for.
fn files(paths: &[PathBuf], asked: Vec<Option<Symbol>>) -> Result<BarSource, Error> {
    let mut tokens = asked.into_iter();
    let by_order = tokens.len() == paths.len();
    let mut datasets: Vec<Dataset> = Vec::new();
    for path in paths {
        let dataset = file(path, tokens.next().flatten().filter(|_| by_order))?;
        let timeframe = dataset.bars.timeframe();
        let same = |other: &Dataset| other.token == dataset.token && other.bars.timeframe() == timeframe;
        if datasets.iter().any(same) {
            return Err(DataError::Layout {
                path: path.clone(),
                expected: format!(
                    "expected bars of another token, got {} {timeframe} once more",
                    dataset.token
                ),
            }
            .into());
        }
        datasets.push(dataset);
    }
    Ok(datasets.into())
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
fn file(path: &Path, asked: Option<Symbol>) -> Result<Dataset, Error> {
    if let Some(token) = asked.clone().or_else(|| token_of(path)) {
        match read_csv(path) {
            Ok(bars) => return Ok(Dataset { token, bars }),
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
    Ok(imported.dataset)
}

/// The present, for the rule that requests do not ask for the future.
pub(crate) fn now() -> Option<Timestamp> {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).ok()?;
    i64::try_from(since.as_nanos())
        .ok()
        .map(Timestamp::from_nanoseconds)
}

//! `threadx data validate`.

use std::{io::Write, path::Path};

use threadx::{
    Error,
    controllers::import_quality,
    data::{BadRows, BarSource, Catalogue, Duplicates, ImportOptions, Listing, RowOrder, import},
    engine::StrategyRegistry,
    error::DataError,
    market::{Check, DeclaredCalendar, QualityOptions, QualityReport, Symbol, Timestamp, Verdict},
    request::{DataRequest, Document, Settings, Valid, Value},
};

use super::{
    about_file,
    document::{Entry, Quality},
    part, quality,
};
use crate::{
    args::{Output, ValidateArgs},
    execute,
    exit_code::Exit,
    failure::{self, Failure, output_failure},
    input,
    interrupt::Interrupt,
};

/// Where stored bars may be.
pub(super) struct Places<'a> {
    /// The folder of the flag.
    pub(super) given: Option<&'a Path>,
    /// That, or the folder of the settings.
    pub(super) folder: Option<&'a Path>,
}

/// Endings of the names of files of bars.
const ENDINGS: [&str; 11] = [
    ".csv", ".txt", ".tsv", ".json", ".gz", ".zip", ".parquet", ".feather", ".arrow", ".ipc", ".dat",
];

/// Checks files or stored bars and prints what was found; a verdict of `fail` is an exit code of its own.
pub(super) fn run(
    args: &ValidateArgs,
    places: &Places<'_>,
    output: Output,
    settings: &Valid<Settings>,
    stdout: &mut impl Write,
) -> Result<(), Failure> {
    let interrupt = Interrupt::install().map_err(Failure::Signals)?;
    let (files, tokens): (Vec<&String>, Vec<&String>) = args.what.iter().partition(|text| is_file(text));
    let mut entries = Vec::new();
    let mut failures = Vec::new();
    for file in &files {
        match of_file(args, Path::new(file)) {
            Ok(entry) => entries.push(entry),
            Err(failure) => failures.push(failure),
        }
    }
    if files.is_empty() || !tokens.is_empty() {
        let reports = match &args.request {
            Some(path) => of_request(path, places, settings, &interrupt)?,
            None => of_stored(args, &tokens, places, settings, &interrupt)?,
        };
        entries.extend(reports.into_iter().map(|report| Entry {
            quality: Quality::Checked(Box::new(report)),
            import: None,
            stored: None,
        }));
    }
    if !entries.is_empty() {
        quality::write(&entries, output, stdout)
            .and_then(|()| stdout.flush())
            .map_err(output_failure)?;
    }
    let last = failures.pop();
    for failure in &failures {
        // Without standard error the exit code still tells.
        drop(failure::report(failure, output, &mut std::io::stderr().lock()));
    }
    match last {
        Some(failure) => Err(failure),
        None if entries.iter().any(failed) => Err(Failure::Told(Exit::Data)),
        None => Ok(()),
    }
}

fn failed(entry: &Entry) -> bool {
    matches!(&entry.quality, Quality::Checked(report) if report.verdict == Verdict::Fail)
}

/// Whether the text means a file rather than a token.
fn is_file(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    text.contains(['/', '\\'])
        || ENDINGS.iter().any(|ending| lower.ends_with(ending))
        || Path::new(text).is_file()
}

/// The report of a file. What an import would refuse is a finding here, as far as the file can be read at all.
fn of_file(args: &ValidateArgs, path: &Path) -> Result<Entry, Failure> {
    let options = ImportOptions {
        bad_rows: BadRows::Drop,
        duplicates: Duplicates::KeepFirst,
        order: RowOrder::Sort,
        ..ImportOptions::from(&args.dialect)
    };
    let mut imported = import(path, &options).map_err(|error| about_file(error, "data validate", path))?;
    let bars = &imported.dataset.bars;
    imported.dataset.bars = part(bars, args.start.as_deref(), args.end.as_deref())?;
    let options = QualityOptions {
        checks: checks(args).collect(),
        calendar: calendar(args),
        range: None,
    };
    Ok(Entry {
        quality: Quality::Checked(Box::new(import_quality(&imported, &options))),
        import: Some(imported.report),
        stored: None,
    })
}

fn calendar(args: &ValidateArgs) -> DeclaredCalendar {
    args.calendar.map(Into::into).unwrap_or_default()
}

fn checks(args: &ValidateArgs) -> impl Iterator<Item = Check> {
    let all = Check::ALL.into_iter().filter(|_| args.checks.is_empty());
    args.checks.iter().copied().chain(all)
}

/// The reports of a request file.
fn of_request(
    path: &Path,
    places: &Places<'_>,
    settings: &Valid<Settings>,
    interrupt: &Interrupt,
) -> Result<Vec<QualityReport>, Failure> {
    let read = input::read_request(path).map_err(|error| error.with_operation("data validate"))?;
    let source = source(places, &[])?;
    checked(&source, &read.document, settings, interrupt).map_err(|failure| match failure {
        Failure::Error(error, hint) => Failure::Error(error.with_path(read.name.as_str()), hint),
        other => other,
    })
}

/// The reports of stored tokens: those that are named, or all.
fn of_stored(
    args: &ValidateArgs,
    tokens: &[&String],
    places: &Places<'_>,
    settings: &Valid<Settings>,
    interrupt: &Interrupt,
) -> Result<Vec<QualityReport>, Failure> {
    let named = tokens
        .iter()
        .map(|text| Symbol::parse(&text.trim().to_ascii_uppercase()))
        .chain(args.dialect.token.clone().map(Ok))
        .collect::<Result<Vec<Symbol>, DataError>>()?;
    let source = source(places, &named)?;
    let listings = source.list()?;
    let wanted = |listing: &&Listing| {
        (named.is_empty() || named.contains(&listing.token))
            && args
                .dialect
                .timeframe
                .is_none_or(|timeframe| timeframe == listing.timeframe)
    };
    for token in &named {
        // A token that is not stored, or not in the timeframe, is told with what is.
        if let (Some(timeframe), None) = (
            args.dialect.timeframe,
            listings
                .iter()
                .filter(wanted)
                .find(|listing| listing.token == *token),
        ) {
            source.load(token, timeframe)?;
        }
        if !listings.iter().any(|listing| listing.token == *token) {
            let names: std::collections::BTreeSet<&str> =
                listings.iter().map(|listing| listing.token.as_str()).collect();
            return Err(DataError::UnknownToken {
                token: token.to_string(),
                nearest: threadx::error::nearest(token.as_str(), names),
            }
            .into());
        }
    }
    let mut reports = Vec::new();
    for listing in listings.iter().filter(wanted) {
        let mut document = Document::new();
        document.set("tokens", vec![&listing.token]);
        document.set("timeframe", listing.timeframe);
        let time = |flag: &Option<String>, stored: Timestamp| match flag {
            Some(text) => Value::untyped(text),
            None => Value::from(stored),
        };
        document.set("start", time(&args.start, listing.first));
        document.set("end", time(&args.end, listing.timeframe.next(listing.last)));
        document.set("checks", checks(args).collect::<Vec<_>>());
        document.set("calendar", calendar(args));
        reports.extend(checked(&source, &document, settings, interrupt)?);
    }
    Ok(reports)
}

/// Where the bars are: the folder that is named, the one of the settings if it holds what is asked for, the sample.
fn source(places: &Places<'_>, tokens: &[Symbol]) -> Result<BarSource, Error> {
    if let Some(given) = places.given {
        return Ok(BarSource::catalogue(given));
    }
    if let Some(folder) = places.folder {
        let listings = Catalogue::open(folder).list()?;
        let holds = |token: &Symbol| listings.iter().any(|listing| listing.token == *token);
        if !listings.is_empty() && tokens.iter().all(holds) {
            return Ok(BarSource::catalogue(folder));
        }
    }
    Ok(BarSource::sample()?)
}

/// Runs a request for checks through the coordinator.
fn checked(
    source: &BarSource,
    document: &Document,
    settings: &Valid<Settings>,
    interrupt: &Interrupt,
) -> Result<Vec<QualityReport>, Failure> {
    let services = input::services(source.clone(), settings, StrategyRegistry::built_in())?;
    let context = input::context(&services)?;
    let request = Valid::<DataRequest>::from_document(document, &context)
        .map_err(|error| Error::from(error).with_operation("data validate"))?;
    let result = execute::run(request, settings, services, interrupt, |_progress| {})?;
    Ok(result.as_result()?.tokens.clone())
}

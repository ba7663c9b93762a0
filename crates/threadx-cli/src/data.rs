//! `threadx data`.

mod document;
mod export;
mod import;
mod list;
mod quality;
mod resample;
mod show;
mod validate;

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use threadx::{
    Error,
    data::{Catalogue, Listing},
    error::{DataError, ValidationError, Violation, ViolationCode},
    market::{Bars, Symbol, Timeframe, Timestamp},
    request::{Settings, Valid},
};

use crate::{
    args::{DataArgs, DataCommand, Output},
    failure::Failure,
};

/// Runs a command about bars.
pub(crate) fn run(
    args: &DataArgs,
    output: Output,
    settings: &Valid<Settings>,
    stdout: &mut impl Write,
) -> Result<(), Failure> {
    let folder = args.data_dir.as_ref().or(settings.data_dir.as_ref());
    match &args.command {
        DataCommand::Import(import) => import::run(import, &catalogue(folder)?, output, stdout),
        DataCommand::Validate(validate) => {
            let places = validate::Places {
                given: args.data_dir.as_deref(),
                folder: folder.map(PathBuf::as_path),
            };
            validate::run(validate, &places, output, settings, stdout)
        }
        DataCommand::List => list::run(&catalogue(folder)?, output, stdout),
        DataCommand::Show(show) => show::run(show, &catalogue(folder)?, output, stdout),
        DataCommand::Resample(resample) => resample::run(resample, &catalogue(folder)?, output, stdout),
        DataCommand::Export(export) => export::run(export, &catalogue(folder)?, output, stdout),
    }
}

fn catalogue(folder: Option<&PathBuf>) -> Result<Catalogue, Failure> {
    match folder {
        Some(folder) => Ok(Catalogue::open(folder)),
        None => Err(refused(
            "data_dir",
            "must be set (the system names no folder for data); --data-dir DIR does",
        )),
    }
}

/// What is stored of a token, finest first; an error that names the nearest tokens if nothing is.
fn stored_of(catalogue: &Catalogue, token: &Symbol) -> Result<Vec<Listing>, Error> {
    let listings = catalogue.list()?;
    if !listings.iter().any(|listing| listing.token == *token) {
        let tokens: std::collections::BTreeSet<&str> =
            listings.iter().map(|listing| listing.token.as_str()).collect();
        return Err(DataError::UnknownToken {
            token: token.to_string(),
            nearest: threadx::error::nearest(token.as_str(), tokens),
        }
        .into());
    }
    Ok(listings
        .into_iter()
        .filter(|listing| listing.token == *token)
        .collect())
}

/// The timeframe that is asked for, or the only one that is stored.
fn one_timeframe(
    catalogue: &Catalogue,
    token: &Symbol,
    asked: Option<Timeframe>,
) -> Result<Timeframe, Failure> {
    let stored = stored_of(catalogue, token)?;
    match (asked, &stored[..]) {
        (Some(asked), _) => Ok(asked),
        (None, [one]) => Ok(one.timeframe),
        (None, several) => {
            let names: Vec<&str> = several.iter().map(|listing| listing.timeframe.as_str()).collect();
            Err(refused(
                "timeframe",
                format!("must be given: {token} is stored in {}", names.join(", ")),
            ))
        }
    }
}

/// The bars whose open time t has `start` ≤ t < `end`, of flags that may be left out.
fn part(bars: &Bars, start: Option<&str>, end: Option<&str>) -> Result<Bars, Failure> {
    let time = |field: &str, text: Option<&str>, default: Timestamp| {
        let Some(text) = text else {
            return Ok(default);
        };
        Timestamp::parse(text).map_err(|error| {
            let violation =
                Violation::new(field, ViolationCode::BadTimestamp, format!("is no time: {error}"))
                    .with_value(text);
            Failure::from(ValidationError::from(violation))
        })
    };
    let start = time("start", start, Timestamp::MIN)?;
    let end = time("end", end, Timestamp::MAX)?;
    Ok(bars.slice(bars.positions(start, end)))
}

/// A flag that cannot be as it is.
fn refused(field: &str, message: impl Into<String>) -> Failure {
    ValidationError::from(Violation::new(field, ViolationCode::Missing, message.into())).into()
}

/// The error with what was being done to which file.
fn about_file(error: impl Into<Error>, operation: &str, path: &Path) -> Error {
    error
        .into()
        .with_operation(operation)
        .with_path(path.display().to_string())
}

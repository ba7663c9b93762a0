//! `threadx data resample`.

use std::io::Write;

use threadx::{
    data::{Catalogue, Origin},
    error::DataError,
};

use super::stored_of;
use crate::{
    args::{Output, ResampleArgs},
    failure::{Failure, output_failure},
};

/// Stores the bars of a coarser timeframe that stored ones make up.
pub(super) fn run(
    args: &ResampleArgs,
    catalogue: &Catalogue,
    output: Output,
    stdout: &mut impl Write,
) -> Result<(), Failure> {
    let stored = stored_of(catalogue, &args.token)?;
    let finest = stored.first().map(|listing| listing.timeframe);
    let Some(from) = args.from.or(finest) else {
        return Ok(());
    };
    if let (Some(there), false) = (catalogue.manifest(&args.token, args.to)?, args.force) {
        let path = catalogue.folder().join(args.token.as_str()).join(there.file);
        return Err(Failure::from(DataError::Exists { path }).hint("--force replaces the bars stored there"));
    }
    let resampled = catalogue.resample(&args.token, from, args.to)?;
    let manifest = resampled.manifest;
    let (first_partial, last_partial) = match manifest.origins.last() {
        Some(Origin::Resampled {
            first_partial,
            last_partial,
            ..
        }) => (*first_partial, *last_partial),
        _ => (false, false),
    };
    let written = match output {
        Output::Json => writeln!(
            stdout,
            "{:#}",
            serde_json::json!({
                "token": manifest.token, "timeframe": manifest.timeframe, "from": from, "bars": manifest.bars,
                "first": manifest.first, "last": manifest.last, "first_partial": first_partial,
                "last_partial": last_partial, "fingerprint": manifest.fingerprint
            })
        ),
        Output::Csv => writeln!(
            stdout,
            "token,timeframe,from,bars,first,last,first_partial,last_partial\n{},{},{from},{},{},{},{first_partial},\
             {last_partial}",
            manifest.token, manifest.timeframe, manifest.bars, manifest.first, manifest.last
        ),
        Output::Table => {
            let partial = |is: bool| if is { " (partial)" } else { "" };
            writeln!(
                stdout,
                "{} {}, {} bars from {}{} to {}{}, made of bars of {from}",
                manifest.token,
                manifest.timeframe,
                manifest.bars,
                manifest.first,
                partial(first_partial),
                manifest.last,
                partial(last_partial)
            )
        }
    };
    written.map_err(output_failure)
}

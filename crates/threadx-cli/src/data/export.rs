//! `threadx data export`.

use std::io::Write;

use threadx::{
    data::{Catalogue, Existing, export},
    error::DataError,
};

use super::{about_file, one_timeframe, part};
use crate::{
    args::{ExportArgs, Output},
    failure::{Failure, output_failure},
};

/// Writes stored bars to a file.
pub(super) fn run(
    args: &ExportArgs,
    catalogue: &Catalogue,
    output: Output,
    stdout: &mut impl Write,
) -> Result<(), Failure> {
    let timeframe = one_timeframe(catalogue, &args.token, args.timeframe)?;
    let stored = catalogue.load(&args.token, timeframe)?;
    let bars = part(&stored, args.start.as_deref(), args.end.as_deref())?;
    let Some((first, last)) = bars.first().zip(bars.last()) else {
        let (from, to) = (args.start.as_deref(), args.end.as_deref());
        return Err(DataError::NoBars {
            token: args.token.to_string(),
            timeframe: timeframe.to_string(),
            range: format!("[{}, {})", from.unwrap_or("the first"), to.unwrap_or("the last")),
            stored: match (stored.first(), stored.last()) {
                (Some(first), Some(last)) => format!("from {first} to {last}"),
                _ => "nowhere".to_owned(),
            },
        }
        .into());
    };
    let existing = if args.force {
        Existing::Replace
    } else {
        Existing::Refuse
    };
    export(&bars, &args.to, existing).map_err(|error| {
        let error = about_file(error, "data export", &args.to);
        let exists = error.code() == "exists";
        let failure = Failure::from(error);
        if exists {
            failure.hint("--force overwrites it")
        } else {
            failure
        }
    })?;
    let file = args.to.display();
    let (token, count) = (&args.token, bars.len());
    let written = match output {
        Output::Json => writeln!(
            stdout,
            "{:#}",
            serde_json::json!({
                "token": token, "timeframe": timeframe, "bars": count, "first": first, "last": last,
                "file": args.to, "fingerprint": bars.fingerprint()
            })
        ),
        Output::Csv | Output::Table => {
            writeln!(
                stdout,
                "{token} {timeframe}, {count} bars from {first} to {last} written to {file}"
            )
        }
    };
    written.map_err(output_failure)
}

//! `threadx data show`.

use std::io::Write;

use threadx::{
    data::{Catalogue, Manifest, Origin},
    error::DataError,
    market::Bars,
};

use super::stored_of;
use crate::{
    args::{Output, ShowArgs},
    failure::{Failure, output_failure},
    table::Plain,
};

/// Bars that are shown of each end.
const ENDS: usize = 3;

/// Shows what is stored of a market, whole and undamaged, and where it came from.
pub(super) fn run(
    args: &ShowArgs,
    catalogue: &Catalogue,
    output: Output,
    stdout: &mut impl Write,
) -> Result<(), Failure> {
    let mut shown: Vec<(Manifest, Bars)> = Vec::new();
    let stored = stored_of(catalogue, &args.token)?;
    for listing in &stored {
        if args.timeframe.is_some_and(|asked| asked != listing.timeframe) {
            continue;
        }
        if let Some(manifest) = catalogue.manifest(&listing.token, listing.timeframe)? {
            let bars = catalogue.load(&listing.token, listing.timeframe)?;
            shown.push((manifest, bars));
        }
    }
    if let (true, Some(asked)) = (shown.is_empty(), args.timeframe) {
        return Err(DataError::UnknownTimeframe {
            token: args.token.to_string(),
            timeframe: asked.to_string(),
            stored: stored
                .iter()
                .map(|listing| listing.timeframe.to_string())
                .collect(),
        }
        .into());
    }
    let written = match output {
        Output::Json => {
            let manifests: Vec<&Manifest> = shown.iter().map(|(manifest, _)| manifest).collect();
            writeln!(stdout, "{:#}", serde_json::json!({ "datasets": manifests }))
        }
        Output::Csv => write_csv(&shown, stdout),
        Output::Table => shown
            .iter()
            .try_for_each(|(manifest, bars)| write_one(manifest, bars, stdout)),
    };
    written.map_err(output_failure)
}

fn write_one(manifest: &Manifest, bars: &Bars, to: &mut impl Write) -> std::io::Result<()> {
    writeln!(
        to,
        "{} {}, {} bars from {} to {}",
        manifest.token, manifest.timeframe, manifest.bars, manifest.first, manifest.last
    )?;
    writeln!(to, "data {}", manifest.fingerprint)?;
    for origin in &manifest.origins {
        writeln!(to, "from {}", told(origin))?;
    }
    let mut table = Plain::new(
        ["time", "open", "high", "low", "close", "volume"],
        &[1, 2, 3, 4, 5],
    );
    let ends = if bars.len() <= 2 * ENDS {
        (0..bars.len(), 0..0)
    } else {
        (0..ENDS, bars.len() - ENDS..bars.len())
    };
    for row in ends.0.clone() {
        table.row(cells(bars, row));
    }
    if !ends.1.is_empty() {
        table.row(["…", "", "", "", "", ""]);
    }
    for row in ends.1 {
        table.row(cells(bars, row));
    }
    table.write(to)?;
    writeln!(to)
}

/// Where bars came from, in words.
fn told(origin: &Origin) -> String {
    match origin {
        Origin::Import(report) => {
            let text = |field: &str| report[field].as_str().unwrap_or("?").to_owned();
            let dialect = report["dialect"]["name"].as_str().unwrap_or("?");
            format!(
                "{} ({dialect}, {} bars, {} to {})",
                text("file"),
                report["bars"],
                text("first"),
                text("last")
            )
        }
        Origin::Resampled {
            from,
            first_partial,
            last_partial,
            ..
        } => {
            let partial = match (first_partial, last_partial) {
                (false, false) => "",
                (true, false) => "; the first bar is partial",
                (false, true) => "; the last bar is partial",
                (true, true) => "; the first and the last bar are partial",
            };
            format!("bars of {from}{partial}")
        }
        Origin::Given => "a program".to_owned(),
    }
}

fn cells(bars: &Bars, row: usize) -> [String; 6] {
    [
        bars.time()[row].to_string(),
        bars.open()[row].to_string(),
        bars.high()[row].to_string(),
        bars.low()[row].to_string(),
        bars.close()[row].to_string(),
        bars.volume()[row].to_string(),
    ]
}

fn write_csv(shown: &[(Manifest, Bars)], to: &mut impl Write) -> std::io::Result<()> {
    let mut csv = csv::Writer::from_writer(to);
    csv.write_record([
        "token",
        "timeframe",
        "bars",
        "first",
        "last",
        "fingerprint",
        "origin",
    ])?;
    for (manifest, _) in shown {
        let origins: Vec<String> = manifest.origins.iter().map(told).collect();
        csv.write_record([
            manifest.token.to_string(),
            manifest.timeframe.to_string(),
            manifest.bars.to_string(),
            manifest.first.to_string(),
            manifest.last.to_string(),
            manifest.fingerprint.to_string(),
            origins.join("; "),
        ])?;
    }
    csv.flush()
}

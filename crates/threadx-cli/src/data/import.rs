//! `threadx data import`.

use std::{io::Write, ops::ControlFlow, path::Path};

use indicatif::{ProgressBar, ProgressStyle};
use threadx::{
    Error,
    controllers::import_quality,
    data::{Catalogue, Dataset, Import, ImportOptions, MergePolicy, Progress, StoredImport},
    market::QualityOptions,
};

use super::{
    about_file,
    document::{Entry, Quality, StoredNow},
    quality,
};
use crate::{
    args::{ImportArgs, Output},
    failure::{self, Failure, output_failure},
    interrupt::Interrupt,
};

/// Most bars that are held in memory to be checked (48 bytes each); an import of more streams through.
const CHECKED_BARS_MAX: u64 = 10_000_000;

/// Stores the bars of each file; one that cannot be stored does not keep the others from it.
pub(super) fn run(
    args: &ImportArgs,
    catalogue: &Catalogue,
    output: Output,
    stdout: &mut impl Write,
) -> Result<(), Failure> {
    let interrupt = Interrupt::install().map_err(Failure::Signals)?;
    // Reading looks whether it was interrupted; there is nothing else to stop.
    interrupt.cancels(|| {});
    let options = ImportOptions {
        bad_rows: args.bad_rows.into(),
        duplicates: args.duplicates.into(),
        order: args.order.into(),
        ..ImportOptions::from(&args.dialect)
    };
    let policy = if args.force {
        MergePolicy::TakeNew
    } else {
        args.policy.into()
    };
    let checks = QualityOptions {
        calendar: args.calendar.into(),
        ..QualityOptions::default()
    };
    let mut entries = Vec::new();
    let mut failures = Vec::new();
    for path in &args.files {
        match one(path, &options, policy, &checks, catalogue, &interrupt) {
            Ok(entry) => entries.push(entry),
            Err(_) if interrupt.interrupted() => {
                return Err(Failure::Interrupted(format!(
                    "interrupted: {} of {} files are stored, nothing of {}",
                    entries.len(),
                    args.files.len(),
                    path.display()
                )));
            }
            Err(error) => failures.push(hinted(error)),
        }
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
    last.map_or(Ok(()), Err)
}

fn one(
    path: &Path,
    options: &ImportOptions,
    policy: MergePolicy,
    checks: &QualityOptions,
    catalogue: &Catalogue,
    interrupt: &Interrupt,
) -> Result<Entry, Error> {
    // Hidden by itself where standard error is no terminal.
    let bar = ProgressBar::no_length().with_style(style());
    let mut watch = |progress: Progress| {
        bar.set_length(progress.bytes_total);
        bar.set_position(progress.bytes);
        if interrupt.interrupted() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    let imported = catalogue.import(path, options, policy, &mut watch);
    bar.finish_and_clear();
    let StoredImport { stored, report } = imported.map_err(|error| about_file(error, "data import", path))?;
    let quality = if report.bars > CHECKED_BARS_MAX {
        Quality::Unchecked(report.listing().into())
    } else {
        let bars = catalogue.load(&report.token, report.timeframe)?;
        let bars = bars.slice(bars.positions(report.first, report.timeframe.next(report.last)));
        let import = Import {
            dataset: Dataset {
                token: report.token.clone(),
                bars,
            },
            report: report.clone(),
        };
        Quality::Checked(Box::new(import_quality(&import, checks)))
    };
    Ok(Entry {
        quality,
        import: Some(report),
        stored: Some(StoredNow::new(&stored.manifest, stored.merge)),
    })
}

/// The failure with how to go on, where there is a flag for it.
fn hinted(error: Error) -> Failure {
    let hint = match error.code() {
        "bad_rows" => "--bad-rows drop leaves such rows out; threadx data validate lists what is wrong",
        "conflicting_bars" => "--duplicates keep-first or keep-last takes one of them",
        "out_of_order" => "--order sort sorts them",
        "conflicting_with_stored" => "--policy keep-stored or take-new decides",
        "ambiguous_layout" => {
            "--date-order, --decimal, --timezone, --bar-time, --rows-of, --entry or --columns says which is meant"
        }
        "unknown_layout" => "--columns, --delimiter, --timeframe or --token says what cannot be found",
        _ => return error.into(),
    };
    Failure::from(error).hint(hint)
}

fn style() -> ProgressStyle {
    let form = "{bar:30} {bytes}/{total_bytes}, {bytes_per_sec}, {eta} left";
    ProgressStyle::with_template(form).unwrap_or_else(|_wrong| ProgressStyle::default_bar())
}

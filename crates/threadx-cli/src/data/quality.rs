//! Printing what was found about bars.

use std::io::Write;

use threadx::market::{Check, Finding, Severity, Verdict};

use super::document::{Entry, Quality};
use crate::{args::Output, table::Plain};

/// Writes one document, table or CSV of all entries.
pub(super) fn write(entries: &[Entry], output: Output, to: &mut impl Write) -> std::io::Result<()> {
    match output {
        Output::Json => {
            #[derive(serde::Serialize)]
            struct Document<'a> {
                tokens: &'a [Entry],
            }
            serde_json::to_writer_pretty(&mut *to, &Document { tokens: entries })?;
            writeln!(to)
        }
        Output::Csv => write_csv(entries, to),
        Output::Table => {
            for (position, entry) in entries.iter().enumerate() {
                if position > 0 {
                    writeln!(to)?;
                }
                write_entry(entry, to)?;
            }
            Ok(())
        }
    }
}

fn write_entry(entry: &Entry, to: &mut impl Write) -> std::io::Result<()> {
    let (token, timeframe, bars) = entry.quality.place();
    let range = entry
        .quality
        .range()
        .map_or_else(String::new, |(first, last)| format!(" from {first} to {last}"));
    writeln!(to, "{token} {timeframe}, {bars} bars{range}")?;
    if let Some(import) = &entry.import {
        let columns: Vec<String> = import
            .dialect
            .columns
            .iter()
            .map(|(role, column)| format!("{role}={column}"))
            .collect();
        writeln!(
            to,
            "read from {} as {}: {} rows, {}",
            import.file,
            import.dialect.name,
            import.rows,
            columns.join(" ")
        )?;
        for note in &import.notes {
            let count = match note.count {
                0 => String::new(),
                count => format!(" ({count})"),
            };
            writeln!(to, "  note: {}{count}", note.message)?;
            for example in &note.examples {
                writeln!(to, "    {example}")?;
            }
        }
    }
    if let Some(stored) = &entry.stored {
        let merge = stored.merge();
        write!(to, "stored: {} bars, {} of them new", stored.bars(), merge.added)?;
        if merge.identical > 0 {
            write!(to, ", {} as before", merge.identical)?;
        }
        if merge.conflicts > 0 {
            write!(to, ", {} differed from those stored before", merge.conflicts)?;
        }
        writeln!(to)?;
        for example in &merge.examples {
            writeln!(to, "    {example}")?;
        }
    }
    match &entry.quality {
        Quality::Unchecked(_) => writeln!(
            to,
            "not checked: these are too many bars to check at once; \
                                               `threadx data validate` checks a range"
        ),
        Quality::Checked(report) => {
            writeln!(
                to,
                "verdict: {} (market {})",
                verdict(report.verdict),
                report.calendar
            )?;
            let mut table = Plain::new(["check", "", "count", "finding"], &[2]);
            for (check, result) in &report.checks {
                let of_check: Vec<&Finding> = of(entry, *check).collect();
                if of_check.is_empty() {
                    table.row([check.as_str(), verdict(*result), "", ""]);
                }
                for finding in of_check {
                    table.row([
                        check.as_str(),
                        severity(finding.severity),
                        &finding.count.to_string(),
                        &finding.message,
                    ]);
                    for example in &finding.examples {
                        table.row(["", "", "", &format!("  {}", place(example))]);
                    }
                }
            }
            table.write(to)
        }
    }
}

fn of(entry: &Entry, check: Check) -> impl Iterator<Item = &Finding> {
    entry
        .quality
        .findings()
        .iter()
        .filter(move |finding| finding.check == check)
}

fn place(example: &threadx::market::Example) -> String {
    match example.time {
        Some(time) if !example.detail.starts_with(&time.to_string()) => format!("{time}: {}", example.detail),
        _ => example.detail.clone(),
    }
}

fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "pass",
        Verdict::Warn => "warn",
        Verdict::Fail => "fail",
    }
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "info",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

/// One row per finding; a set of bars without any has one with empty cells.
fn write_csv(entries: &[Entry], to: &mut impl Write) -> std::io::Result<()> {
    let mut csv = csv::Writer::from_writer(to);
    csv.write_record([
        "token",
        "timeframe",
        "bars",
        "first",
        "last",
        "verdict",
        "check",
        "code",
        "severity",
        "count",
        "message",
        "example",
    ])?;
    for entry in entries {
        let (token, timeframe, bars) = entry.quality.place();
        let range = entry.quality.range();
        let time =
            |time: Option<threadx::market::Timestamp>| time.map_or_else(String::new, |at| at.to_string());
        let front = [
            token.to_string(),
            timeframe.to_string(),
            bars.to_string(),
            time(range.map(|range| range.0)),
            time(range.map(|range| range.1)),
            match &entry.quality {
                Quality::Checked(report) => verdict(report.verdict).to_owned(),
                Quality::Unchecked(_) => String::new(),
            },
        ];
        for finding in entry.quality.findings() {
            let code = serde_json::to_value(finding.code)?;
            let rest = [
                finding.check.to_string(),
                code.as_str().unwrap_or_default().to_owned(),
                severity(finding.severity).to_owned(),
                finding.count.to_string(),
                finding.message.clone(),
                finding.examples.first().map(place).unwrap_or_default(),
            ];
            csv.write_record(front.iter().chain(&rest))?;
        }
        if entry.quality.findings().is_empty() {
            csv.write_record(front.iter().map(String::as_str).chain([""; 6]))?;
        }
    }
    csv.flush()
}

//! `threadx sweep`.

use std::{collections::BTreeSet, io::Write};

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use indicatif::{ProgressBar, ProgressStyle};
use threadx::{
    controllers::SweepReport,
    engine::StrategyRegistry,
    error::{ValidationError, Violation, ViolationCode},
    request::{Document, Settings, SweepRequest, Valid, Value},
    spec::Metric,
};

use crate::{
    args::{Output, SweepArgs},
    execute,
    failure::{Failure, output_failure},
    input,
    interrupt::Interrupt,
};

/// Runs every combination of a grid and prints the best.
pub(crate) fn run(
    args: &SweepArgs,
    output: Output,
    settings: &Valid<Settings>,
    strategies: StrategyRegistry,
    stdout: &mut impl Write,
) -> Result<(), Failure> {
    let interrupt = Interrupt::install().map_err(Failure::Signals)?;
    let (services, request) = input::request::<SweepRequest>(
        "sweep",
        &args.input,
        settings,
        strategies,
        || document(args),
        defaults,
    )?;
    // Hidden by itself where standard error is no terminal.
    let bar = ProgressBar::no_length().with_style(style());
    let result = execute::run(request, settings, services, &interrupt, |progress| {
        bar.set_length(progress.total);
        bar.set_position(progress.done);
    });
    bar.finish_and_clear();
    let result = result?;
    let report = result.as_result()?;
    let written = match output {
        Output::Table => write_table(report, settings.workers, stdout),
        Output::Json => serde_json::to_writer_pretty(&mut *stdout, report)
            .map_err(std::io::Error::from)
            .and_then(|()| writeln!(stdout)),
        Output::Csv => write_csv(report, stdout),
    };
    written.map_err(output_failure)
}

fn style() -> ProgressStyle {
    let form = "{bar:30} {pos}/{len} combinations, {per_sec}, {eta} left";
    ProgressStyle::with_template(form).unwrap_or_else(|_wrong| ProgressStyle::default_bar())
}

/// The request that the flags describe, not yet validated.
fn document(args: &SweepArgs) -> Result<Document, ValidationError> {
    let mut document = args.fields.document()?;
    let mut violations = Vec::new();
    for axis in &args.grid {
        match axis.split_once('=') {
            Some((name, values)) => document.set_in("param_grid", name.trim(), Value::untyped(values.trim())),
            None => violations.push(
                Violation::new(
                    "param_grid",
                    ViolationCode::BadFormat,
                    format!("must be name=values, got {axis}"),
                )
                .with_value(axis.as_str()),
            ),
        }
    }
    ValidationError::check(violations)?;
    for (field, text) in [
        ("criteria", &args.criteria),
        ("top_n", &args.top_n),
        ("max_combinations", &args.max_combinations),
    ] {
        if let Some(text) = text {
            document.set(field, Value::untyped(text));
        }
    }
    if let Some(n) = &args.sample {
        document.set_in("sample", "n", Value::untyped(n));
        document.set_in(
            "sample",
            "seed",
            Value::untyped(args.sample_seed.as_deref().unwrap_or("0")),
        );
    }
    Ok(document)
}

/// The strategy to try first, and its grid.
fn defaults(document: &mut Document) {
    input::default_strategy(document);
    if !document.contains("param_grid") && document.text("strategy") == Some("ma_crossover") {
        document.set_in("param_grid", "fast_period", Value::untyped("5:50:5"));
        document.set_in("param_grid", "slow_period", Value::untyped("20:200:20"));
    }
}

/// The metrics that a row of the table shows: what it was ranked by, then what a reader asks first.
fn columns(report: &SweepReport) -> Vec<Metric> {
    let usual = [
        Metric::SharpeRatio,
        Metric::TotalReturn,
        Metric::MaxDrawdown,
        Metric::TradeCount,
        Metric::WinRate,
    ];
    let mut seen = BTreeSet::new();
    report
        .request
        .criteria
        .iter()
        .copied()
        .chain(usual)
        .filter(|metric| seen.insert(*metric))
        .collect()
}

fn write_table(report: &SweepReport, workers: usize, to: &mut impl Write) -> std::io::Result<()> {
    let data = &report.data;
    writeln!(
        to,
        "{} on {} {}, {} bars",
        report.request.base.strategy, data.token, data.timeframe, data.bars
    )?;
    let rate = report.evaluated as f64 / report.elapsed_seconds.max(1e-9);
    writeln!(
        to,
        "{} combinations: {} run, {} skipped, {} failed; {:.2} s on {workers} workers, {rate:.0} a second\n",
        report.combinations, report.evaluated, report.skipped, report.failed_count, report.elapsed_seconds
    )?;
    let columns = columns(report);
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Disabled);
    let header = ["", "params"]
        .into_iter()
        .chain(columns.iter().map(|metric| metric.as_str()));
    table.set_header(header);
    for result in &report.results {
        let metrics = columns.iter().map(|metric| {
            result
                .metrics
                .get(*metric)
                .map_or_else(|| "–".to_owned(), |value| format!("{value:.4}"))
        });
        table.add_row(
            [result.rank.to_string(), result.params.to_string()]
                .into_iter()
                .chain(metrics),
        );
    }
    for column in 0..columns.len() + 2 {
        if let Some(column) = table.column_mut(column).filter(|_| column != 1) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    for line in table.lines() {
        writeln!(to, "{}", line.trim_end())?;
    }
    if let Some(failed) = report.failed.first() {
        writeln!(to, "\nfailed: {} because {}", failed.params, failed.error)?;
    }
    Ok(())
}

/// One row per result: rank, parameters, all metrics; an undefined one is an empty cell.
fn write_csv(report: &SweepReport, to: &mut impl Write) -> std::io::Result<()> {
    let names: BTreeSet<&str> = report
        .results
        .iter()
        .flat_map(|result| result.params.iter().map(|(name, _)| name))
        .collect();
    let mut csv = csv::Writer::from_writer(to);
    let metrics = || Metric::ALL.iter().copied();
    let header = ["rank"]
        .into_iter()
        .chain(names.iter().copied())
        .map(str::to_owned);
    csv.write_record(header.chain(metrics().map(|metric| metric.to_string())))?;
    for result in &report.results {
        let params = names.iter().map(|name| {
            result
                .params
                .get(name)
                .map_or_else(String::new, ToString::to_string)
        });
        let values = metrics().map(|metric| {
            result
                .metrics
                .get(metric)
                .map_or_else(String::new, |value| value.to_string())
        });
        csv.write_record(
            std::iter::once(result.rank.to_string())
                .chain(params)
                .chain(values),
        )?;
    }
    csv.flush()
}

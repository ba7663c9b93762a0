//! `threadx backtest`.

mod chart;
mod summary;
pub(crate) mod tables;

use std::{io::Write, path::Path};

use threadx::{
    Error,
    controllers::BacktestReport,
    engine::StrategyRegistry,
    request::{BacktestRequest, Settings, Valid, Value},
};

use crate::{
    args::{BacktestArgs, Output},
    execute,
    failure::{Failure, output_failure},
    files, input,
    interrupt::Interrupt,
};

/// Runs one backtest and prints its result.
pub(crate) fn run(
    args: &BacktestArgs,
    output: Output,
    settings: &Valid<Settings>,
    mut strategies: StrategyRegistry,
    stdout: &mut impl Write,
) -> Result<(), Failure> {
    for path in [&args.trades, &args.equity, &args.chart].into_iter().flatten() {
        if !args.force {
            files::refuse_existing(path).map_err(|error| existing(error.into()))?;
        }
    }
    let interrupt = Interrupt::install().map_err(Failure::Signals)?;
    args.signals.give_to(&mut strategies)?;
    let flags = || {
        let mut document = args.fields.document()?;
        if let Some(tokens) = &args.tokens {
            document.set("tokens", Value::untyped(tokens));
        }
        args.signals.choose(&mut document);
        Ok(document)
    };
    let (services, request) = input::request::<BacktestRequest>(
        "backtest",
        &args.input,
        settings,
        strategies,
        flags,
        input::default_strategy,
    )?;
    args.signals.check(&request.strategy)?;
    let strategy = services.strategies().get(&request.strategy)?.clone();
    let result = execute::run(request, settings, services, &interrupt, |_progress| {})?;
    let report = result.as_result().map_err(failed)?;

    write_files(args, report)?;
    if let Some(path) = &args.chart {
        let picture = chart::svg(args, report, &strategy)?;
        files::write(path, args.force, |file| file.write_all(picture.as_bytes()))
            .map_err(|error| written(error.into(), path))?;
    }
    let written = match output {
        Output::Table => summary::write(report, stdout),
        Output::Json => write_json(report, args.curves, stdout),
        Output::Csv => tables::write_trades(report, stdout),
    };
    written.map_err(output_failure)
}

/// The failure of a run, with what to do about it where that is known.
pub(crate) fn failed(error: Error) -> Failure {
    let hint = match error.code() {
        "no_signals" => Some("--signals FILE gives them"),
        "unmatched_signal" => Some("--drop-unmatched leaves such rows out"),
        _ => None,
    };
    match hint {
        Some(hint) => Failure::from(error).hint(hint),
        None => error.into(),
    }
}

fn write_files(args: &BacktestArgs, report: &BacktestReport) -> Result<(), Failure> {
    let write = |path: &Option<std::path::PathBuf>, rows: &dyn Fn(&mut dyn Write) -> std::io::Result<()>| {
        match path {
            Some(path) => {
                files::write(path, args.force, |file| rows(file)).map_err(|error| written(error.into(), path))
            }
            None => Ok(()),
        }
    };
    write(&args.trades, &|file| tables::write_trades(report, file))?;
    write(&args.equity, &|file| {
        tables::write_equity(report.time(), &report.equity, &report.drawdown, file)
    })
}

fn written(error: Error, path: &Path) -> Failure {
    let error = error
        .with_operation("write")
        .with_path(path.display().to_string());
    if error.code() == "exists" {
        existing(error)
    } else {
        Failure::from(error)
    }
}

fn existing(error: Error) -> Failure {
    Failure::from(error).hint("--force overwrites it")
}

fn write_json(report: &BacktestReport, curves: bool, stdout: &mut impl Write) -> std::io::Result<()> {
    serde_json::to_writer_pretty(&mut *stdout, &report.document(curves))?;
    writeln!(stdout)
}

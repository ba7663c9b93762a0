//! `threadx backtest`.

mod summary;
mod tables;

use std::{io::Write, path::Path};

use threadx::{
    Error,
    controllers::BacktestReport,
    engine::StrategyRegistry,
    request::{BacktestRequest, Settings, Valid},
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
    strategies: StrategyRegistry,
    stdout: &mut impl Write,
) -> Result<(), Failure> {
    for path in [&args.trades, &args.equity].into_iter().flatten() {
        if !args.force {
            files::refuse_existing(path).map_err(|error| existing(error.into()))?;
        }
    }
    let interrupt = Interrupt::install().map_err(Failure::Signals)?;
    let (services, request) = input::request::<BacktestRequest>(
        "backtest",
        &args.input,
        settings,
        strategies,
        || args.fields.document(),
        input::default_strategy,
    )?;
    let result = execute::run(request, settings, services, &interrupt, |_progress| {})?;
    let report = result.as_result()?;

    write_files(args, report)?;
    let written = match output {
        Output::Table => summary::write(report, stdout),
        Output::Json => write_json(report, args.curves, stdout),
        Output::Csv => tables::write_trades(report, stdout),
    };
    written.map_err(output_failure)
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
    write(&args.equity, &|file| tables::write_equity(report, file))
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
    #[derive(serde::Serialize)]
    struct WithCurves<'a> {
        #[serde(flatten)]
        report: &'a BacktestReport,
        equity: &'a [f64],
        drawdown: &'a [f64],
    }
    if curves {
        let document = WithCurves {
            report,
            equity: &report.equity,
            drawdown: &report.drawdown,
        };
        serde_json::to_writer_pretty(&mut *stdout, &document)?;
    } else {
        serde_json::to_writer_pretty(&mut *stdout, report)?;
    }
    writeln!(stdout)
}

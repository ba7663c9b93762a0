//! `threadx backtest`.

mod summary;
mod tables;

use std::{io::Write, path::Path, sync::Arc};

use threadx::{
    Error,
    controllers::{BacktestReport, Services, ThreadX, coordinator_config},
    coordinator::{Outcome, TaskResult},
    data::BarSource,
    engine::StrategyRegistry,
    request::{BacktestRequest, Document, Settings, Valid},
};

use crate::{
    args::{BacktestArgs, Output},
    failure::{Failure, output_failure},
    files, input,
    interrupt::Interrupt,
};

/// Runs one backtest and prints its result.
pub(crate) fn run(
    args: BacktestArgs,
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
    let (mut document, name) = match &args.request {
        Some(path) => {
            let read = input::read_request(path)?;
            (read.document, Some(read.name))
        }
        None => (args.fields.document().map_err(named_operation)?, None),
    };
    let token = document.text("token").or_else(|| document.text("symbol"));
    let source = input::source(args.data.as_ref(), token)?;
    if name.is_none() {
        fill_in(&mut document, &source)?;
    }

    let services = Services::builder()
        .source(source)
        .strategies(strategies)
        .build()?;
    let mut context = services.request_context()?;
    if let Some(now) = input::now() {
        context = context.now(now);
    }
    let request = Valid::<BacktestRequest>::from_document(&document, &context).map_err(|error| {
        let error = named_operation(error);
        match name {
            Some(name) => error.with_path(name),
            None => error,
        }
    })?;
    let result = execute(request, settings, services, &interrupt)?;
    let report = result.as_result()?;

    write_files(&args, report)?;
    let written = match output {
        Output::Table => summary::write(report, stdout),
        Output::Json => write_json(report, args.curves, stdout),
        Output::Csv => tables::write_trades(report, stdout),
    };
    written.map_err(output_failure)
}

fn named_operation(error: impl Into<Error>) -> Error {
    error.into().with_operation("backtest")
}

/// Fills in what flags may leave out: the first stored bars that fit, the strategy to try first, the stored range.
fn fill_in(document: &mut Document, source: &BarSource) -> Result<(), Error> {
    let listings = source.list()?;
    let text = |field: &str| document.text(field).map(str::to_owned);
    let (token, timeframe) = (text("token"), text("timeframe"));
    let fits = |listing: &&threadx::data::Listing| {
        token
            .as_ref()
            .is_none_or(|token| token.trim().eq_ignore_ascii_case(listing.token.as_str()))
            && timeframe
                .as_ref()
                .is_none_or(|timeframe| timeframe == listing.timeframe.as_str())
    };
    let Some(listing) = listings.iter().find(fits).or(listings.first()) else {
        return Ok(());
    };
    for (field, value) in [
        ("token", listing.token.to_string()),
        ("timeframe", listing.timeframe.to_string()),
        ("strategy", "ma_crossover".to_owned()),
        ("start_date", listing.first.to_string()),
        ("end_date", listing.timeframe.next(listing.last).to_string()),
    ] {
        if !document.contains(field) {
            document.set(field, value);
        }
    }
    Ok(())
}

/// Runs the request through the coordinator, which Ctrl-C cancels.
fn execute(
    request: Valid<BacktestRequest>,
    settings: &Valid<Settings>,
    services: Services,
    interrupt: &Interrupt,
) -> Result<Arc<TaskResult<BacktestReport>>, Failure> {
    let threadx = ThreadX::new(coordinator_config(settings)?, services)?;
    let handle = Arc::new(threadx.submit(request).map_err(|refused| refused.reason)?);
    let canceller = Arc::clone(&handle);
    interrupt.cancels(move || drop(canceller.cancel()));
    let result = handle.wait()?;
    if interrupt.interrupted() && matches!(result.outcome, Outcome::Cancelled) {
        return Err(Failure::Interrupted(
            "interrupted: the backtest was stopped, and nothing was written".to_owned(),
        ));
    }
    Ok(result)
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

//! `threadx sweep`.

mod tables;
mod walk_forward;

use std::{io::Write, path::Path};

use indicatif::{ProgressBar, ProgressStyle};
use threadx::{
    controllers::{
        SWEEP_MEMORY_BYTES, Services, SurfaceParams, SweepOptions, SweepReport, SweepTask, SweepWatch,
    },
    data::Existing,
    engine::{Metrics, StrategyRegistry, drawdown},
    error::{DataError, SweepError, ValidationError, Violation, ViolationCode},
    report::Heatmap,
    request::{Document, Settings, SweepRequest, Valid, Value},
    spec::{Criterion, Params},
};

use crate::{
    args::{Output, SweepArgs, SweepRunArgs},
    backtest::tables::write_equity,
    execute,
    failure::{Failure, output_failure},
    files, input,
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
    if let Some(path) = &args.plan {
        return write_plan(path, args, &services, &request);
    }
    let options = SweepOptions {
        checkpoint: args.checkpoint.clone(),
        resume: args.resume,
        ..options(&args.run, settings)
    };
    let how = Running {
        output,
        settings,
        interrupt: &interrupt,
        files: &args.run,
    };
    how.run(SweepTask { request, options }, services, stdout)
}

/// The options that the flags describe.
pub(crate) fn options(args: &SweepRunArgs, settings: &Settings) -> SweepOptions {
    SweepOptions {
        threads: settings.workers,
        results: args.results.clone(),
        existing: if args.force {
            Existing::Replace
        } else {
            Existing::Refuse
        },
        surface: args.heatmap.as_ref().map(|_| match &args.heatmap_params {
            None => SurfaceParams::First,
            Some(names) => SurfaceParams::Named(names.clone()),
        }),
        memory_bytes: args.memory.unwrap_or(SWEEP_MEMORY_BYTES),
        ..SweepOptions::default()
    }
}

fn write_plan(
    path: &Path,
    args: &SweepArgs,
    services: &Services,
    request: &Valid<SweepRequest>,
) -> Result<(), Failure> {
    let mut manifest = services.sweeps().plan(request)?;
    // A shard may be run from another folder.
    let bars = &args.input.bars;
    manifest.source = bars
        .data
        .iter()
        .chain(&bars.data_dir)
        .map(|path| std::path::absolute(path).unwrap_or_else(|_| path.clone()))
        .collect();
    files::write(path, args.run.force, |file| {
        file.write_all(manifest.to_text()?.as_bytes())
    })?;
    Ok(())
}

/// How a sweep is run and told.
pub(crate) struct Running<'a> {
    pub(crate) output: Output,
    pub(crate) settings: &'a Valid<Settings>,
    pub(crate) interrupt: &'a Interrupt,
    pub(crate) files: &'a SweepRunArgs,
}

impl Running<'_> {
    /// Runs a sweep with a progress bar and prints what it came to.
    pub(crate) fn run(
        &self,
        task: SweepTask,
        services: Services,
        stdout: &mut impl Write,
    ) -> Result<(), Failure> {
        self.check(&task.request)?;
        let workers = self.settings.workers;
        let criterion = task.request.criteria.first().copied();
        let watch = task.options.watch.clone();
        let checkpoint = task.options.checkpoint.clone();
        // Hidden by itself where standard error is no terminal.
        let bar = ProgressBar::no_length().with_style(style());
        bar.set_prefix(format!("{workers} threads"));
        let mut total = 0;
        let result = execute::run(task, self.settings, services, self.interrupt, |progress| {
            total = progress.total;
            bar.set_length(progress.total);
            bar.set_position(progress.done);
            if let Some((params, metrics)) = watch.look().best {
                bar.set_message(best_text(&params, &metrics, criterion));
            }
        });
        bar.finish_and_clear();
        let result = result.map_err(|failure| match failure {
            Failure::Interrupted(_) => {
                Failure::Interrupted(interrupted(&watch, total, checkpoint.as_deref(), criterion))
            }
            other => other,
        })?;
        let report = result.as_result().map_err(|error| {
            let hint = hint(&error, checkpoint.as_deref());
            let failure = Failure::from(error);
            match hint {
                Some(hint) => failure.hint(hint),
                None => failure,
            }
        })?;
        self.write_files(report)?;
        let written = match self.output {
            Output::Table => tables::write_table(report, workers, stdout),
            Output::Json => serde_json::to_writer_pretty(&mut *stdout, report)
                .map_err(std::io::Error::from)
                .and_then(|()| writeln!(stdout)),
            Output::Csv => tables::write_csv(report, stdout),
        };
        written.map_err(output_failure)
    }

    /// Refuses what could not be written, so that a long run is not made in vain.
    fn check(&self, request: &SweepRequest) -> Result<(), Failure> {
        let SweepRunArgs {
            equity,
            heatmap,
            force,
            ..
        } = self.files;
        for path in [equity, heatmap].into_iter().flatten() {
            if !force {
                files::refuse_existing(path)?;
            }
        }
        if equity.is_some() && request.walk_forward.is_none() {
            let message = "is required by --equity, which writes what it traded";
            ValidationError::check(vec![Violation::new(
                "walk_forward",
                ViolationCode::Missing,
                message,
            )])?;
        }
        Ok(())
    }

    fn write_files(&self, report: &SweepReport) -> Result<(), Failure> {
        if let (Some(path), Some(walked)) = (&self.files.equity, &report.walk_forward) {
            let drawdown = drawdown(&walked.equity, report.request.base.portfolio_value);
            files::write(path, self.files.force, |file| {
                write_equity(walked.bars.time(), &walked.equity, &drawdown, file)
            })?;
        }
        if let (Some(path), Some(surface)) = (&self.files.heatmap, &report.surface) {
            let data = &report.data;
            let title = format!(
                "{} on {} {}",
                report.request.base.strategy, data.token, data.timeframe
            );
            let picture = Heatmap::new(title, surface).to_svg();
            files::write(path, self.files.force, |file| file.write_all(picture.as_bytes()))?;
        }
        Ok(())
    }
}

/// What to do about it, where that can be said.
fn hint(error: &threadx::Error, checkpoint: Option<&Path>) -> Option<String> {
    let hint = match (error.as_sweep(), error.as_data()) {
        (Some(SweepError::CheckpointExists { .. }), _) => {
            "--resume goes on with it; another folder starts afresh"
        }
        (Some(SweepError::PlanChanged { .. }), _) => {
            "undo the change to go on, or start afresh in another folder"
        }
        (Some(SweepError::MemoryExceeded { .. }), _) => "--memory allows more; --top and --sample need less",
        (Some(SweepError::MissingPoints { .. }), _) => "run the missing shares and merge them all",
        (_, Some(DataError::Write { .. })) => return checkpoint.map(goes_on),
        _ => return None,
    };
    Some(hint.to_owned())
}

/// What a checkpoint is good for.
fn goes_on(folder: &Path) -> String {
    format!(
        "what is done is kept in {}; the same command with --resume goes on",
        folder.display()
    )
}

/// What Ctrl-C leaves, and how to go on.
fn interrupted(
    watch: &SweepWatch,
    total: u64,
    checkpoint: Option<&Path>,
    criterion: Option<Criterion>,
) -> String {
    let progress = watch.look();
    let mut text = format!("interrupted after {} of {total} combinations", progress.done);
    if let Some((params, metrics)) = &progress.best {
        text.push_str("; ");
        text.push_str(&best_text(params, metrics, criterion));
    }
    text.push_str(&match checkpoint {
        Some(folder) => format!("\n{}", goes_on(folder)),
        None => "\nwith --checkpoint DIR what is done is kept, and --resume goes on with it".to_owned(),
    });
    text
}

fn best_text(params: &Params, metrics: &Metrics, criterion: Option<Criterion>) -> String {
    let value = criterion
        .and_then(|criterion| Some(format!("{criterion} {:.4}", metrics.get(criterion.metric)?)))
        .unwrap_or_else(|| "undefined".to_owned());
    format!("best so far {value} ({params})")
}

fn style() -> ProgressStyle {
    let form = "{bar:30} {pos}/{len} combinations on {prefix}, {per_sec}, {eta} left\n{wide_msg}";
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
        ("luck", &args.luck),
    ] {
        if let Some(text) = text {
            document.set(field, Value::untyped(text));
        }
    }
    if !args.conditions.is_empty() {
        let all = match args.conditions.as_slice() {
            [one] => one.clone(),
            several => format!("({})", several.join(") && (")),
        };
        document.set("where", Value::untyped(&all));
    }
    if let Some(keep) = &args.narrow {
        document.set_in("narrow", "keep", Value::untyped(keep));
    }
    if let Some(patience) = &args.early_stop {
        document.set_in("early_stop", "patience", Value::untyped(patience));
    }
    if let Some(windows) = &args.walk_forward {
        for part in windows.split(',').map(str::trim) {
            // A flag stands alone; whatever else does is a field that there is not.
            let (name, value) = match part.split_once('=') {
                Some((name, value)) => (name.trim(), Value::untyped(value.trim())),
                None => (part, true.into()),
            };
            document.set_in("walk_forward", name, value);
        }
    }
    if let Some(method) = &args.sample_method {
        document.set_in("sample", "method", Value::untyped(method));
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

//! `threadx shard`.

use std::io::Write;

use threadx::{
    controllers::{ShardTask, SweepManifest, SweepOptions, SweepTask, shard_plan},
    engine::StrategyRegistry,
    request::{Settings, Valid},
};

use crate::{
    args::{Output, ShardCommand, ShardMergeArgs, ShardRunArgs},
    execute,
    failure::{Failure, output_failure},
    files, input,
    interrupt::Interrupt,
    sweep,
};

/// Runs one share of a plan, or puts all of them together.
pub(crate) fn run(
    command: &ShardCommand,
    output: Output,
    settings: &Valid<Settings>,
    strategies: StrategyRegistry,
    stdout: &mut impl Write,
) -> Result<(), Failure> {
    match command {
        ShardCommand::Run(args) => run_share(args, settings, strategies, stdout),
        ShardCommand::Merge(args) => merge(args, output, settings, strategies, stdout),
    }
}

fn run_share(
    args: &ShardRunArgs,
    settings: &Valid<Settings>,
    strategies: StrategyRegistry,
    stdout: &mut impl Write,
) -> Result<(), Failure> {
    let interrupt = Interrupt::install().map_err(Failure::Signals)?;
    if let (Some(path), false) = (&args.out, args.force) {
        files::refuse_existing(path)?;
    }
    let manifest = SweepManifest::read(&args.plan)?;
    let (services, request) = input::planned(&args.bars, &manifest, &args.plan, settings, strategies)?;
    let task = ShardTask {
        request,
        manifest,
        path: args.plan.clone(),
        index: args.index.index,
        of: args.index.of,
    };
    let result = execute::run(task, settings, services, &interrupt, |_progress| {})?;
    let report = result.as_result()?;
    match &args.out {
        None => report.write(stdout).map_err(output_failure),
        Some(path) => {
            files::write(path, args.force, |file| report.write(file))?;
            Ok(())
        }
    }
}

fn merge(
    args: &ShardMergeArgs,
    output: Output,
    settings: &Valid<Settings>,
    strategies: StrategyRegistry,
    stdout: &mut impl Write,
) -> Result<(), Failure> {
    let interrupt = Interrupt::install().map_err(Failure::Signals)?;
    let Some(first) = args.files.first() else {
        return Ok(());
    };
    let manifest = shard_plan(first)?;
    let (services, request) = input::planned(&args.bars, &manifest, first, settings, strategies)?;
    let options = SweepOptions {
        shards: args.files.clone(),
        ..sweep::options(&args.run, settings)
    };
    let how = sweep::Running {
        output,
        settings,
        interrupt: &interrupt,
        files: &args.run,
    };
    how.run(SweepTask { request, options }, services, stdout)
}

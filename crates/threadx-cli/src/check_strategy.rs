//! `threadx check-strategy`.

use std::{
    io::Write,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use threadx::{
    controllers::{DataSummary, StrategyIdentity},
    engine::{Control, LookAheadCheck, StrategyRegistry},
    error::BacktestError,
    request::{BacktestRequest, Settings},
    spec::Params,
};

use crate::{
    args::{CheckStrategyArgs, Output},
    backtest,
    failure::{Failure, output_failure},
    input,
    interrupt::Interrupt,
};

/// What the check is printed as.
#[derive(serde::Serialize)]
struct Document<'a> {
    strategy: StrategyIdentity,
    params: &'a Params,
    data: DataSummary,
    #[serde(flatten)]
    check: LookAheadCheck,
}

/// Set once the user interrupts.
struct Interrupted(Arc<AtomicBool>);

impl Control for Interrupted {
    fn cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    fn progress(&self, _done: u64, _total: u64) {}
}

/// Checks a strategy and fails if it looks ahead.
pub(crate) fn run(
    args: &CheckStrategyArgs,
    output: Output,
    settings: &Settings,
    mut strategies: StrategyRegistry,
    stdout: &mut impl Write,
) -> Result<(), Failure> {
    let interrupted = Arc::new(AtomicBool::new(false));
    let interrupt = Interrupt::install().map_err(Failure::Signals)?;
    let flag = Arc::clone(&interrupted);
    interrupt.cancels(move || flag.store(true, Ordering::Relaxed));
    args.signals.give_to(&mut strategies)?;
    checked(
        args,
        output,
        settings,
        strategies,
        &Interrupted(interrupted),
        stdout,
    )
}

fn checked(
    args: &CheckStrategyArgs,
    output: Output,
    settings: &Settings,
    strategies: StrategyRegistry,
    control: &Interrupted,
    stdout: &mut impl Write,
) -> Result<(), Failure> {
    let flags = || {
        let mut document = args.fields.document()?;
        if let Some(name) = &args.name {
            document.set("strategy", name.as_str());
        }
        Ok(document)
    };
    let (services, request) = input::request::<BacktestRequest>(
        "check-strategy",
        &args.input,
        settings,
        strategies,
        flags,
        |_| {},
    )?;
    args.signals.check(&request.strategy)?;
    let cuts = usize::try_from(args.cuts).unwrap_or(usize::MAX);
    let (data, check) = match services.backtests().check(&request, cuts, control) {
        Err(error) if error.code() == "interrupted" => {
            return Err(Failure::Interrupted(
                "interrupted: the check was stopped".to_owned(),
            ));
        }
        other => other.map_err(backtest::failed)?,
    };
    let spec = services.strategies().get(&request.strategy)?.spec();
    let document = Document {
        strategy: StrategyIdentity {
            name: spec.name.clone().into_owned(),
            version: spec.version,
        },
        params: &request.params,
        data,
        check,
    };
    let written = match output {
        Output::Json => serde_json::to_writer_pretty(&mut *stdout, &document)
            .map_err(std::io::Error::from)
            .and_then(|()| writeln!(stdout)),
        Output::Table | Output::Csv => write_text(&document, stdout),
    };
    written.and_then(|()| stdout.flush()).map_err(output_failure)?;
    match &document.check.leak {
        None => Ok(()),
        Some(leak) => Err(Failure::from(BacktestError::LookAhead {
            strategy: document.strategy.name,
            leak: leak.to_string(),
        })),
    }
}

fn write_text(document: &Document<'_>, to: &mut impl Write) -> std::io::Result<()> {
    let Document {
        strategy,
        params,
        data,
        check,
    } = document;
    writeln!(to, "{} version {} {params}", strategy.name, strategy.version)?;
    writeln!(to, "{} {}, {} bars", data.token, data.timeframe, data.bars)?;
    writeln!(
        to,
        "decisions on {} bars, compared under {} other futures at {} places",
        check.decisions, check.futures, check.cuts
    )?;
    match &check.leak {
        Some(_) => writeln!(to, "looks ahead"),
        None if check.decisions == 0 => {
            writeln!(
                to,
                "no look-ahead found, but it decided nothing: that proves nothing"
            )
        }
        None => writeln!(to, "no look-ahead found"),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use threadx::{
        engine::{Mask, SignalStrategy, Signals, StrategyInput},
        spec::StrategySpec,
    };

    use super::*;
    use crate::args::{Cli, Command};

    /// Buys before the close rises.
    struct KnowsTomorrow(StrategySpec);

    impl SignalStrategy for KnowsTomorrow {
        fn spec(&self) -> &StrategySpec {
            &self.0
        }

        fn warm_up(&self, _params: &Params) -> Result<usize, BacktestError> {
            Ok(0)
        }

        fn signals(&self, input: &StrategyInput<'_>) -> Result<Signals, BacktestError> {
            let close = input.bars().close();
            let rises = |t: usize| close.get(t + 1).is_some_and(|next| *next > close[t] * 1.02);
            let mut signals = Signals::none(close.len());
            signals.long_entry = Mask::from_fn(close.len(), rises);
            Ok(signals)
        }
    }

    fn check(name: &str) -> (Result<(), Failure>, String) {
        let mut registry = StrategyRegistry::built_in();
        let spec = StrategySpec::signal("knows_tomorrow", 1, "buys before the close rises");
        registry.register(KnowsTomorrow(spec)).unwrap();
        let arguments = [
            "threadx",
            "check-strategy",
            name,
            "--end",
            "2019-03-01",
            "--cuts",
            "16",
        ];
        let Command::CheckStrategy(args) = Cli::parse_from(arguments).command else {
            panic!("the arguments are those of check-strategy")
        };
        let mut printed = Vec::new();
        let control = Interrupted(Arc::default());
        let settings = crate::settings::defaults().unwrap();
        let result = checked(&args, Output::Json, &settings, registry, &control, &mut printed);
        (result, String::from_utf8(printed).unwrap())
    }

    #[test]
    fn a_strategy_that_knows_tomorrow_is_caught_and_named() {
        let (result, printed) = check("knows_tomorrow");
        let Err(Failure::Error(error, _)) = result else {
            panic!("expected a failure, got {printed}")
        };
        assert_eq!(error.code(), "look_ahead");
        assert!(
            error.to_string().contains("it decided long entry, but nothing"),
            "{error}"
        );
        let document: serde_json::Value = serde_json::from_str(&printed).unwrap();
        let leak = &document["leak"];
        assert_eq!(leak["index"].as_u64().unwrap() + 1, leak["cut"].as_u64().unwrap());
        assert_eq!(document["strategy"]["name"], "knows_tomorrow");
    }

    #[test]
    fn an_honest_strategy_passes() {
        let (result, printed) = check("rsi_reversion");
        assert!(result.is_ok());
        let document: serde_json::Value = serde_json::from_str(&printed).unwrap();
        assert!(document["leak"].is_null());
        assert!(document["decisions"].as_u64() > Some(0));
    }
}

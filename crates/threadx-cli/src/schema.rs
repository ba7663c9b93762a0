//! `threadx schema`.

use std::io::Write;

use clap::ValueEnum;
use threadx::{
    controllers::Services,
    engine::StrategyRegistry,
    request::{RequestKind, json_schema, settings_schema},
};

use crate::failure::{Failure, output_failure};

/// What a schema is printed of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// A backtest request
    Backtest,
    /// An indicator request
    Indicators,
    /// A parameter sweep request
    Sweep,
    /// A data check request
    Data,
    /// The settings file
    Settings,
}

/// Prints the JSON Schema (2020-12), with the names and parameters of the strategies and indicators that there are.
pub(crate) fn run(kind: Kind, strategies: StrategyRegistry, stdout: &mut impl Write) -> Result<(), Failure> {
    let context = Services::builder()
        .strategies(strategies)
        .build()?
        .request_context()?;
    let schema = match kind {
        Kind::Backtest => json_schema(RequestKind::Backtest, &context),
        Kind::Indicators => json_schema(RequestKind::Indicators, &context),
        Kind::Sweep => json_schema(RequestKind::Sweep, &context),
        Kind::Data => json_schema(RequestKind::Data, &context),
        Kind::Settings => settings_schema(),
    };
    writeln!(stdout, "{schema:#}").map_err(output_failure)
}

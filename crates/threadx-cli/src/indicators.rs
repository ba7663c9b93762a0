//! `threadx indicators`.

mod list;
mod values;

use std::io::Write;

use threadx::{
    controllers::IndicatorReport,
    engine::StrategyRegistry,
    error::{ValidationError, Violation, ViolationCode},
    request::{Document, IndicatorRequest, Settings, Valid, Value},
};

use crate::{
    args::{IndicatorArgs, Output},
    execute,
    failure::{Failure, output_failure},
    input,
    interrupt::Interrupt,
};

/// What is computed if nothing is named.
const DEFAULT: [&str; 3] = ["sma", "rsi", "bollinger"];

/// Computes indicators and prints their values, or lists what there is.
pub(crate) fn run(
    args: &IndicatorArgs,
    output: Output,
    settings: &Valid<Settings>,
    strategies: StrategyRegistry,
    stdout: &mut impl Write,
) -> Result<(), Failure> {
    if args.list {
        return list::write(output, stdout).map_err(output_failure);
    }
    let interrupt = Interrupt::install().map_err(Failure::Signals)?;
    let (services, request) = input::request::<IndicatorRequest>(
        "indicators",
        &args.input,
        settings,
        strategies,
        || document(args),
        |_| {},
    )?;
    let result = execute::run(request, settings, services, &interrupt, |_progress| {})?;
    let report: &IndicatorReport = result.as_result()?;
    let written = match output {
        Output::Table => values::write_table(report, args.last, stdout),
        Output::Json => serde_json::to_writer_pretty(&mut *stdout, report)
            .map_err(std::io::Error::from)
            .and_then(|()| writeln!(stdout)),
        Output::Csv => values::write_csv(report, stdout),
    };
    written.map_err(output_failure)
}

/// The request that the flags describe, not yet validated.
fn document(args: &IndicatorArgs) -> Result<Document, ValidationError> {
    let mut document = Document::new();
    for (name, text) in [
        ("token", &args.token),
        ("timeframe", &args.timeframe),
        ("start_date", &args.start_date),
        ("end_date", &args.end_date),
    ] {
        if let Some(text) = text {
            document.set(name, Value::untyped(text));
        }
    }
    let mut violations = Vec::new();
    let mut calls = Vec::new();
    let named = args.indicators.iter().map(String::as_str);
    let default = DEFAULT.into_iter().filter(|_| args.indicators.is_empty());
    for (position, text) in named.chain(default).enumerate() {
        match call(text) {
            Some(call) => calls.push(call),
            None => violations.push(
                Violation::new(
                    format!("indicators[{position}]"),
                    ViolationCode::BadFormat,
                    format!("must be name or name:param=value,param=value, got {text}"),
                )
                .with_value(text),
            ),
        }
    }
    ValidationError::check(violations)?;
    document.set("indicators", Value::List(calls));
    Ok(document)
}

/// One indicator of a flag: `name` or `name:param=value,param=value`.
fn call(text: &str) -> Option<Value> {
    let (name, params) = text.split_once(':').unwrap_or((text, ""));
    let params: Vec<(&str, Value)> = params
        .split(',')
        .filter(|param| !param.trim().is_empty())
        .map(|param| {
            let (name, value) = param.split_once('=')?;
            Some((name.trim(), Value::untyped(value.trim())))
        })
        .collect::<Option<_>>()?;
    Some(Value::map([
        ("name", Value::from(name.trim())),
        ("params", Value::map(params)),
    ]))
}

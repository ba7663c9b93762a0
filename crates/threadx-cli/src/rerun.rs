//! `threadx rerun`.

use std::io::Write;

use serde_json::Value;
use threadx::{
    Error,
    engine::StrategyRegistry,
    error::{BacktestError, DataError},
    request::{BacktestRequest, Settings, SweepRequest, Valid},
};

use crate::{
    args::{Output, RerunArgs},
    backtest, execute,
    failure::{Failure, output_failure},
    input,
    interrupt::Interrupt,
};

/// What a result says about how long it took and by which version it was made: it may differ.
const PASSING: [&str; 2] = ["elapsed_seconds", "version"];

/// What a run is made of, which explains every other difference: compared first.
const MADE_OF: [&str; 4] = ["request", "strategy", "signals", "data"];

/// A value that is not what it was.
#[derive(Debug, PartialEq, serde::Serialize)]
struct Difference {
    /// Where it stands in the result.
    field: String,
    stored: Value,
    now: Value,
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} was {} and is {}", self.field, self.stored, self.now)
    }
}

/// What the comparison is printed as.
#[derive(serde::Serialize)]
struct Comparison {
    identical: bool,
    /// Version of ThreadX that made the result, and this one.
    stored_version: Value,
    version: &'static str,
    /// The first difference of each part of the result.
    differences: Vec<Difference>,
}

/// Repeats the run of a result and fails if it comes out differently.
pub(crate) fn run(
    args: &RerunArgs,
    output: Output,
    settings: &Valid<Settings>,
    mut strategies: StrategyRegistry,
    stdout: &mut impl Write,
) -> Result<(), Failure> {
    let interrupt = Interrupt::install().map_err(Failure::Signals)?;
    let stored = read(args)?;
    args.signals.give_to(&mut strategies)?;
    let request = &stored["request"];
    let name = args.result.display().to_string();
    let bars = &args.bars;
    let now = if request.get("param_grid").is_some() {
        let (services, request) =
            input::stored::<SweepRequest>("rerun", request, name, bars, settings, strategies)
                .map_err(refused)?;
        let result = execute::run(request, settings, services, &interrupt, |_progress| {})?;
        as_json(result.as_result()?, args)?
    } else {
        let (services, request) =
            input::stored::<BacktestRequest>("rerun", request, name, bars, settings, strategies)
                .map_err(refused)?;
        args.signals.check(&request.strategy)?;
        let result = execute::run(request, settings, services, &interrupt, |_progress| {})?;
        let report = result.as_result().map_err(backtest::failed)?;
        as_json(&report.document(stored.get("equity").is_some()), args)?
    };
    let differences = differences(&stored, &now);
    let comparison = Comparison {
        identical: differences.is_empty(),
        stored_version: stored["version"].clone(),
        version: env!("CARGO_PKG_VERSION"),
        differences,
    };
    let written = match output {
        Output::Json => serde_json::to_writer_pretty(&mut *stdout, &comparison)
            .map_err(std::io::Error::from)
            .and_then(|()| writeln!(stdout)),
        Output::Table | Output::Csv => write_text(&comparison, &stored, stdout),
    };
    written.and_then(|()| stdout.flush()).map_err(output_failure)?;
    match comparison.differences.first() {
        None => Ok(()),
        Some(first) => Err(different(first)),
    }
}

/// The failure of a request that is refused here, as where its bars are not the ones that it was made on.
fn refused(error: Error) -> Failure {
    let unknown = error
        .violations()
        .iter()
        .any(|violation| violation.field == "token");
    let failure = Failure::from(error);
    if unknown {
        failure.hint("--data FILE or --data-dir DIR gives the bars that the result was made on")
    } else {
        failure
    }
}

/// The failure that a difference is, with what to do about it.
fn different(first: &Difference) -> Failure {
    let failure = Failure::from(BacktestError::NotReproduced {
        difference: first.to_string(),
    });
    match first.field.split('.').next() {
        Some("data") => failure.hint(
            "the bars are not those of the result; --data FILE or --data-dir DIR gives those that it was made on",
        ),
        Some("signals") => failure.hint("--signals FILE gives the signals that the result was made of"),
        Some("strategy") => failure.hint("the strategy is of another version than the one of the result"),
        _ => failure,
    }
}

/// The stored result: an object that says what it was made of.
fn read(args: &RerunArgs) -> Result<Value, Error> {
    let path = &args.result;
    let text = std::fs::read(path).map_err(|source| DataError::Read {
        path: path.clone(),
        source,
    })?;
    let layout = |got: String| {
        Error::from(DataError::Layout {
            path: path.clone(),
            expected: format!("expected the JSON of a backtest or a sweep, with request and data, {got}"),
        })
    };
    let stored: Value = serde_json::from_slice(&text).map_err(|error| layout(format!("but {error}")))?;
    let missing = ["request", "data"]
        .into_iter()
        .find(|part| !stored[part].is_object());
    match missing {
        None => Ok(stored),
        Some(part) => Err(layout(format!("got none of {part}"))),
    }
}

fn as_json(result: &impl serde::Serialize, args: &RerunArgs) -> Result<Value, Error> {
    // Through text, as the stored result went.
    let text = serde_json::to_vec(result).and_then(|text| serde_json::from_slice(&text));
    text.map_err(|error| {
        Error::from(DataError::Layout {
            path: args.result.clone(),
            expected: format!("the repeated run cannot be written: {error}"),
        })
    })
}

/// The first difference of each part of the result, those that it is made of first. A part that the stored result lacks
/// is none if another version made it, which may not have had it yet.
fn differences(stored: &Value, now: &Value) -> Vec<Difference> {
    let parts = |of: &Value| -> Vec<String> {
        let names = of.as_object().into_iter().flat_map(serde_json::Map::keys);
        let results =
            names.filter(|part| !MADE_OF.contains(&part.as_str()) && !PASSING.contains(&part.as_str()));
        results.cloned().collect()
    };
    let lacking = parts(now)
        .into_iter()
        .filter(|part| stored.get("version") == now.get("version") && stored.get(part).is_none())
        .map(|field| Difference {
            field,
            stored: Value::Null,
            now: "there".into(),
        });
    let made_of = MADE_OF
        .into_iter()
        .filter(|part| stored.get(part).is_some() || now.get(part).is_some())
        .map(str::to_owned);
    made_of
        .chain(parts(stored))
        .filter_map(|part| first_difference(part.clone(), &stored[&part], &now[&part]))
        .chain(lacking)
        .collect()
}

fn first_difference(field: String, stored: &Value, now: &Value) -> Option<Difference> {
    match (stored, now) {
        (Value::Object(was), Value::Object(is)) => {
            let mut names: Vec<&String> = was.keys().chain(is.keys()).collect();
            names.sort();
            names.dedup();
            names.into_iter().find_map(|name| {
                let of = |object: &serde_json::Map<String, Value>| {
                    object.get(name).cloned().unwrap_or(Value::Null)
                };
                first_difference(format!("{field}.{name}"), &of(was), &of(is))
            })
        }
        (Value::Array(was), Value::Array(is)) => {
            let pairs = was.iter().zip(is).enumerate();
            let inside = { pairs }
                .find_map(|(place, (was, is))| first_difference(format!("{field}[{place}]"), was, is));
            inside.or_else(|| {
                (was.len() != is.len()).then(|| Difference {
                    field: format!("{field}.length"),
                    stored: was.len().into(),
                    now: is.len().into(),
                })
            })
        }
        _ if stored == now => None,
        _ => Some(Difference {
            field,
            stored: stored.clone(),
            now: now.clone(),
        }),
    }
}

fn write_text(comparison: &Comparison, stored: &Value, to: &mut impl Write) -> std::io::Result<()> {
    let text = |part: &str, name: &str| stored[part][name].as_str().unwrap_or("?").to_owned();
    let data = &stored["data"];
    let tokens = match data["tokens"].as_array() {
        Some(tokens) => tokens
            .iter()
            .filter_map(Value::as_str)
            .collect::<Vec<_>>()
            .join(", "),
        None => text("data", "token"),
    };
    let what = format!(
        "{} on {} {}, {} bars, {}",
        text("request", "strategy"),
        tokens,
        text("data", "timeframe"),
        data["bars"],
        text("data", "fingerprint"),
    );
    if comparison.identical {
        writeln!(to, "identical: {what}")?;
    } else {
        writeln!(to, "different: {what}")?;
        for difference in &comparison.differences {
            writeln!(to, "  {difference}")?;
        }
    }
    if comparison.stored_version != *comparison.version {
        let was = &comparison.stored_version;
        writeln!(to, "made by version {was}, repeated by {:?}", comparison.version)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_first_difference_of_each_part_is_named_causes_first() {
        let check = |stored: Value, now: Value, expect: &[&str]| {
            let got: Vec<String> = differences(&stored, &now)
                .iter()
                .map(ToString::to_string)
                .collect();
            assert_eq!(got, expect);
        };
        let result = json!({
            "version": "0.1.0", "elapsed_seconds": 1.5,
            "data": {"fingerprint": "a"}, "metrics": {"sharpe_ratio": 1.0, "sqn": null},
            "trades": [{"pnl": 1.0}, {"pnl": 2.0}],
        });
        check(result.clone(), result.clone(), &[]);
        let mut other = result.clone();
        other["elapsed_seconds"] = json!(9.0);
        other["version"] = json!("0.2.0");
        check(result.clone(), other.clone(), &[]);
        other["trades"][1]["pnl"] = json!(2.5);
        other["metrics"]["sqn"] = json!(1.0);
        other["data"]["fingerprint"] = json!("b");
        check(
            result.clone(),
            other.clone(),
            &[
                r#"data.fingerprint was "a" and is "b""#,
                "metrics.sqn was null and is 1.0",
                "trades[1].pnl was 2.0 and is 2.5",
            ],
        );
        other = result.clone();
        other["trades"].as_array_mut().unwrap().push(json!({"pnl": 3.0}));
        check(result.clone(), other, &["trades.length was 2 and is 3"]);
        let mut lacking = result.clone();
        lacking.as_object_mut().unwrap().remove("trades");
        check(
            lacking.clone(),
            result.clone(),
            &[r#"trades was null and is "there""#],
        );
        lacking["version"] = json!("0.0.9");
        check(lacking, result, &[]);
    }
}

//! The page of the documentation about requests.

mod rules;

use threadx_error::ViolationCode;

use self::rules::{default, rule};
use crate::{Limits, RequestKind, field::Field, fields};

const HEAD: &str = "\
# Requests

<!-- Written from the tables of `threadx-request` by its example `requests_page`; do not edit. -->

A request is JSON; the program takes TOML as well. It is checked as a whole before anything runs, and every rule that is broken is
told, not only the first:

```json
{ \"field\": \"params.period\", \"code\": \"out_of_range\", \"message\": \"must be between 2 and 500, got 1\",
  \"value\": 1, \"bounds\": { \"min\": 2, \"max\": 500 }, \"line\": 8, \"column\": 23 }
```

- `field` is the path of the field: dots between names, `[i]` for items of lists from 0; empty for the whole document.
- `value` is what came, unless that is nothing, a list, an object or long; `bounds` is what the field accepts, if that is an interval or a list of names.
- `line` and `column` count from 1, if the request came as text.

A field that a request does not have is refused, as is one that stands twice. `null` is as good as absent. A whole number may be written with a point (`20.0`). NaN and
infinities are refused everywhere.

A document is at most {bytes} bytes long, nests at most {depth} levels deep (TOML: 80), and at most {violations} violations are listed. A program that
embeds ThreadX can set other limits.

**Tokens** are trimmed and upper-cased. **Dates** are RFC 3339 (`2019-06-30T12:00:00+02:00`), a date (its midnight), `YYYY-MM-DD HH:MM[:SS]`, or an epoch as a number
or in digits, whose unit follows from its size: below 1e11 seconds, below 1e14 milliseconds, below 1e17 microseconds, else nanoseconds. A date without an
offset is UTC; no machine's time zone is ever read. A range includes its start and excludes its end. Neither may be later than now plus one bar.

What strategies and indicators there are, and what parameters they have, they publish themselves: `threadx strategies` and `threadx indicators --list` show
it, and `threadx schema KIND` prints the JSON Schema of a request with all of it filled in.
";

const BACKTEST: &str = "\
Runs one strategy with one set of parameters over one range of bars. Rates and shares are fractions, not percent.

Parameters must be known to the strategy, of their type, within their bounds, and keep the strategy's rules about two of them, such as `fast_period < slow_period`. A
`sizing` by `risk` needs `stop_loss`, `trailing_stop` or a strategy that sets stops.";

const INDICATORS: &str = "\
Computes indicators, one value per bar. Two are the same if name and parameters are, defaults filled in: `20` and `20.0` are the same period. With too few bars
for an indicator all of its values are null and the result carries a `short_history` warning; with no bars at all the request fails with `no_bars`.";

const SWEEP: &str = "\
Runs one backtest for each combination of parameters and ranks them. It has all fields of a backtest but `params`, and those below. Combinations that break
the strategy's rules about two parameters are skipped and counted. A range is computed from the index of its values, so no error adds up: 0.1, 0.2, 0.3.";

const DATA: &str = "Checks stored bars.";

const SETTINGS: &str = "\
The settings of a process come from a TOML file and from variables named `THREADX_` and the key in upper case, such as `THREADX_WORKERS`, which win. A key or
variable that does not exist is an error.";

const CODES: &str = "The `code` of a violation is one of these. A code is never given another meaning.";

/// The page `docs/requests.md`, written from the tables that the rules come from.
#[must_use]
pub fn requests_page() -> String {
    let limits = Limits::default();
    let head = HEAD
        .replace("{bytes}", &limits.bytes.to_string())
        .replace("{depth}", &limits.depth.to_string())
        .replace("{violations}", &limits.violations.to_string());
    let mut page = vec![head];
    for kind in RequestKind::ALL {
        page.extend(section(kind));
    }
    page.push(heading("Settings", SETTINGS));
    page.push(table(fields::settings::SETTINGS));
    page.push(heading("Codes", CODES));
    let codes = ViolationCode::ALL
        .iter()
        .map(|code| format!("| `{code}` | {} |\n", code.description()));
    page.push(format!(
        "| code | meaning |\n| --- | --- |\n{}",
        codes.collect::<String>()
    ));
    page.join("\n")
}

fn section(kind: RequestKind) -> Vec<String> {
    let (title, introduction) = match kind {
        RequestKind::Backtest => ("Backtest", BACKTEST),
        RequestKind::Indicators => ("Indicators", INDICATORS),
        RequestKind::Sweep => ("Sweep", SWEEP),
        RequestKind::Data => ("Data", DATA),
    };
    let inner: &[(&str, &[&Field])] = match kind {
        RequestKind::Backtest => &[(
            "A `sizing` that is an object has exactly one of:",
            fields::run::SIZING,
        )],
        RequestKind::Indicators => &[("Each of the `indicators`:", fields::indicators::CALL)],
        RequestKind::Sweep => &[
            ("A range in `param_grid`:", fields::sweep::RANGE),
            ("The `sample`:", fields::sweep::SAMPLE),
            ("The `narrow`:", fields::sweep::NARROW_FIELDS),
            ("The `early_stop`:", fields::sweep::EARLY_STOP_FIELDS),
            ("The `walk_forward`:", fields::sweep::WALK_FORWARD_FIELDS),
        ],
        RequestKind::Data => &[],
    };
    // A sweep's other fields stand under the backtest.
    let own: Vec<&Field> = kind
        .fields()
        .iter()
        .copied()
        .filter(|field| {
            kind != RequestKind::Sweep
                || !RequestKind::Backtest
                    .fields()
                    .iter()
                    .any(|other| other.name == field.name)
        })
        .collect();
    let mut blocks = vec![heading(title, introduction), table(&own)];
    for (caption, fields) in inner {
        blocks.push(format!("{caption}\n"));
        blocks.push(table(fields));
    }
    blocks.push(format!("```json\n{}\n```\n", kind.example()));
    blocks
}

fn heading(title: &str, introduction: &str) -> String {
    format!("## {title}\n\n{introduction}\n")
}

fn table(fields: &[&Field]) -> String {
    let rows = fields.iter().map(|field| {
        let alias = field
            .alias
            .map_or_else(String::new, |alias| format!(" (or `{alias}`)"));
        format!(
            "| `{}`{alias} | {} | {} | {} |\n",
            field.name,
            rule(&field.kind),
            default(field),
            meaning(field)
        )
    });
    format!(
        "| field | type and rule | if absent | meaning |\n| --- | --- | --- | --- |\n{}",
        rows.collect::<String>()
    )
}

fn meaning(field: &Field) -> String {
    match field.unsupported {
        Some(reason) => format!("{}. **This field {reason}.**", field.doc),
        None => format!("{}.", field.doc),
    }
}

//! `threadx indicators --list`.

use std::io::Write;

use threadx::{indicators::specs, spec::IndicatorSpec};

use crate::{args::Output, table::Plain};

/// Lists the indicators with parameters, defaults, bounds and outputs.
pub(super) fn write(output: Output, stdout: &mut impl Write) -> std::io::Result<()> {
    let mut specs: Vec<IndicatorSpec> = specs().collect();
    specs.sort_by(|a, b| a.name.cmp(&b.name));
    match output {
        Output::Json => writeln!(stdout, "{:#}", serde_json::json!({ "indicators": specs })),
        Output::Csv => write_csv(&specs, stdout),
        Output::Table => write_table(&specs, stdout),
    }
}

/// One row per parameter; an indicator without parameters has one with empty cells.
fn rows(spec: &IndicatorSpec) -> Vec<[String; 4]> {
    let rows: Vec<_> = spec
        .params
        .iter()
        .map(|param| {
            let bounds = param.kind.bounds();
            [
                param.name.to_string(),
                param.default.to_string(),
                bounds.map_or_else(|| "true or false".to_owned(), |bounds| bounds.to_string()),
                param.description.to_string(),
            ]
        })
        .collect();
    if rows.is_empty() {
        vec![Default::default()]
    } else {
        rows
    }
}

fn write_table(specs: &[IndicatorSpec], stdout: &mut impl Write) -> std::io::Result<()> {
    let mut table = Plain::new(["name", "what it measures", "parameters", "outputs"], &[]);
    for spec in specs {
        let params: Vec<String> = spec
            .params
            .iter()
            .map(|param| format!("{}={}", param.name, param.default))
            .collect();
        table.row([
            spec.name.to_string(),
            spec.description.to_string(),
            params.join(","),
            spec.outputs.join(", "),
        ]);
    }
    table.write(stdout)?;
    writeln!(
        stdout,
        "\nThreadX knows bollinger as another name of bbands. For one indicator: threadx indicators -i sma:period=20; \
         bounds: --list --output json"
    )
}

fn write_csv(specs: &[IndicatorSpec], stdout: &mut impl Write) -> std::io::Result<()> {
    let mut csv = csv::Writer::from_writer(stdout);
    csv.write_record([
        "indicator",
        "parameter",
        "default",
        "bounds",
        "description",
        "outputs",
    ])?;
    for spec in specs {
        let outputs = spec.outputs.join(" ");
        for [name, default, bounds, description] in rows(spec) {
            csv.write_record([&*spec.name, &name, &default, &bounds, &description, &outputs])?;
        }
    }
    csv.flush()
}

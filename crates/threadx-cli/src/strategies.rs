//! `threadx strategies`.

mod page;

use std::io::Write;

use comfy_table::{ContentArrangement, Table, presets};
use threadx::{engine::StrategyRegistry, spec::StrategySpec};

use crate::{
    args::Output,
    failure::{Failure, output_failure},
};

/// Lists the strategies with parameters, defaults, bounds and rules.
pub(crate) fn run(
    registry: &StrategyRegistry,
    page: bool,
    output: Output,
    stdout: &mut impl Write,
) -> Result<(), Failure> {
    if page {
        return page::write(registry, stdout).map_err(output_failure);
    }
    let specs: Vec<&StrategySpec> = registry.specs().collect();
    let written = match output {
        Output::Json => writeln!(stdout, "{:#}", serde_json::json!({ "strategies": specs })),
        Output::Csv => write_csv(&specs, stdout),
        Output::Table => write_table(&specs, stdout),
    };
    written.map_err(output_failure)
}

/// One row per parameter; a strategy without parameters has one with empty cells.
fn rows(spec: &StrategySpec) -> Vec<[String; 4]> {
    spec.params
        .iter()
        .map(|param| {
            let bounds = param
                .kind
                .bounds()
                .map_or_else(|| "true or false".to_owned(), |bounds| bounds.to_string());
            [
                param.name.to_string(),
                param.default.to_string(),
                bounds,
                param.description.to_string(),
            ]
        })
        .collect()
}

fn write_table(specs: &[&StrategySpec], stdout: &mut impl Write) -> std::io::Result<()> {
    for (position, spec) in specs.iter().enumerate() {
        if position > 0 {
            writeln!(stdout)?;
        }
        writeln!(stdout, "{}  {}", spec.name, spec.description)?;
        let rows = rows(spec);
        if !rows.is_empty() {
            let mut table = Table::new();
            table
                .load_style(presets::NOTHING)
                .set_content_arrangement(ContentArrangement::Disabled);
            for [name, default, bounds, description] in rows {
                table.add_row([format!("  -p {name}={default}"), bounds, description]);
            }
            for line in table.lines() {
                writeln!(stdout, "{}", line.trim_end())?;
            }
        }
        for rule in &spec.rules {
            writeln!(stdout, "   rule: {rule}")?;
        }
    }
    Ok(())
}

fn write_csv(specs: &[&StrategySpec], stdout: &mut impl Write) -> std::io::Result<()> {
    let mut csv = csv::Writer::from_writer(stdout);
    csv.write_record([
        "strategy",
        "version",
        "kind",
        "parameter",
        "default",
        "bounds",
        "description",
    ])?;
    for spec in specs {
        let (version, kind) = (
            spec.version.to_string(),
            format!("{:?}", spec.kind).to_lowercase(),
        );
        for [name, default, bounds, description] in rows(spec) {
            csv.write_record([
                &*spec.name,
                &version,
                &kind,
                &name,
                &default,
                &bounds,
                &description,
            ])?;
        }
    }
    csv.flush()
}

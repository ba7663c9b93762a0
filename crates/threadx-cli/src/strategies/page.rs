//! The page of the documentation about the strategies.

use std::io::Write;

use threadx::{engine::StrategyRegistry, error::BacktestError, spec::StrategySpec};

const HEAD: &str = "\
# Strategies

<!-- Written by `threadx strategies --page`; do not edit. -->

What a decision is, when it is filled and what stops do is told in [semantics.md](semantics.md). \"Crosses above\" at t: a(t) > b(t), and on the last
earlier bar where a ≠ b it was a < b. A *signal* strategy decides by masks from indicators and does not see its own position; a *bar* strategy decides
bar by bar and sets stops. The version counts up whenever the same parameters may give other decisions; it is part of a result's identity. The
warm-up is the number of bars before the first on which every input of a decision exists.

The pictures show entries and exits on the embedded sample (BTCUSDT, one hour, 2019), drawn by the command under them. Triangles are entries, crosses
exits, a red tick the level of a stop that was met; the dashed line joins entry and exit, green for a gain.
";

/// Writes the page: a section for each strategy, from what it publishes about itself.
pub(super) fn write(registry: &StrategyRegistry, to: &mut impl Write) -> std::io::Result<()> {
    write!(to, "{HEAD}")?;
    for spec in registry.specs() {
        let (warm_up, drawn) = published(registry, spec).unwrap_or_default();
        writeln!(to, "\n## {}\n", spec.name)?;
        writeln!(to, "{}.\n", sentence(&spec.description))?;
        let kind = format!("{:?}", spec.kind).to_lowercase();
        let reads = match spec.indicators.as_slice() {
            [] => "no indicator".to_owned(),
            names => names
                .iter()
                .map(|name| format!("`{name}`"))
                .collect::<Vec<_>>()
                .join(", "),
        };
        writeln!(
            to,
            "Kind {kind}, version {}. Reads {reads}. Warm-up with the defaults: {warm_up} bars.{}\n",
            spec.version,
            if spec.sets_stops {
                " Sets stops of its own."
            } else {
                ""
            },
        )?;
        if !spec.details.is_empty() {
            writeln!(to, "{}\n", spec.details)?;
        }
        write_parameters(spec, to)?;
        if drawn {
            let name = &spec.name;
            writeln!(to, "![{name} on real bars](strategies/{name}.svg)\n")?;
            writeln!(
                to,
                "`threadx backtest --strategy {name} --direction both --chart docs/strategies/{name}.svg`"
            )?;
        } else {
            writeln!(to, "It trades what it is given, so there is no picture of it.")?;
        }
    }
    Ok(())
}

/// The warm-up with the defaults, and whether the strategy decides anything by itself.
fn published(registry: &StrategyRegistry, spec: &StrategySpec) -> Result<(usize, bool), BacktestError> {
    let warm_up = registry.get(&spec.name)?.warm_up(&spec.defaults())?;
    Ok((warm_up, spec.name != "signals"))
}

fn write_parameters(spec: &StrategySpec, to: &mut impl Write) -> std::io::Result<()> {
    if spec.params.is_empty() {
        return writeln!(to, "No parameters.\n");
    }
    writeln!(
        to,
        "| parameter | default | bounds | meaning |\n| --- | --- | --- | --- |"
    )?;
    for [name, default, bounds, meaning] in super::rows(spec) {
        writeln!(to, "| `{name}` | {default} | {bounds} | {meaning} |")?;
    }
    for rule in &spec.rules {
        writeln!(to, "\nRule: `{rule}`.")?;
    }
    writeln!(to)
}

/// A clause with a capital first letter.
fn sentence(clause: &str) -> String {
    let mut letters = clause.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

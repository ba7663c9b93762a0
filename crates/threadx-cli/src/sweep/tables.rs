//! What a sweep came to, as a table and as CSV.

use std::{collections::BTreeSet, io::Write};

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use threadx::{
    controllers::{SweepLuck, SweepReport},
    spec::Metric,
};

/// The metrics that a row of the table shows: what it was ranked by, then what a reader asks first.
fn columns(report: &SweepReport) -> Vec<Metric> {
    let usual = [
        Metric::SharpeRatio,
        Metric::TotalReturn,
        Metric::MaxDrawdown,
        Metric::TradeCount,
        Metric::WinRate,
    ];
    let mut seen = BTreeSet::new();
    report
        .request
        .criteria
        .iter()
        .map(|criterion| criterion.metric)
        .chain(usual)
        .filter(|metric| seen.insert(*metric))
        .collect()
}

pub(super) fn write_table(report: &SweepReport, workers: usize, to: &mut impl Write) -> std::io::Result<()> {
    let data = &report.data;
    writeln!(
        to,
        "{} on {} {}, {} bars",
        report.request.base.strategy, data.token, data.timeframe, data.bars
    )?;
    let rate = report.evaluated as f64 / report.elapsed_seconds.max(1e-9);
    let left_out = match report.left_out {
        Some(count) => format!(", {count} left out by the early stop"),
        None => String::new(),
    };
    writeln!(
        to,
        "{} combinations: {} run, {} skipped, {} failed{left_out}; {:.2} s on {workers} threads, {rate:.0} a second\n",
        report.combinations, report.evaluated, report.skipped, report.failed_count, report.elapsed_seconds
    )?;
    let columns = columns(report);
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Disabled);
    let header = ["", "params"]
        .into_iter()
        .chain(columns.iter().map(|metric| metric.as_str()));
    table.set_header(header);
    for result in &report.results {
        let metrics = columns.iter().map(|metric| {
            result
                .metrics
                .get(*metric)
                .map_or_else(|| "–".to_owned(), |value| format!("{value:.4}"))
        });
        table.add_row(
            [result.rank.to_string(), result.params.to_string()]
                .into_iter()
                .chain(metrics),
        );
    }
    for column in 0..columns.len() + 2 {
        if let Some(column) = table.column_mut(column).filter(|_| column != 1) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    for line in table.lines() {
        writeln!(to, "{}", line.trim_end())?;
    }
    if let Some(failed) = report.failed.first() {
        writeln!(to, "\nfailed: {} because {}", failed.params, failed.error)?;
    }
    if let Some(luck) = &report.luck {
        write_luck(luck, to)?;
    }
    if let Some(walked) = &report.walk_forward {
        super::walk_forward::write(walked, report.request.criteria.first().copied(), to)?;
    }
    writeln!(
        to,
        "\nresults {}\nmemory {} of {} MiB planned at most",
        report.results_hash,
        report.memory.planned_bytes.div_ceil(1 << 20),
        report.memory.budget_bytes >> 20
    )
}

/// Whether the best is luck, in words.
fn write_luck(luck: &SweepLuck, to: &mut impl Write) -> std::io::Result<()> {
    writeln!(to, "\nIs the best luck? Of {} trials", luck.trials)?;
    match &luck.deflated_sharpe {
        Some(deflated) => writeln!(
            to,
            "  deflated Sharpe ratio       {:.4}: the probability that its true Sharpe ratio a bar exceeds {:.5}, the best \
             expected without skill",
            deflated.probability, deflated.expected_max
        ),
        None => writeln!(to, "  deflated Sharpe ratio       –"),
    }?;
    match &luck.overfitting {
        Some(found) => {
            let drawn = if found.trials as u64 == found.drawn_from {
                String::new()
            } else {
                format!(" on {} trials drawn evenly", found.trials)
            };
            writeln!(
                to,
                "  probability of overfitting  {:.2}%: the best of half of the time is below the middle in the other \
                 half ({} choices of {} blocks{drawn})",
                found.probability * 100.0,
                found.choices,
                found.blocks
            )
        }
        None => writeln!(to, "  probability of overfitting  –"),
    }?;
    match &luck.stability {
        Some(stability) => writeln!(
            to,
            "  stability                   {} {:.4}, its {} neighbours {:.4} in the median and {:.4} at worst",
            stability.criterion, stability.best, stability.neighbours, stability.median, stability.worst
        ),
        None => writeln!(to, "  stability                   –"),
    }
}

/// One row per result: rank, parameters, all metrics; an undefined one is an empty cell.
pub(super) fn write_csv(report: &SweepReport, to: &mut impl Write) -> std::io::Result<()> {
    let names: BTreeSet<&str> = report
        .results
        .iter()
        .flat_map(|result| result.params.iter().map(|(name, _)| name))
        .collect();
    let mut csv = csv::Writer::from_writer(to);
    let metrics = || Metric::ALL.iter().copied();
    let header = ["rank"]
        .into_iter()
        .chain(names.iter().copied())
        .map(str::to_owned);
    csv.write_record(header.chain(metrics().map(|metric| metric.to_string())))?;
    for result in &report.results {
        let params = names.iter().map(|name| {
            result
                .params
                .get(name)
                .map_or_else(String::new, ToString::to_string)
        });
        let values = metrics().map(|metric| {
            result
                .metrics
                .get(metric)
                .map_or_else(String::new, |value| value.to_string())
        });
        csv.write_record(
            std::iter::once(result.rank.to_string())
                .chain(params)
                .chain(values),
        )?;
    }
    csv.flush()
}

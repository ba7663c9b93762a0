//! The file of every point.

use std::path::Path;

use threadx_data::{Cell, Column, ColumnKind, Existing, TableWriter};
use threadx_engine::{PointOutcome, SweepPlan, SweepShard};
use threadx_error::DataError;
use threadx_spec::{Metric, ParamKind, ParamValue, StrategySpec};

/// Which bars a row is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sample {
    /// The whole range.
    Whole,
    /// A train window.
    In,
    /// A test window.
    Out,
}

impl Sample {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::In => "in",
            Self::Out => "out",
        }
    }
}

/// The file of every point's parameters and metrics, written part by part in the order of the plan; behind them those
/// of the windows of a walk-forward analysis.
#[derive(Debug)]
pub(super) struct Results {
    table: TableWriter,
    params: Vec<String>,
    /// Whether rows say which window they are about.
    windows: bool,
    /// The part to write next.
    pub(super) next: u64,
}

impl Results {
    /// Refuses a file that stands already, unless it is to be replaced.
    pub(super) fn check(path: &Path, existing: Existing) -> Result<(), DataError> {
        match (existing, path.symlink_metadata()) {
            (Existing::Refuse, Ok(_)) => Err(DataError::Exists {
                path: path.to_owned(),
            }),
            _ => Ok(()),
        }
    }

    pub(super) fn create(
        path: &Path,
        existing: Existing,
        spec: &StrategySpec,
        windows: bool,
    ) -> Result<Self, DataError> {
        let mut params: Vec<Column> = spec
            .params
            .iter()
            .map(|param| Column {
                name: param.name.clone().into_owned(),
                kind: match param.kind {
                    ParamKind::Int { .. } => ColumnKind::Whole,
                    ParamKind::Bool => ColumnKind::Boolean,
                    ParamKind::Name { .. } => ColumnKind::Text,
                    _ => ColumnKind::Number,
                },
            })
            .collect();
        params.sort_by(|a, b| a.name.cmp(&b.name));
        let names = params.iter().map(|column| column.name.clone()).collect();
        let column = |name: &str, kind| Column {
            name: name.to_owned(),
            kind,
        };
        let mut columns = Vec::new();
        if windows {
            columns.push(column("window", ColumnKind::Whole));
            columns.push(column("sample", ColumnKind::Text));
        }
        columns.push(column("combination", ColumnKind::Whole));
        columns.extend(params);
        columns.extend(Metric::ALL.iter().map(|metric| match metric {
            Metric::TradeCount => column(metric.as_str(), ColumnKind::Whole),
            _ => column(metric.as_str(), ColumnKind::Number),
        }));
        columns.push(column("error", ColumnKind::Text));
        Ok(Self {
            table: TableWriter::create(path, existing, &columns)?,
            params: names,
            windows,
            next: 0,
        })
    }

    pub(super) fn is_seen_growing(&self) -> bool {
        self.table.is_seen_growing()
    }

    /// Writes the next part.
    pub(super) fn write(&mut self, plan: &SweepPlan, shard: &SweepShard) -> Result<(), DataError> {
        self.rows(plan, shard, None, Sample::Whole)?;
        self.next += 1;
        self.table.flush()
    }

    /// Writes points of a window, which counts from 1 in the file.
    pub(super) fn write_window(
        &mut self,
        plan: &SweepPlan,
        shard: &SweepShard,
        number: u64,
        sample: Sample,
    ) -> Result<(), DataError> {
        self.rows(plan, shard, Some(number + 1), sample)
    }

    fn rows(
        &mut self,
        plan: &SweepPlan,
        shard: &SweepShard,
        window: Option<u64>,
        sample: Sample,
    ) -> Result<(), DataError> {
        for point in shard.points() {
            let params = plan.params(point.combination).unwrap_or_default();
            let mut row = Vec::with_capacity(self.params.len() + Metric::ALL.len() + 4);
            if self.windows {
                row.push(window.map_or(Cell::Absent, whole));
                row.push(Cell::Text(sample.as_str().to_owned()));
            }
            row.push(whole(point.combination));
            row.extend(self.params.iter().map(|name| match params.get(name) {
                None => Cell::Absent,
                Some(ParamValue::Bool(value)) => Cell::Boolean(*value),
                Some(ParamValue::Int(value)) => Cell::Whole(*value),
                Some(ParamValue::Float(value)) => Cell::Number(*value),
                Some(ParamValue::Name(name)) => Cell::Text(name.clone()),
            }));
            match &point.outcome {
                PointOutcome::Evaluated(metrics) => {
                    row.extend(Metric::ALL.iter().map(|metric| match metric {
                        Metric::TradeCount => whole(metrics.trade_count as u64),
                        _ => metrics.get(*metric).map_or(Cell::Absent, Cell::Number),
                    }));
                    row.push(Cell::Absent);
                }
                PointOutcome::Failed(error) => {
                    row.extend(std::iter::repeat_n(Cell::Absent, Metric::ALL.len()));
                    row.push(Cell::Text(error.clone()));
                }
            }
            self.table.push(row)?;
        }
        Ok(())
    }

    pub(super) fn commit(self) -> Result<(), DataError> {
        self.table.commit()
    }
}

fn whole(value: u64) -> Cell {
    i64::try_from(value).map_or(Cell::Absent, Cell::Whole)
}

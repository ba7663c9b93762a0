//! What every kind of file needs between its first rows and its bars: the plan, and what is said in the end.

use std::{io, path::Path};

use threadx_error::DataError;

use super::{
    gathered::Gathered,
    options::ImportOptions,
    report::{Note, NoteCode},
    row_reader::RowReader,
};
use crate::dialect::{DialectReport, NoPlan, Plan, Sample, TimeColumns};

/// Finds the plan of one file and gathers what came of it.
#[derive(Debug)]
pub(crate) struct Planner<'a> {
    path: &'a Path,
    options: &'a ImportOptions,
}

impl<'a> Planner<'a> {
    pub(crate) fn new(path: &'a Path, options: &'a ImportOptions) -> Self {
        Self { path, options }
    }

    pub(crate) fn plan(
        &self,
        sample: &Sample,
        entry: Option<&str>,
        all_dates: impl FnOnce(usize) -> Result<Vec<String>, DataError>,
    ) -> Result<Plan, DataError> {
        let own_name = self
            .path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        let name = entry.unwrap_or(&own_name);
        let mut found = Plan::new(sample, self.options, name, None);
        if let Err(NoPlan::MoreDates(column)) = found {
            let dates = all_dates(column)?;
            found = Plan::new(sample, self.options, name, Some(&dates));
        }
        let mut plan = found.map_err(|why| match why {
            NoPlan::Layout(expected) => self.layout(expected),
            NoPlan::Ambiguous(what) => DataError::Ambiguous {
                path: self.path.to_owned(),
                what,
            },
            NoPlan::MoreDates(_) => self.layout("expected dates that tell day from month"),
        })?;
        if !sample.preamble.is_empty() {
            let note = Note::new(
                NoteCode::Preamble,
                sample.preamble.len() as u64,
                "lines above the rows are none",
            )
            .with_examples(sample.preamble.iter().take(2).cloned().collect());
            plan.notes.push(note);
        }
        Ok(plan)
    }

    pub(crate) fn gathered(
        &self,
        reader: RowReader<'_>,
        plan: &Plan,
        dialect: &str,
        entry: Option<String>,
    ) -> Result<Gathered, DataError> {
        let read = reader.finish();
        if !read.other_symbols.is_empty() {
            let others: Vec<&str> = read.other_symbols.iter().map(String::as_str).collect();
            return Err(DataError::Ambiguous {
                path: self.path.to_owned(),
                what: format!(
                    "the rows are of several symbols ({}, {}); say which is wanted",
                    read.symbol.unwrap_or_default(),
                    others.join(", ")
                ),
            });
        }
        let mut notes = plan.notes.clone();
        notes.extend(read.notes);
        Ok(Gathered {
            path: self.path.to_owned(),
            entry,
            dialect: DialectReport::new(dialect, plan),
            symbol: read.symbol,
            close_times: matches!(plan.roles.time, TimeColumns::Close(_)),
            collector: read.collector,
            notes,
        })
    }

    pub(crate) fn unreadable(&self, source: io::Error) -> DataError {
        DataError::Read {
            path: self.path.to_owned(),
            source,
        }
    }

    pub(crate) fn layout(&self, expected: impl Into<String>) -> DataError {
        DataError::Layout {
            path: self.path.to_owned(),
            expected: expected.into(),
        }
    }
}

//! Shards of a sweep that are run apart, as files.

use std::{
    fs::File,
    io::{BufRead, BufReader, Write},
    path::Path,
    sync::Arc,
};

use serde::{Deserialize, Serialize};
use threadx_coordinator::{Flow, Parts, Task, TaskContext, TaskFlow, task_span};
use threadx_error::{DataError, Error, Result, SweepError};
use threadx_request::{SweepRequest, Valid};

use super::{
    job::{Job, PartControl},
    manifest::SweepManifest,
    options::SweepOptions,
    part::Part,
};
use crate::Services;

const FORMAT: &str = "threadx sweep shard 1";

/// One of several shares of a plan's points, as a task.
#[derive(Debug, Clone)]
pub struct ShardTask {
    /// The request of the plan.
    pub request: Valid<SweepRequest>,
    /// The plan; refused if request, data or versions are others now.
    pub manifest: SweepManifest,
    /// Where the plan was read from.
    pub path: std::path::PathBuf,
    /// Which share, from 0.
    pub index: u64,
    /// How many shares there are, at least 1 and more than `index`.
    pub of: u64,
}

/// What a shard came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ShardReport {
    /// Identity of the plan.
    pub plan_hash: String,
    /// Which share, from 0.
    pub index: u64,
    /// How many shares there are.
    pub of: u64,
    /// Points that were run to their end.
    pub evaluated: u64,
    /// Combinations that break a rule of the strategy or do not meet the condition.
    pub skipped: u64,
    /// Points that failed.
    pub failed: u64,
    /// The plan and the parts, encoded.
    #[serde(skip)]
    lines: Vec<Vec<u8>>,
}

/// The first line of a shard.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Header {
    format: String,
    index: u64,
    of: u64,
    pub(super) parts: u64,
    pub(super) plan: SweepManifest,
}

impl ShardReport {
    /// Writes the shard as a file holds it: lines of JSON, the plan first.
    ///
    /// # Errors
    ///
    /// Those of `to`.
    pub fn write(&self, to: &mut dyn Write) -> std::io::Result<()> {
        self.lines.iter().try_for_each(|lines| to.write_all(lines))
    }
}

/// Reads the plan that a shard is of.
///
/// # Errors
///
/// [`DataError::Read`] if the file cannot be read, [`SweepError::DamagedFile`] if it is no shard.
pub fn shard_plan(path: &Path) -> Result<SweepManifest> {
    let read = || {
        let mut line = String::new();
        BufReader::new(File::open(path)?).read_line(&mut line)?;
        Ok(line)
    };
    let line: String = read().map_err(|source: std::io::Error| match source.kind() {
        std::io::ErrorKind::InvalidData => Error::from(damaged(path, "it is not text")),
        _ => DataError::Read {
            path: path.to_owned(),
            source,
        }
        .into(),
    })?;
    Ok(header(
        Some(&line).filter(|line| !line.is_empty()).map(String::as_str),
        path,
    )?
    .plan)
}

pub(super) fn damaged(path: &Path, rule: impl Into<String>) -> SweepError {
    SweepError::DamagedFile {
        path: path.to_owned(),
        expected: "shard of a sweep",
        rule: rule.into(),
    }
}

pub(super) fn header(line: Option<&str>, path: &Path) -> Result<Header, SweepError> {
    let line = line.ok_or_else(|| damaged(path, "it is empty"))?;
    let header: Header = serde_json::from_str(line).map_err(|error| damaged(path, error.to_string()))?;
    if header.format == FORMAT {
        Ok(header)
    } else {
        Err(damaged(
            path,
            format!("its format is {:?}, not {FORMAT:?}", header.format),
        ))
    }
}

impl Task<Services> for ShardTask {
    type Output = ShardReport;
    type Error = Error;

    fn kind(&self) -> &'static str {
        "shard"
    }

    fn span(&self) -> tracing::Span {
        task_span!(
            token = self.request.base.tokens.first().as_str(),
            strategy = self.request.base.strategy.as_str(),
            shard = self.index,
            of = self.of
        )
    }

    fn run(self, services: &Services, context: &TaskContext) -> Result<TaskFlow<Services, Self>> {
        if self.request.narrow.is_some() {
            return Err(SweepError::NotShardable.into());
        }
        let job = services
            .sweeps()
            .job(&self.request, &SweepOptions::default(), context)?;
        self.manifest.check(&job.manifest, &self.path)?;
        Ok(flow(Arc::new(job), self, context))
    }
}

fn flow(job: Arc<Job>, task: ShardTask, context: &TaskContext) -> Flow<Services, ShardReport, Error> {
    let all = job.manifest.parts();
    let share = |index: u64| (u128::from(all) * u128::from(index) / u128::from(task.of.max(1))) as u64;
    let parts = share(task.index)..share(task.index + 1).min(all);
    let first = parts.start;
    let points = |part: u64| job.manifest.positions(part).start;
    context.progress(0, points(parts.end) - points(first));
    let count = usize::try_from(parts.end - parts.start).unwrap_or(usize::MAX);
    let runner = Arc::clone(&job);
    let path = task.path.clone();
    let its = path.clone();
    Flow::Parts(Parts::new(
        count,
        move |index, _services: &Services, context| {
            let number = first + index as u64;
            let shard = runner.run(
                &runner.whole,
                &runner.plan,
                runner.manifest.positions(number),
                &PartControl::new(context),
                context,
            )?;
            let counts = [shard.evaluated(), shard.skipped(), shard.failed()];
            let part = Part::new(&runner.manifest.hash, number, shard);
            let text = part.encode().map_err(|error| damaged(&its, error.to_string()))?;
            Ok((counts, text))
        },
        move |encoded: Vec<([u64; 3], Vec<u8>)>, _services, _context| {
            let header = Header {
                format: FORMAT.to_owned(),
                index: task.index,
                of: task.of,
                parts: encoded.len() as u64,
                plan: task.manifest,
            };
            let mut line = serde_json::to_vec(&header).map_err(|error| damaged(&path, error.to_string()))?;
            line.push(b'\n');
            let mut report = ShardReport {
                plan_hash: job.manifest.hash.clone(),
                index: task.index,
                of: task.of,
                evaluated: 0,
                skipped: 0,
                failed: 0,
                lines: vec![line],
            };
            for ([evaluated, skipped, failed], text) in encoded {
                report.evaluated += evaluated;
                report.skipped += skipped;
                report.failed += failed;
                report.lines.push(text);
            }
            Ok(report)
        },
    ))
}

//! What a sweep yields.

use serde::Serialize;
use threadx_engine::{Metrics, Surface};
use threadx_request::SweepRequest;
use threadx_spec::Params;

use super::{luck::SweepLuck, walk_forward::WalkForwardReport};
use crate::{DataSummary, StrategyIdentity};

/// What a sweep yields, with the request and the bars that it was made of.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SweepReport {
    /// The request as validated, defaults filled in.
    pub request: SweepRequest,
    /// The bars of the range.
    pub data: DataSummary,
    /// The strategy that decided.
    pub strategy: StrategyIdentity,
    /// Combinations of the grid, of the sample, or that a narrowing search looked at.
    pub combinations: u64,
    /// Combinations that were run to their end.
    pub evaluated: u64,
    /// Combinations that break a rule of the strategy or do not meet the condition.
    pub skipped: u64,
    /// Combinations that an early stop left out; absent unless one was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_out: Option<u64>,
    /// Combinations that failed, all of them counted.
    pub failed_count: u64,
    /// The first of them; never ranked.
    pub failed: Vec<FailedCombination>,
    /// The best, best first.
    pub results: Vec<SweepResult>,
    /// Whether the best is luck; absent if it was not to be looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub luck: Option<SweepLuck>,
    /// What choosing parameters in one window and trading them in the next came to, if it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub walk_forward: Option<WalkForwardReport>,
    /// The first criterion over two parameters, if it was asked for.
    #[serde(skip)]
    pub surface: Option<Surface>,
    /// Identity of the plan: of request, data and versions.
    pub plan_hash: String,
    /// Identity of the results: of every point's numbers. The same for the same plan, whoever ran it, how often it was
    /// interrupted, and on how many threads.
    pub results_hash: String,
    /// What it was to take of memory.
    pub memory: SweepMemory,
    /// Time from the start of the run to its end, seconds.
    pub elapsed_seconds: f64,
    /// Version of ThreadX.
    pub version: &'static str,
}

/// The memory of a sweep, bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct SweepMemory {
    /// What it may take.
    pub budget_bytes: u64,
    /// What it takes at most: the bars, what is kept of the points, the best, and indicators.
    pub planned_bytes: u64,
}

/// A combination that could not be run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FailedCombination {
    /// All parameters.
    pub params: Params,
    /// Why.
    pub error: String,
}

/// One of the best combinations.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SweepResult {
    /// From 1.
    pub rank: usize,
    /// All parameters.
    pub params: Params,
    /// The measures.
    pub metrics: Metrics,
}

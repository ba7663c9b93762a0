//! The raw model of a sweep's fields that a backtest does not have.

use garde::Validate;
use threadx_spec::{Criterion, SampleMethod};

use super::rules::{of_span, within};

use crate::{
    fields::sweep as fields,
    read::{self, Scope},
    violations::Violations,
};

/// A sweep's fields as they were given, their types right and nothing else known. The grid needs the strategy's
/// parameters and is read when they are at hand.
#[derive(Debug, Validate)]
pub(crate) struct RawSweep {
    #[garde(range(min = fields::MAX_COMBINATIONS.min(), max = fields::MAX_COMBINATIONS.max()))]
    pub(crate) max_combinations: Option<i128>,
    #[garde(length(min = fields::CRITERIA.shortest(), max = fields::CRITERIA.longest()))]
    pub(crate) criteria: Option<Vec<Option<Criterion>>>,
    #[garde(range(min = fields::TOP_N.min(), max = fields::TOP_N.max()))]
    pub(crate) top_n: Option<i128>,
    #[garde(skip)]
    pub(crate) r#where: Option<String>,
    #[garde(dive)]
    pub(crate) sample: Option<RawSample>,
    #[garde(dive)]
    pub(crate) narrow: Option<RawNarrow>,
    #[garde(dive)]
    pub(crate) early_stop: Option<RawEarlyStop>,
    #[garde(skip)]
    pub(crate) luck: Option<bool>,
    #[garde(dive)]
    pub(crate) walk_forward: Option<RawWalkForward>,
}

/// A walk-forward analysis as it was given.
#[derive(Debug, Validate)]
pub(crate) struct RawWalkForward {
    #[garde(inner(custom(of_span)))]
    pub(crate) train: Option<String>,
    #[garde(inner(custom(of_span)))]
    pub(crate) test: Option<String>,
    #[garde(skip)]
    pub(crate) anchored: Option<bool>,
    #[garde(range(min = fields::PURGE.min(), max = fields::PURGE.max()))]
    pub(crate) purge: Option<i128>,
    #[garde(range(min = fields::EMBARGO.min(), max = fields::EMBARGO.max()))]
    pub(crate) embargo: Option<i128>,
}

/// A narrowing search as it was given.
#[derive(Debug, Validate)]
pub(crate) struct RawNarrow {
    #[garde(range(min = fields::KEEP.min(), max = fields::KEEP.max()))]
    pub(crate) keep: Option<i128>,
}

/// An early stop as it was given.
#[derive(Debug, Validate)]
pub(crate) struct RawEarlyStop {
    #[garde(range(min = fields::PATIENCE.min(), max = fields::PATIENCE.max()))]
    pub(crate) patience: Option<i128>,
}

/// A sample as it was given.
#[derive(Debug, Validate)]
pub(crate) struct RawSample {
    #[garde(range(min = fields::SAMPLE_N.min(), max = fields::SAMPLE_N.max()))]
    pub(crate) n: Option<i128>,
    #[garde(range(min = fields::SAMPLE_SEED.min(), max = fields::SAMPLE_SEED.max()))]
    pub(crate) seed: Option<i128>,
    #[garde(skip)]
    pub(crate) method: Option<SampleMethod>,
}

impl RawSweep {
    pub(crate) fn read(scope: &Scope<'_>, v: &mut Violations) -> Self {
        let raw = Self {
            max_combinations: scope.whole(&fields::MAX_COMBINATIONS, v),
            criteria: scope.criteria(&fields::CRITERIA, v),
            top_n: scope.whole(&fields::TOP_N, v),
            r#where: scope.text(&fields::WHERE, v),
            sample: RawSample::read(scope, v),
            narrow: RawNarrow::read(scope, v),
            early_stop: RawEarlyStop::read(scope, v),
            luck: scope.boolean(&fields::LUCK, v),
            walk_forward: RawWalkForward::read(scope, v),
        };
        read::blame(raw.validate(), scope, v);
        raw
    }
}

impl RawSample {
    fn read(scope: &Scope<'_>, v: &mut Violations) -> Option<Self> {
        let given = scope.given(&fields::SAMPLE_OF_GRID)?;
        let inner = Scope::open(given.node, &given.path, fields::SAMPLE, "a sample", v)?;
        Some(Self {
            n: inner.whole(&fields::SAMPLE_N, v),
            seed: inner.whole(&fields::SAMPLE_SEED, v),
            method: inner.choice(&fields::SAMPLE_METHOD, &SampleMethod::NAMES, v),
        })
    }
}

impl RawNarrow {
    fn read(scope: &Scope<'_>, v: &mut Violations) -> Option<Self> {
        let given = scope.given(&fields::NARROW)?;
        let inner = Scope::open(
            given.node,
            &given.path,
            fields::NARROW_FIELDS,
            "a narrowing search",
            v,
        )?;
        Some(Self {
            keep: inner.whole(&fields::KEEP, v),
        })
    }
}

impl RawWalkForward {
    fn read(scope: &Scope<'_>, v: &mut Violations) -> Option<Self> {
        let given = scope.given(&fields::WALK_FORWARD)?;
        let inner = Scope::open(
            given.node,
            &given.path,
            fields::WALK_FORWARD_FIELDS,
            "a walk-forward analysis",
            v,
        )?;
        Some(Self {
            train: inner.text(&fields::TRAIN, v),
            test: inner.text(&fields::TEST, v),
            anchored: inner.boolean(&fields::ANCHORED, v),
            purge: inner.whole(&fields::PURGE, v),
            embargo: inner.whole(&fields::EMBARGO, v),
        })
    }
}

impl RawEarlyStop {
    fn read(scope: &Scope<'_>, v: &mut Violations) -> Option<Self> {
        let given = scope.given(&fields::EARLY_STOP)?;
        let inner = Scope::open(
            given.node,
            &given.path,
            fields::EARLY_STOP_FIELDS,
            "an early stop",
            v,
        )?;
        Some(Self {
            patience: inner.whole(&fields::PATIENCE, v),
        })
    }
}

/// A range of a grid as it was given.
#[derive(Debug, Validate)]
pub(crate) struct RawRange {
    #[garde(custom(within(&fields::RANGE_MIN)))]
    pub(crate) min: Option<f64>,
    #[garde(custom(within(&fields::RANGE_MAX)))]
    pub(crate) max: Option<f64>,
    #[garde(custom(within(&fields::RANGE_STEP)))]
    pub(crate) step: Option<f64>,
}

impl RawRange {
    pub(crate) fn read(scope: &Scope<'_>, v: &mut Violations) -> Self {
        let raw = Self {
            min: scope.number(&fields::RANGE_MIN, v),
            max: scope.number(&fields::RANGE_MAX, v),
            step: scope.number(&fields::RANGE_STEP, v),
        };
        read::blame(raw.validate(), scope, v);
        raw
    }
}

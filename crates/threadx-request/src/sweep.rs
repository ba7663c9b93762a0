//! The request for a sweep over parameters.

use serde::{
    Serialize,
    ser::{SerializeMap, Serializer},
};
use threadx_error::ViolationCode;
use threadx_market::Span;
use threadx_spec::{Constraint, Criterion, Params, SampleMethod, WalkForward};

use crate::{
    BacktestRequest, ParamGrid, Request, RequestKind, SweepBuilder,
    backtest::optional,
    field::Broken,
    fields::sweep as fields,
    raw::{
        run::RawRun,
        sweep::{RawSample, RawSweep, RawWalkForward},
    },
    read::Scope,
    resolve::{self, count, grid, params::Published, unique},
    valid::{Input, Resolve},
    violations::Violations,
};

/// The request for a sweep: one backtest for each combination of a grid of parameters, ranked.
///
/// The wire form is flat: everything of a backtest but `params`, and the fields below. [`ParamGrid`] has an example.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SweepRequest {
    /// The backtest that each combination is put into. Its parameters are the defaults of those that the grid does
    /// not name (of all, where the strategy is known).
    pub base: BacktestRequest,
    /// Values of each parameter that is varied.
    pub param_grid: ParamGrid,
    /// Most combinations that the grid may give, at least 1.
    pub max_combinations: u64,
    /// By what combinations are ranked, the most important first; at least one, no metric twice.
    pub criteria: Vec<Criterion>,
    /// How many of the best are listed, at least 1.
    pub top_n: usize,
    /// Condition that combinations meet; the others are skipped.
    pub r#where: Option<Constraint>,
    /// Evaluate only combinations that are drawn.
    pub sample: Option<Sample>,
    /// Look closer and closer around the best instead of at every combination.
    pub narrow: Option<Narrow>,
    /// Leave out what follows a long stretch without a new best.
    pub early_stop: Option<EarlyStop>,
    /// Whether to look if the best is luck.
    pub luck: bool,
    /// Choose parameters in one window of time after the other and trade each choice in the window behind it.
    pub walk_forward: Option<WalkForward>,
}

/// A search that looks at a coarse lattice of the grid first, then closer and closer around the best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Narrow {
    /// Around how many of the best each round looks closer, 1 to 1000.
    pub keep: usize,
}

/// When the rest of a grid is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct EarlyStop {
    /// Combinations in a row that were run and brought no better value of the first criterion, at least 1.
    pub patience: u64,
}

/// A draw of combinations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Sample {
    /// How many are drawn, at least 1; all if there are fewer.
    pub n: u64,
    /// How they are drawn.
    pub method: SampleMethod,
    /// Seed of the draw.
    pub seed: u64,
}

impl SweepRequest {
    /// A builder, which ends in the same rules as a document.
    #[must_use]
    pub fn builder() -> SweepBuilder {
        SweepBuilder::new()
    }
}

/// The canonical wire form: fields in a fixed order, defaults filled in, what is not given left out.
impl Serialize for SweepRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        self.base.write(&mut map, false)?;
        map.serialize_entry(fields::PARAM_GRID.name, &self.param_grid)?;
        map.serialize_entry(fields::MAX_COMBINATIONS.name, &self.max_combinations)?;
        map.serialize_entry(fields::CRITERIA.name, &self.criteria)?;
        map.serialize_entry(fields::TOP_N.name, &self.top_n)?;
        optional(&mut map, fields::WHERE.name, self.r#where.as_ref())?;
        optional(&mut map, fields::SAMPLE_OF_GRID.name, self.sample.as_ref())?;
        optional(&mut map, fields::NARROW.name, self.narrow.as_ref())?;
        optional(&mut map, fields::EARLY_STOP.name, self.early_stop.as_ref())?;
        map.serialize_entry(fields::LUCK.name, &self.luck)?;
        optional(&mut map, fields::WALK_FORWARD.name, self.walk_forward.as_ref())?;
        map.end()
    }
}

impl Request for SweepRequest {
    const KIND: RequestKind = RequestKind::Sweep;
}

impl Resolve for SweepRequest {
    fn resolve(input: Input<'_>) -> Option<Self> {
        let Input {
            root,
            context,
            violations: v,
        } = input;
        let scope = Scope::open(root, "", Self::KIND.fields(), Self::KIND.owner(), v)?;
        let raw = RawRun::read(&scope, v);
        let sweep = RawSweep::read(&scope, v);
        let spec = resolve::run::strategy(raw.strategy.as_deref(), &scope, context, v);
        let base = resolve::run::resolve(raw, spec, &scope, context, v);
        let max_combinations = match sweep.max_combinations {
            None => Some(fields::MAX_COMBINATIONS.default_whole()),
            // A limit of 0 is wrong by itself and is not held against the grid.
            given => count(given).filter(|max| *max > 0),
        };
        let published: Option<Published<'_>> = spec.map(Into::into);
        let param_grid = grid::resolve(&scope, published, max_combinations, v);
        let criteria = match &sweep.criteria {
            None => fields::DEFAULT_CRITERIA.map(Criterion::from).to_vec(),
            Some(criteria) => {
                let items = scope.items(&fields::CRITERIA, v)?;
                let (known, items): (Vec<Criterion>, Vec<_>) = criteria
                    .iter()
                    .zip(items)
                    .filter_map(|(criterion, item)| Some(((*criterion)?, item)))
                    .unzip();
                unique(
                    known.iter().map(|known| (known.metric, known.metric.to_string())),
                    &items,
                    v,
                );
                known
            }
        };
        let constraint = constraint(&sweep, published, &scope, v);
        sample_rules(&sweep, &scope, v);
        conflicts(&scope, v);
        let params = published.map_or_else(Params::new, |published| published.defaults());
        Some(Self {
            base: BacktestRequest { params, ..base? },
            param_grid: param_grid?,
            max_combinations: max_combinations?,
            criteria,
            // Beyond the address space there is nothing to list.
            top_n: usize::try_from(count(sweep.top_n).unwrap_or(fields::TOP_N.default_whole()))
                .unwrap_or(usize::MAX),
            r#where: constraint,
            sample: sweep.sample.as_ref().and_then(sample),
            narrow: sweep.narrow.as_ref().map(|narrow| Narrow {
                keep: count(narrow.keep).unwrap_or(fields::KEEP.default_whole()) as usize,
            }),
            luck: sweep.luck.unwrap_or(fields::LUCK.default_boolean()),
            walk_forward: sweep.walk_forward.as_ref().and_then(walk_forward),
            early_stop: sweep.early_stop.as_ref().and_then(|stop| {
                Some(EarlyStop {
                    patience: count(stop.patience)?,
                })
            }),
        })
    }
}

/// The condition, held against the strategy's parameters where they are known.
fn constraint(
    sweep: &RawSweep,
    published: Option<Published<'_>>,
    scope: &Scope<'_>,
    v: &mut Violations,
) -> Option<Constraint> {
    let (text, given) = (sweep.r#where.as_deref()?, scope.given(&fields::WHERE)?);
    let parsed = Constraint::parse(text).and_then(|constraint| {
        published.map_or(Ok(()), |published| constraint.check(published.params))?;
        Ok(constraint)
    });
    parsed
        .map_err(|wrong| {
            v.about(&given.path, given.node, || {
                let message = format!("must be a condition on the parameters, but {wrong}");
                Broken::new(ViolationCode::BadFormat, message)
            });
        })
        .ok()
}

fn conflicts(scope: &Scope<'_>, v: &mut Violations) {
    for [field, other] in fields::CONFLICTS {
        if let (Some(given), Some(_)) = (scope.given(field), scope.given(other)) {
            v.about(&given.path, given.node, || {
                let message = format!("cannot be given together with {}", other.name);
                Broken::new(ViolationCode::Conflict, message)
            });
        }
    }
}

fn sample_rules(sweep: &RawSweep, scope: &Scope<'_>, v: &mut Violations) {
    let Some(sample) = &sweep.sample else { return };
    if let (Some(SampleMethod::Sobol), Some(n)) = (sample.method, count(sample.n))
        && n > fields::SOBOL_MAX
        && let Some(given) = scope.given(&fields::SAMPLE_OF_GRID)
    {
        v.about(&given.path, given.node, || {
            let message = format!(
                "must draw at most {} combinations by sobol, got {n}",
                fields::SOBOL_MAX
            );
            Broken::new(ViolationCode::OutOfRange, message)
        });
    }
}

fn walk_forward(raw: &RawWalkForward) -> Option<WalkForward> {
    Some(WalkForward {
        train: Span::parse(raw.train.as_deref()?)?,
        test: Span::parse(raw.test.as_deref()?)?,
        anchored: raw.anchored.unwrap_or(fields::ANCHORED.default_boolean()),
        purge: count(raw.purge).unwrap_or(fields::PURGE.default_whole()),
        embargo: count(raw.embargo).unwrap_or(fields::EMBARGO.default_whole()),
    })
}

fn sample(raw: &RawSample) -> Option<Sample> {
    Some(Sample {
        n: count(raw.n)?,
        method: raw.method.unwrap_or_default(),
        seed: count(raw.seed).unwrap_or(fields::SAMPLE_SEED.default_whole()),
    })
}

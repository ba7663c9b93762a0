//! The request for a sweep over parameters.

use serde::{
    Serialize,
    ser::{SerializeMap, Serializer},
};
use threadx_spec::{Metric, Params};

use crate::{
    BacktestRequest, ParamGrid, Request, RequestKind, SweepBuilder,
    backtest::optional,
    fields::sweep as fields,
    raw::{
        run::RawRun,
        sweep::{RawSample, RawSweep},
    },
    read::Scope,
    resolve::{self, count, grid, params::Published, unique},
    valid::{Input, Resolve},
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
    /// By what combinations are ranked, the most important first; at least one, no two the same.
    pub criteria: Vec<Metric>,
    /// How many of the best are listed, at least 1.
    pub top_n: usize,
    /// Evaluate only combinations drawn at random.
    pub sample: Option<Sample>,
}

/// A draw of combinations at random, without replacement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Sample {
    /// How many are drawn, at least 1; all if there are fewer.
    pub n: u64,
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
        optional(&mut map, fields::SAMPLE_OF_GRID.name, self.sample.as_ref())?;
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
            None => fields::DEFAULT_CRITERIA.to_vec(),
            Some(criteria) => {
                let items = scope.items(&fields::CRITERIA, v)?;
                let (known, items): (Vec<Metric>, Vec<_>) = criteria
                    .iter()
                    .zip(items)
                    .filter_map(|(metric, item)| Some(((*metric)?, item)))
                    .unzip();
                unique(
                    known.iter().map(|metric| (*metric, metric.to_string())),
                    &items,
                    v,
                );
                known
            }
        };
        let params = published.map_or_else(Params::new, |published| published.defaults());
        Some(Self {
            base: BacktestRequest { params, ..base? },
            param_grid: param_grid?,
            max_combinations: max_combinations?,
            criteria,
            // Beyond the address space there is nothing to list.
            top_n: usize::try_from(count(sweep.top_n).unwrap_or(fields::TOP_N.default_whole()))
                .unwrap_or(usize::MAX),
            sample: sweep.sample.as_ref().and_then(sample),
        })
    }
}

fn sample(raw: &RawSample) -> Option<Sample> {
    Some(Sample {
        n: count(raw.n)?,
        seed: count(raw.seed).unwrap_or(fields::SAMPLE_SEED.default_whole()),
    })
}

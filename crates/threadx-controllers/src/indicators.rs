//! Indicators over stored bars.

use std::sync::Arc;

use serde::{Serialize, Serializer, ser::SerializeMap};
use threadx_engine::{Control, Warning, WarningCode};
use threadx_error::{Error, IndicatorError, Result};
use threadx_indicators::{IndicatorBank, IndicatorSource, Outputs, Series};
use threadx_request::{IndicatorRequest, Valid};
use threadx_spec::Params;

use crate::{CacheUsage, DataSummary, stored_bars::StoredBars, stored_range::StoredRange};

/// Computes indicators; shared by all tasks.
#[derive(Debug, Clone)]
pub struct IndicatorController {
    bars: Arc<StoredBars>,
    bank: Arc<IndicatorBank>,
}

/// The indicators of a request, with the bars that they were computed over.
///
/// Serialises to the document that the program prints: one value per bar, `null` during the warm-up.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct IndicatorReport {
    /// The bars of the range.
    pub data: DataSummary,
    /// One entry per indicator of the request, in its order.
    pub indicators: Vec<IndicatorValues>,
    /// What a reader of the result should know.
    pub warnings: Vec<Warning>,
    /// How many of the indicators were there already, and how many were computed.
    pub cache: CacheUsage,
    /// The bars of the range.
    #[serde(skip)]
    pub bars: threadx_market::Bars,
}

/// One indicator's values.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct IndicatorValues {
    /// The indicator.
    pub name: String,
    /// All of its parameters.
    pub params: Params,
    /// Its outputs by name, one value per bar each.
    #[serde(serialize_with = "by_name")]
    pub values: Arc<Outputs>,
}

impl IndicatorController {
    pub(crate) const fn new(bars: Arc<StoredBars>, bank: Arc<IndicatorBank>) -> Self {
        Self { bars, bank }
    }

    /// Computes the indicators that the request names, over the bars of its range and none before them.
    ///
    /// # Errors
    ///
    /// A data error if the bars cannot be read or the range has none; an indicator error if `control`
    /// interrupts the run.
    pub fn run(
        &self,
        request: &Valid<IndicatorRequest>,
        control: &(dyn Control + Sync),
    ) -> Result<IndicatorReport> {
        self.run_inner(request, control).map_err(|error| {
            error
                .with_operation("indicators")
                .with_token(request.token.as_str())
                .with_timeframe(request.timeframe.as_str())
        })
    }

    fn run_inner(
        &self,
        request: &Valid<IndicatorRequest>,
        control: &(dyn Control + Sync),
    ) -> Result<IndicatorReport> {
        let dates = [request.start_date, request.end_date];
        let given_up = || control.cancelled();
        let bars = StoredRange::find(&self.bars, &request.token, request.timeframe, dates, &given_up)?.bars();
        let source = self.bank.source(&bars, &given_up);
        let total = request.indicators.len() as u64;
        let mut indicators = Vec::with_capacity(request.indicators.len());
        let mut warnings = Vec::new();
        for (done, call) in request.indicators.iter().enumerate() {
            if control.cancelled() {
                let indicator = call.name.clone();
                return Err(IndicatorError::Interrupted { indicator }.into());
            }
            control.progress(done as u64, total);
            let values = source
                .outputs(&call.name, &call.params)
                .map_err(|error| Error::from(error).with_indicator(&call.name))?;
            warnings.extend(short_history(&call.name, &values, bars.len()));
            indicators.push(IndicatorValues {
                name: call.name.clone(),
                params: call.params.clone(),
                values,
            });
        }
        control.progress(total, total);
        Ok(IndicatorReport {
            data: DataSummary::of(&request.token, &bars),
            indicators,
            warnings,
            cache: source.usage().into(),
            bars: bars.clone(),
        })
    }
}

/// The warning that an indicator has no value, if it has none.
fn short_history(name: &str, values: &Outputs, bars: usize) -> Option<Warning> {
    let has_value = values.iter().any(|(_, series)| series.last().is_some());
    (!has_value).then(|| Warning {
        code: WarningCode::ShortHistory,
        message: format!("{bars} bars are too few for {name}: it has no value"),
    })
}

/// Outputs as an object of lists.
fn by_name<S: Serializer>(outputs: &Arc<Outputs>, serializer: S) -> Result<S::Ok, S::Error> {
    struct Values<'a>(&'a Series);

    impl Serialize for Values<'_> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_seq(self.0.iter())
        }
    }

    let mut map = serializer.serialize_map(Some(outputs.iter().len()))?;
    for (name, series) in outputs.iter() {
        map.serialize_entry(name, &Values(series))?;
    }
    map.end()
}

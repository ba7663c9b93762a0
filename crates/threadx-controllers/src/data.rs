//! Checks of stored bars.

use std::sync::Arc;

use serde::Serialize;
use threadx_engine::Control;
use threadx_error::{Error, Result};
use threadx_market::{QualityOptions, QualityReport, Symbol, check_quality};
use threadx_request::{DataRequest, Valid};

use crate::{stored_bars::StoredBars, stored_range::StoredRange};

/// Checks stored bars; shared by all tasks.
#[derive(Debug, Clone)]
pub struct DataController {
    bars: Arc<StoredBars>,
}

/// What checks of stored bars found.
///
/// Serialises to the document that the program prints.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DataReport {
    /// One report per market of the request, in its order.
    pub tokens: Vec<QualityReport>,
}

impl DataController {
    pub(crate) const fn new(bars: Arc<StoredBars>) -> Self {
        Self { bars }
    }

    /// Checks the bars of every market of the request, over its range.
    ///
    /// # Errors
    ///
    /// A data error if the bars of a market cannot be read or the range has none; a coordinator error if
    /// `control` interrupts the run.
    pub fn run(&self, request: &Valid<DataRequest>, control: &dyn Control) -> Result<DataReport> {
        let total = request.tokens.len() as u64;
        let mut tokens = Vec::with_capacity(request.tokens.len());
        for (done, token) in request.tokens.iter().enumerate() {
            control.progress(done as u64, total);
            let report = self.check(request, token, control).map_err(|error| {
                error
                    .with_operation("data")
                    .with_token(token.as_str())
                    .with_timeframe(request.timeframe.as_str())
            })?;
            tokens.push(report);
        }
        control.progress(total, total);
        Ok(DataReport { tokens })
    }

    fn check(
        &self,
        request: &Valid<DataRequest>,
        token: &Symbol,
        control: &dyn Control,
    ) -> Result<QualityReport> {
        if control.cancelled() {
            return Err(Error::from(threadx_error::CoordinatorError::Cancelled));
        }
        let dates = [request.start, request.end];
        let bars = StoredRange::find(&self.bars, token, request.timeframe, dates, &|| {
            control.cancelled()
        })?
        .bars();
        let options = QualityOptions {
            checks: request.checks.clone(),
            range: Some((request.start, request.end)),
            calendar: request.calendar,
        };
        Ok(check_quality(token, request.timeframe, (&bars).into(), &options))
    }
}

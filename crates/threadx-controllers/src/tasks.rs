//! Valid requests as tasks of the coordinator.

use threadx_coordinator::{Coordinator, Flow, Task, TaskContext, TaskFlow, task_span};
use threadx_error::Error;
use threadx_request::{BacktestRequest, Valid};

use crate::{BacktestReport, Services, control::TaskControl};

/// The coordinator over the controllers: submit a valid request, get a handle to its result.
pub type ThreadX = Coordinator<Services>;

impl Task<Services> for Valid<BacktestRequest> {
    type Output = BacktestReport;
    type Error = Error;

    fn kind(&self) -> &'static str {
        "backtest"
    }

    fn span(&self) -> tracing::Span {
        task_span!(
            token = self.tokens.first().as_str(),
            timeframe = self.timeframe.as_str(),
            strategy = self.strategy.as_str()
        )
    }

    fn run(self, services: &Services, context: &TaskContext) -> Result<TaskFlow<Services, Self>, Error> {
        services
            .backtests()
            .run(&self, &TaskControl(context))
            .map(Flow::Done)
    }
}

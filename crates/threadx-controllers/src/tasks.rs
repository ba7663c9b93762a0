//! Valid requests as tasks of the coordinator.

use threadx_coordinator::{Coordinator, Flow, Task, TaskContext, TaskFlow, task_span};
use threadx_error::Error;
use threadx_request::{BacktestRequest, DataRequest, IndicatorRequest, SweepRequest, Valid};

use crate::{
    BacktestReport, DataReport, IndicatorReport, Services, SweepOptions, SweepReport, SweepTask,
    control::TaskControl,
};

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
            token = self.tokens.to_string().as_str(),
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

impl Task<Services> for Valid<IndicatorRequest> {
    type Output = IndicatorReport;
    type Error = Error;

    fn kind(&self) -> &'static str {
        "indicators"
    }

    fn span(&self) -> tracing::Span {
        task_span!(
            token = self.token.as_str(),
            timeframe = self.timeframe.as_str(),
            indicators = self.indicators.len()
        )
    }

    fn run(self, services: &Services, context: &TaskContext) -> Result<TaskFlow<Services, Self>, Error> {
        services
            .indicators()
            .run(&self, &TaskControl(context))
            .map(Flow::Done)
    }
}

impl Task<Services> for Valid<SweepRequest> {
    type Output = SweepReport;
    type Error = Error;

    fn kind(&self) -> &'static str {
        "sweep"
    }

    fn span(&self) -> tracing::Span {
        task_span!(
            token = self.base.tokens.first().as_str(),
            timeframe = self.base.timeframe.as_str(),
            strategy = self.base.strategy.as_str(),
            combinations = self.param_grid.combinations()
        )
    }

    fn run(self, services: &Services, context: &TaskContext) -> Result<TaskFlow<Services, Self>, Error> {
        services.sweeps().start(&self, &SweepOptions::default(), context)
    }
}

impl Task<Services> for SweepTask {
    type Output = SweepReport;
    type Error = Error;

    fn kind(&self) -> &'static str {
        "sweep"
    }

    fn span(&self) -> tracing::Span {
        Task::<Services>::span(&self.request)
    }

    fn run(self, services: &Services, context: &TaskContext) -> Result<TaskFlow<Services, Self>, Error> {
        services.sweeps().start(&self.request, &self.options, context)
    }
}

impl Task<Services> for Valid<DataRequest> {
    type Output = DataReport;
    type Error = Error;

    fn kind(&self) -> &'static str {
        "data"
    }

    fn span(&self) -> tracing::Span {
        task_span!(tokens = self.tokens.len(), timeframe = self.timeframe.as_str())
    }

    fn run(self, services: &Services, context: &TaskContext) -> Result<TaskFlow<Services, Self>, Error> {
        services.data().run(&self, &TaskControl(context)).map(Flow::Done)
    }
}

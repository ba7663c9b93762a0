//! The requests that a load is made of.

use std::error::Error;

use threadx::{
    controllers::Services,
    request::{BacktestRequest, DataRequest, IndicatorRequest, RequestContext, SweepRequest, Valid},
    spec::{Direction, FillModel, Params},
};

use super::{Kind, Mix};

/// Different requests of each kind that are made beforehand, so that validation is no part of the load.
const OF_EACH_KIND: usize = 240;

/// Valid requests of each kind, all on the real bars of the sample.
#[derive(Debug)]
pub(super) struct Work {
    mix: Mix,
    random: fastrand::Rng,
    backtests: Vec<Valid<BacktestRequest>>,
    indicators: Vec<Valid<IndicatorRequest>>,
    sweeps: Vec<Valid<SweepRequest>>,
    data: Vec<Valid<DataRequest>>,
}

/// The next task of a load.
#[derive(Debug)]
pub(super) enum Piece {
    Backtest(Valid<BacktestRequest>),
    Indicator(Valid<IndicatorRequest>),
    Sweep(Box<Valid<SweepRequest>>),
    Data(Valid<DataRequest>),
}

impl Work {
    pub(super) fn new(services: &Services, mix: Mix, seed: u64) -> Result<Self, Box<dyn Error>> {
        let context = services.request_context()?;
        Ok(Self {
            mix,
            random: fastrand::Rng::with_seed(seed),
            backtests: of_each(|index| backtest(index, &context))?,
            indicators: of_each(|index| indicators(index, &context))?,
            sweeps: of_each(|index| sweep(index, &context))?,
            data: of_each(|index| data(index, &context))?,
        })
    }

    /// The next task, by the mix and the seed.
    pub(super) fn next(&mut self) -> Piece {
        let kind = self.mix.pick(&mut self.random);
        let index = self.random.usize(0..OF_EACH_KIND);
        match kind {
            Kind::Backtest => Piece::Backtest(self.backtests[index].clone()),
            Kind::Indicator => Piece::Indicator(self.indicators[index].clone()),
            Kind::Sweep => Piece::Sweep(Box::new(self.sweeps[index].clone())),
            Kind::Data => Piece::Data(self.data[index].clone()),
        }
    }
}

fn of_each<T>(make: impl Fn(usize) -> Result<T, Box<dyn Error>>) -> Result<Vec<T>, Box<dyn Error>> {
    (0..OF_EACH_KIND).map(make).collect()
}

/// Six months of the sample, from the first of one of its first six months.
fn dates(index: usize) -> [String; 2] {
    let month = 1 + index % 6;
    [format!("2019-{month:02}-01"), format!("2019-{:02}-01", month + 6)]
}

/// Strategies, parameters, sides, fills and ranges in turn.
fn backtest(index: usize, context: &RequestContext) -> Result<Valid<BacktestRequest>, Box<dyn Error>> {
    let [start, end] = dates(index);
    let directions = [Direction::Long, Direction::Short, Direction::Both];
    let fills = [FillModel::NextOpen, FillModel::Close];
    let request = BacktestRequest::builder()
        .token("BTCUSDT")
        .timeframe("1h".parse()?)
        .start_date(start.parse()?)
        .end_date(end.parse()?)
        .direction(directions[index % directions.len()])
        .fill(fills[index % fills.len()]);
    let request = if index.is_multiple_of(3) {
        request
            .strategy("bollinger_reversion")
            .param("period", 10 + (index % 40) as i64)
    } else {
        let fast = 5 + (index % 20) as i64;
        request
            .strategy("ma_crossover")
            .param("fast_period", fast)
            .param("slow_period", fast * 3)
    };
    Ok(request.build(context)?)
}

/// Three indicators of the catalogue in turn, with their default parameters.
fn indicators(index: usize, context: &RequestContext) -> Result<Valid<IndicatorRequest>, Box<dyn Error>> {
    let [start, end] = dates(index);
    let names: Vec<_> = threadx::indicators::specs().map(|spec| spec.name).collect();
    let request = IndicatorRequest::builder()
        .token("BTCUSDT")
        .timeframe("1h".parse()?)
        .start_date(start.parse()?)
        .end_date(end.parse()?);
    let request = (index..index + 3).fold(request, |request, index| {
        request.indicator(names[index % names.len()].as_ref(), Params::new())
    });
    Ok(request.build(context)?)
}

/// Eight crossovers over six months.
fn sweep(index: usize, context: &RequestContext) -> Result<Valid<SweepRequest>, Box<dyn Error>> {
    let [start, end] = dates(index);
    let fast = 5 + (index % 20) as i64;
    let request = SweepRequest::builder()
        .token("BTCUSDT")
        .timeframe("1h".parse()?)
        .start_date(start.parse()?)
        .end_date(end.parse()?)
        .strategy("ma_crossover")
        .values("fast_period", [fast, fast + 1])
        .values("slow_period", [60, 70, 80, 90])
        .build(context)?;
    Ok(request)
}

/// Every check over six months.
fn data(index: usize, context: &RequestContext) -> Result<Valid<DataRequest>, Box<dyn Error>> {
    let [start, end] = dates(index);
    let request = DataRequest::builder()
        .tokens(vec!["BTCUSDT"])
        .timeframe("1h".parse()?)
        .start(start.parse()?)
        .end(end.parse()?)
        .build(context)?;
    Ok(request)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_makes_the_same_load() {
        let services = Services::builder().build().unwrap();
        let load = |seed| {
            let mix = "backtest=2,indicator=1,sweep=1,data=1".parse().unwrap();
            let mut work = Work::new(&services, mix, seed).unwrap();
            (0..50).map(|_| format!("{:?}", work.next())).collect::<Vec<_>>()
        };
        assert_eq!(load(5), load(5));
        assert_ne!(load(5), load(6));
    }
}

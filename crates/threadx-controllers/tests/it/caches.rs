//! What tasks share: bars that are read once, indicators that are computed once.

#[cfg(feature = "parquet")]
use threadx_controllers::CacheState;
use threadx_controllers::{Services, ThreadX};
use threadx_coordinator::CoordinatorConfig;
use threadx_request::{BacktestRequest, IndicatorRequest, SweepRequest, Valid};

const RANGE: &str =
    r#""token": "BTCUSDT", "timeframe": "1h", "start_date": "2019-01-01", "end_date": "2019-06-01""#;

fn pool(services: Services) -> ThreadX {
    let config = CoordinatorConfig::builder().workers(2).build().unwrap();
    ThreadX::new(config, services).unwrap()
}

fn indicators(services: &Services, calls: &str) -> Valid<IndicatorRequest> {
    let text = format!("{{{RANGE}, \"indicators\": [{calls}]}}");
    Valid::from_json(&text, &services.request_context().unwrap()).unwrap()
}

#[test]
fn indicators_are_computed_once_and_the_result_says_so() {
    let services = Services::builder().build().unwrap();
    let request = indicators(
        &services,
        r#"{"name": "sma"}, {"name": "bollinger"}, {"name": "rsi"}"#,
    );
    let threadx = pool(services);
    let run = || threadx.submit(request.clone()).unwrap().wait().unwrap();
    let (first, second) = (run(), run());
    let (first, second) = (first.as_result().unwrap(), second.as_result().unwrap());
    assert_eq!((first.cache.hits, first.cache.misses), (0, 3));
    assert_eq!((second.cache.hits, second.cache.misses), (3, 0));
    assert_eq!(first.indicators, second.indicators);
    let figures = threadx.services().cache_figures().indicators;
    assert!(
        figures.entries >= 3 && figures.bytes > 0 && figures.bytes <= figures.bytes_max,
        "{figures:?}"
    );
}

#[test]
fn without_room_results_are_the_same() {
    let text = format!(
        "{{{RANGE}, \"strategy\": \"ma_crossover\", \"param_grid\": {{\"fast_period\": [5, 9, 30], \"slow_period\": [20, 40]}}}}"
    );
    let sweep = |bytes: u64| {
        let services = Services::builder().cache_bytes(bytes).build().unwrap();
        let context = services.request_context().unwrap();
        let sweep = Valid::<SweepRequest>::from_json(&text, &context).unwrap();
        let backtest = text.split(", \"param_grid\"").next().unwrap().to_owned() + "}";
        let backtest = Valid::<BacktestRequest>::from_json(&backtest, &context).unwrap();
        let threadx = pool(services);
        let swept = threadx.submit(sweep).unwrap().wait().unwrap();
        let backtested = threadx.submit(backtest).unwrap().wait().unwrap();
        let figures = threadx.services().cache_figures();
        (
            swept.as_result().unwrap().results.clone(),
            backtested.as_result().unwrap().equity.clone(),
            figures.indicators,
        )
    };
    let (with, without) = (sweep(1 << 30), sweep(0));
    assert_eq!((with.0, with.1), (without.0, without.1));
    assert_eq!((without.2.bytes, without.2.entries), (0, 0));
}

#[cfg(feature = "parquet")]
#[test]
fn many_tasks_read_stored_bars_once_and_see_what_is_stored_later() {
    use threadx_data::{BarSource, Catalogue, Dataset, MergePolicy, sample};

    let folder = tempfile::tempdir().unwrap();
    let catalogue = Catalogue::open(folder.path());
    let sample = sample().unwrap();
    let part = |to: usize| Dataset {
        token: sample.token.clone(),
        bars: sample.bars.slice(0..to),
    };
    catalogue.store(&part(100), MergePolicy::Refuse).unwrap();
    let services = Services::builder()
        .source(BarSource::catalogue(folder.path()))
        .build()
        .unwrap();
    let request = indicators(&services, r#"{"name": "sma"}"#);
    let threadx = pool(services);
    let bars = || {
        let handles: Vec<_> = (0..20)
            .map(|_| threadx.submit(request.clone()).unwrap())
            .collect();
        let counts: Vec<usize> = handles
            .into_iter()
            .map(|handle| handle.wait().unwrap().as_result().unwrap().data.bars)
            .collect();
        counts
    };
    assert_eq!(bars(), [100; 20]);
    let figures = threadx.services().cache_figures().bars;
    assert_eq!(
        (figures.misses, figures.hits, figures.entries),
        (1, 19, 1),
        "{figures:?}"
    );
    assert_eq!(figures.bytes, 100 * 48);

    catalogue.store(&part(150), MergePolicy::Refuse).unwrap();
    assert_eq!(bars(), [150; 20], "what is stored is what is read");
    assert_eq!(threadx.services().cache_figures().bars.misses, 2);

    let none = Services::builder()
        .cache_bytes(0)
        .build()
        .unwrap()
        .cache_figures();
    assert_eq!(none.bars, CacheState::default());
}

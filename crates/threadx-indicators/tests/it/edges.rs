//! Bars that nobody expects.

use proptest::prelude::*;
use threadx_indicators::build;
use threadx_market::{Bars, Columns, Timeframe, Timestamp};

use crate::bars::{any_params, names};

/// Prices of every scale, side by side in one series.
const PRICES: [f64; 8] = [1e-8, 3e-8, 0.1, 1.0, 37.63, 98_765.43, 1e12, 999_999_999_999.99];

const VOLUMES: [f64; 4] = [0.0, 1e-8, 2.0, 1e12];

fn bars(picks: &[(prop::sample::Index, prop::sample::Index, prop::sample::Index)]) -> Bars {
    let mut columns = Columns::with_capacity(picks.len());
    let mut time = Timestamp::from_nanoseconds(0);
    for (open, close, volume) in picks {
        let (open, close) = (*open.get(&PRICES), *close.get(&PRICES));
        columns.time.push(time);
        columns.open.push(open);
        columns.high.push(open.max(close));
        columns.low.push(open.min(close));
        columns.close.push(close);
        columns.volume.push(*volume.get(&VOLUMES));
        time = Timeframe::H1.next(time);
    }
    Bars::new(Timeframe::H1, columns).unwrap()
}

#[test]
fn from_finite_prices_come_finite_values() {
    for name in names() {
        let config = ProptestConfig::with_cases(64);
        let picks = prop::collection::vec(
            any::<(prop::sample::Index, prop::sample::Index, prop::sample::Index)>(),
            0..150,
        );
        proptest!(config, |(picks in picks, params in any_params(&name))| {
            let outputs = build(&name, &params).unwrap().compute(&bars(&picks));
            for (output, series) in outputs.iter() {
                let first = series.valid().iter().find(|value| !value.is_finite());
                prop_assert_eq!(first, None, "{} {} {}", name, params, output);
            }
        });
    }
}

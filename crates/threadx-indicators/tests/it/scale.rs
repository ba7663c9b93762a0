//! Prices of any scale are treated alike.

use proptest::prelude::*;
use threadx_indicators::{Bar, build};
use threadx_market::{Bars, Columns};

use crate::bars::{any_params, dyadic_bars, names};

/// The bars with prices times `price` and volumes times `volume`.
fn scaled(bars: &Bars, price: f64, volume: f64) -> Bars {
    let mut columns = Columns::with_capacity(bars.len());
    for at in 0..bars.len() {
        let bar = Bar::at(bars, at).unwrap();
        columns.time.push(bar.time);
        columns.open.push(bar.open * price);
        columns.high.push(bar.high * price);
        columns.low.push(bar.low * price);
        columns.close.push(bar.close * price);
        columns.volume.push(bar.volume * volume);
    }
    Bars::new(bars.timeframe(), columns).unwrap()
}

/// From about 1e-8 to 1e12: powers of two, by which every operation scales exactly.
const SCALES: [f64; 4] = [
    1.0 / (1u64 << 35) as f64,
    1.0 / 1024.0,
    1024.0,
    (1u64 << 31) as f64,
];

#[test]
fn outputs_scale_with_prices_or_not_at_all() {
    for name in names() {
        let config = ProptestConfig::with_cases(24);
        proptest!(config, |(bars in dyadic_bars(200), params in any_params(&name))| {
            let indicator = build(&name, &params).unwrap();
            let plain = indicator.compute(&bars);
            for scale in SCALES {
                let big = indicator.compute(&scaled(&bars, scale, 1.0));
                for ((output, plain), (_, big)) in plain.iter().zip(big.iter()) {
                    let pairs = || plain.valid().iter().zip(big.valid());
                    let same = pairs().all(|(plain, big)| plain == big);
                    let moved = pairs().all(|(plain, big)| plain * scale == *big);
                    prop_assert!(same || moved, "{name} {params}: {output} at {scale}");
                }
            }
        });
    }
}

#[test]
fn outputs_scale_with_volumes_or_not_at_all() {
    for name in names() {
        let config = ProptestConfig::with_cases(16);
        proptest!(config, |(bars in dyadic_bars(200), params in any_params(&name))| {
            let indicator = build(&name, &params).unwrap();
            let plain = indicator.compute(&bars);
            let scale = (1u64 << 40) as f64;
            let big = indicator.compute(&scaled(&bars, 1.0, scale));
            for ((output, plain), (_, big)) in plain.iter().zip(big.iter()) {
                let pairs = || plain.valid().iter().zip(big.valid());
                let same = pairs().all(|(plain, big)| plain == big);
                let moved = pairs().all(|(plain, big)| plain * scale == *big);
                prop_assert!(same || moved, "{name} {params}: {output}");
            }
        });
    }
}

//! The same input gives the same bits.

use proptest::prelude::*;
use threadx::{
    engine::{Backtest, BacktestOptions},
    market::{Bars, Columns},
    spec::Sizing,
};

use crate::{
    random::{Given, bars_and_signals, options},
    runs::run_strategy,
};

fn bits(result: &Backtest) -> (Vec<u64>, String) {
    let equity = result.equity.iter().map(|equity| equity.to_bits()).collect();
    (equity, serde_json::to_string(result).unwrap())
}

fn scaled(bars: &Bars, factor: f64) -> Bars {
    let scale = |column: &[f64]| column.iter().map(|price| price * factor).collect();
    let columns = Columns {
        time: bars.time().to_vec(),
        open: scale(bars.open()),
        high: scale(bars.high()),
        low: scale(bars.low()),
        close: scale(bars.close()),
        volume: bars.volume().to_vec(),
    };
    Bars::new(bars.timeframe(), columns).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn the_same_run_twice_is_the_same_bits((bars, signals) in bars_and_signals(), options in options()) {
        let first = run_strategy(&bars, Given::new(signals.clone()), options.clone());
        let second = run_strategy(&bars, Given::new(signals), options);
        prop_assert_eq!(bits(&first), bits(&second));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn prices_in_another_unit_leave_the_equity_s_bits(
        (bars, signals) in bars_and_signals(),
        options in options(),
        power in -20i32..20,
    ) {
        let sizing = match options.sizing {
            Some(Sizing::Fraction(x)) => Some(Sizing::Fraction(x)),
            _ => None,
        };
        let options = BacktestOptions { sizing, whole_units: false, ..options };
        let first = run_strategy(&bars, Given::new(signals.clone()), options.clone());
        let second = run_strategy(&scaled(&bars, 2f64.powi(power)), Given::new(signals), options);
        prop_assert_eq!(bits(&first).0, bits(&second).0);
    }
}

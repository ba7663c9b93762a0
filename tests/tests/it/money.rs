//! How a run's money answers to costs and to the starting cash.

use proptest::prelude::*;
use threadx::{
    engine::{Backtest, BacktestOptions},
    spec::{Direction, FillModel, Sizing},
};

use crate::{
    random::{Given, bars_and_signals, options},
    runs::run_strategy,
};

/// Random options without stops and targets, sized by a share of equity.
fn by_share() -> impl Strategy<Value = BacktestOptions> {
    let direction = prop_oneof![
        Just(Direction::Long),
        Just(Direction::Short),
        Just(Direction::Both)
    ];
    // All in, or a fraction of it long without leverage. Otherwise a loss may be larger than all that the sizing
    // base holds, and a fee, which makes the notional smaller, makes such a loss smaller by more than the fee.
    let size = prop_oneof![
        (0.1f64..=5.0).prop_map(|leverage| (Sizing::AllIn, leverage)),
        (0.01f64..=1.0, 0.1f64..=1.0).prop_map(|(share, leverage)| (Sizing::Fraction(share), leverage)),
    ];
    let fill = prop_oneof![Just(FillModel::NextOpen), Just(FillModel::Close)];
    let costs = (0.0f64..0.02, 0.0f64..0.02);
    (direction, size, fill, costs, proptest::option::of(1usize..20)).prop_map(
        |(direction, (sizing, leverage), fill, (fee_rate, slippage_rate), max_hold)| BacktestOptions {
            direction: match sizing {
                Sizing::Fraction(_) => Direction::Long,
                _ => direction,
            },
            sizing: Some(sizing),
            leverage,
            fill,
            fee_rate,
            slippage_rate,
            max_hold,
            ..BacktestOptions::default()
        },
    )
}

fn last(result: &Backtest) -> f64 {
    *result.equity.last().unwrap()
}

/// The options, if they size by a share of equity or by risk and do not round: so that money has no unit.
fn without_unit(mut options: BacktestOptions) -> BacktestOptions {
    options.sizing = options
        .sizing
        .filter(|sizing| !matches!(sizing, Sizing::Cash(_) | Sizing::Quantity(_)));
    options.whole_units = false;
    options
}

fn bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|value| value.to_bits()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn a_higher_cost_never_raises_final_equity(
        (bars, signals) in bars_and_signals(),
        options in by_share(),
        fee in 0.0f64..0.02,
        slippage in 0.0f64..0.02,
    ) {
        let cheap = last(&run_strategy(&bars, Given::new(signals.clone()), options.clone()));
        let dearer = [
            BacktestOptions { fee_rate: options.fee_rate + fee, ..options.clone() },
            BacktestOptions { slippage_rate: options.slippage_rate + slippage, ..options },
        ];
        for options in dearer {
            let dear = last(&run_strategy(&bars, Given::new(signals.clone()), options.clone()));
            prop_assert!(dear <= cheap * (1.0 + 1e-12), "{dear} is more than {cheap} with {options:?}");
        }
    }

    #[test]
    fn more_starting_cash_scales_the_run(
        (bars, signals) in bars_and_signals(),
        options in options().prop_map(without_unit),
        power in -20i32..=20,
    ) {
        let factor = 2f64.powi(power);
        let one = run_strategy(&bars, Given::new(signals.clone()), options.clone());
        let portfolio_value = options.portfolio_value * factor;
        let other = run_strategy(&bars, Given::new(signals), BacktestOptions { portfolio_value, ..options });
        // A power of two leaves every digit as it is.
        let equity: Vec<f64> = one.equity.iter().map(|equity| equity * factor).collect();
        prop_assert_eq!(bits(&other.equity), bits(&equity));
        prop_assert_eq!(other.trades.len(), one.trades.len());
        for (other, one) in other.trades.iter().zip(&one.trades) {
            prop_assert_eq!((other.entry_index, other.exit), (one.entry_index, one.exit));
            prop_assert_eq!(other.pnl.to_bits(), (one.pnl * factor).to_bits());
            prop_assert_eq!(other.return_fraction.to_bits(), one.return_fraction.to_bits());
        }
    }
}

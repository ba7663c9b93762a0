//! How a run's money answers to costs and to the starting cash.

use proptest::prelude::*;
use threadx::{
    engine::{Backtest, BacktestOptions, Mask, Side, Signals, Trade},
    market::{Bars, Columns, Timeframe, Timestamp},
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
    let size = prop_oneof![Just(Sizing::AllIn), (0.01f64..=1.0).prop_map(Sizing::Fraction)];
    let leverage = prop_oneof![Just(1.0), 0.1f64..=1.0, 1.0f64..=5.0];
    let fill = prop_oneof![Just(FillModel::NextOpen), Just(FillModel::Close)];
    let costs = (0.0f64..0.02, 0.0f64..0.02);
    let max_hold = proptest::option::of(1usize..20);
    (direction, size, leverage, fill, costs, max_hold).prop_map(
        |(direction, sizing, leverage, fill, (fee_rate, slippage_rate), max_hold)| BacktestOptions {
            direction,
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

/// Whether a higher fee may pay: it makes the notional smaller, L·E/(1 + L·f), and so a loss that is larger than the
/// notional's share of equity by more than itself. An entry of all equity is liquidated before; one of a fraction
/// is not. What the price has to be for it: beyond (L + 1)/(L − 1) of a short entry or (L − 1)/(L + 1) of a long one
/// under leverage, and beyond (L + 1)/L of the entry of a short position that is open at the end.
fn may_pay(options: &BacktestOptions, result: &Backtest, last_close: f64) -> bool {
    let leverage = options.leverage;
    let beyond = |trade: &Trade| {
        let moved = |price: f64| price / trade.entry_price;
        match (trade.side, trade.exit) {
            (Side::Short, None) => moved(last_close) > (leverage + 1.0) / leverage,
            (Side::Long, None) => moved(last_close) < (leverage - 1.0) / leverage,
            // Also where one of the runs is liquidated: beyond these prices that of the lower fee is.
            (Side::Short, Some(exit)) => {
                leverage > 1.0 && moved(exit.price) > (leverage + 1.0) / (leverage - 1.0)
            }
            (Side::Long, Some(exit)) => {
                leverage > 1.0 && moved(exit.price) < (leverage - 1.0) / (leverage + 1.0)
            }
        }
    };
    matches!(options.sizing, Some(Sizing::Fraction(_))) && result.trades.iter().any(beyond)
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
        let run = |options: &BacktestOptions| run_strategy(&bars, Given::new(signals.clone()), options.clone());
        let last_close = *bars.close().last().unwrap();
        let cheap = run(&options);
        let slips = BacktestOptions { slippage_rate: options.slippage_rate + slippage, ..options.clone() };
        let slipped = last(&run(&slips));
        prop_assert!(slipped <= last(&cheap) * (1.0 + 1e-12), "{slipped} is more than {} with {slips:?}", last(&cheap));
        let costs = BacktestOptions { fee_rate: options.fee_rate + fee, ..options.clone() };
        let dear = run(&costs);
        if !may_pay(&options, &cheap, last_close) && !may_pay(&costs, &dear, last_close) {
            let (dear, cheap) = (last(&dear), last(&cheap));
            prop_assert!(dear <= cheap * (1.0 + 1e-12), "{dear} is more than {cheap} with {costs:?}");
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

/// Half of equity sold short, and the price at 2.5 times the entry at the end: 10,000 − 5,000 · 1.5 without a fee. A fee
/// of 10% leaves a notional of 5,000/1.1, which loses 682 less and costs 455.
#[test]
fn a_fee_may_save_a_part_of_equity_from_a_larger_loss() {
    let prices = vec![100.0, 250.0];
    let columns = Columns {
        time: [0, 3_600_000_000_000].map(Timestamp::from_nanoseconds).to_vec(),
        open: prices.clone(),
        high: prices.clone(),
        low: prices.clone(),
        close: prices,
        volume: vec![1.0; 2],
    };
    let bars = Bars::new(Timeframe::H1, columns).unwrap();
    let last_with = |fee_rate: f64| {
        let signals = Signals {
            short_entry: Mask::from_fn(2, |bar| bar == 0),
            ..Signals::none(2)
        };
        let options = BacktestOptions {
            direction: Direction::Short,
            sizing: Some(Sizing::Fraction(0.5)),
            fill: FillModel::Close,
            fee_rate,
            ..BacktestOptions::default()
        };
        last(&run_strategy(&bars, Given::new(signals), options))
    };
    assert_eq!(last_with(0.0), 2500.0);
    assert!((last_with(0.1) - 2727.27).abs() < 0.01);
}

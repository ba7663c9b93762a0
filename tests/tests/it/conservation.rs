//! Money is neither made nor lost by the engine, whatever the bars, signals and options.

use proptest::prelude::*;
use threadx::{
    engine::{Backtest, BacktestOptions, Side},
    market::Bars,
    spec::ExitReason,
};

use crate::{
    random::{Given, GivenOrders, bars_and_orders, bars_and_signals, options},
    runs::{run_bar_strategy, run_strategy},
};

/// Largest amount that the run turned over or held: the scale of its rounding errors.
fn scale(options: &BacktestOptions, result: &Backtest) -> f64 {
    let traded: f64 = result
        .trades
        .iter()
        .map(|trade| trade.quantity * trade.entry_price + trade.shortfall)
        .sum();
    let peak = result
        .equity
        .iter()
        .copied()
        .fold(options.portfolio_value, f64::max);
    peak + traded
}

/// The raw price range that a fill on bar `index` may have, slippage taken out.
fn check_fill(bars: &Bars, index: usize, price: f64, buys: bool, slippage: f64) -> Result<(), TestCaseError> {
    let raw = if buys {
        price / (1.0 + slippage)
    } else {
        price / (1.0 - slippage)
    };
    let (low, high) = (bars.low()[index], bars.high()[index]);
    prop_assert!(
        raw >= low * (1.0 - 1e-12) && raw <= high * (1.0 + 1e-12),
        "{raw} is not in [{low}, {high}]"
    );
    Ok(())
}

fn check_money(bars: &Bars, options: &BacktestOptions, result: &Backtest) -> Result<(), TestCaseError> {
    let tolerance = 1e-9 * scale(options, result);
    let pnl: f64 = result.trades.iter().map(|trade| trade.pnl).sum();
    let last = *result.equity.last().unwrap();
    prop_assert!(
        (last - (options.portfolio_value + pnl)).abs() <= tolerance,
        "{last} is not start + {pnl}"
    );
    for (index, equity) in result.equity.iter().enumerate() {
        prop_assert!(
            equity.is_finite() && *equity >= 0.0,
            "equity {equity} at bar {index}"
        );
    }
    prop_assert_eq!(result.equity.len(), bars.len());
    let fees: f64 = result.trades.iter().map(|trade| trade.fees).sum();
    prop_assert!((fees - result.metrics.fees_paid.unwrap()).abs() <= tolerance);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn money_is_conserved((bars, signals) in bars_and_signals(), options in options()) {
        let result = run_strategy(&bars, Given::new(signals), options.clone());
        check_money(&bars, &options, &result)?;
    }

    #[test]
    fn money_is_conserved_with_partial_exits((bars, orders) in bars_and_orders(), options in options()) {
        let result = run_bar_strategy(&bars, GivenOrders::new(orders), options.clone());
        check_money(&bars, &options, &result)?;
        for rows in result.trades.chunk_by(|a, b| (a.side, a.entry_index) == (b.side, b.entry_index)) {
            let mut last_exit = rows[0].entry_index;
            for row in rows {
                prop_assert!(row.quantity > 0.0);
                prop_assert_eq!(row.entry_price, rows[0].entry_price);
                // The entry's fee pro rata, and all of the exit's.
                let price = row.exit.map_or(0.0, |exit| exit.price);
                let fees = options.fee_rate * row.quantity * (row.entry_price + price);
                prop_assert!((row.fees - fees).abs() <= 1e-9 * fees, "fees {}, not {}", row.fees, fees);
                let exit = row.exit.map_or(bars.len(), |exit| exit.index);
                prop_assert!(exit >= last_exit);
                last_exit = exit;
                if options.whole_units {
                    prop_assert_eq!(row.quantity.fract(), 0.0);
                }
            }
        }
    }

    #[test]
    fn every_trade_is_one_that_the_market_allowed((bars, signals) in bars_and_signals(), options in options()) {
        let result = run_strategy(&bars, Given::new(signals), options.clone());
        let mut free_from = 0;
        for (position, trade) in result.trades.iter().enumerate() {
            prop_assert!(trade.quantity > 0.0);
            prop_assert!(trade.entry_index >= free_from, "trade {position} overlaps the one before");
            check_fill(&bars, trade.entry_index, trade.entry_price, trade.side == Side::Long, options.slippage_rate)?;
            match trade.exit {
                Some(exit) => {
                    prop_assert!(exit.index >= trade.entry_index);
                    free_from = exit.index;
                    check_fill(&bars, exit.index, exit.price, trade.side == Side::Short, options.slippage_rate)?;
                    if let Some(max_hold) = options.max_hold {
                        prop_assert!(exit.index <= trade.entry_index + max_hold + 1);
                    }
                    prop_assert!(trade.shortfall >= 0.0);
                }
                None => prop_assert_eq!(position, result.trades.len() - 1, "only the last trade may be open"),
            }
            if options.whole_units {
                prop_assert_eq!(trade.quantity.fract(), 0.0);
            }
        }
        let liquidated = result.trades.iter().any(|trade| {
            trade.exit.is_some_and(|exit| exit.reason == ExitReason::Liquidation)
        });
        if liquidated {
            prop_assert_eq!(*result.equity.last().unwrap(), 0.0, "after a liquidation there is nothing left");
        }
    }
}

#[test]
fn half_a_position_is_a_trade_of_its_own() {
    use threadx::engine::{Entry, ExitSize, Orders};
    let bars = threadx::data::sample().unwrap().bars.slice(0..10);
    let mut orders = vec![Orders::default(); 10];
    orders[0].entry = Some(Entry {
        side: Side::Long,
        stop: None,
    });
    orders[2].exit = Some(ExitReason::Signal);
    orders[2].exit_size = ExitSize::Fraction(0.5);
    orders[5].exit = Some(ExitReason::Signal);
    let result = run_bar_strategy(&bars, GivenOrders::new(orders), BacktestOptions::default());
    let [half, rest] = &result.trades[..] else {
        panic!("two trades, got {:?}", result.trades);
    };
    assert_eq!((half.entry_index, rest.entry_index), (1, 1));
    assert_eq!((half.exit.unwrap().index, rest.exit.unwrap().index), (3, 6));
    assert_eq!(half.quantity, rest.quantity);
    assert_eq!(result.metrics.trade_count, 2);
}

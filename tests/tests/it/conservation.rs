//! Money is neither made nor lost by the engine, whatever the bars, signals and options.

use proptest::prelude::*;
use threadx::{
    engine::{Backtest, BacktestOptions, Side},
    market::Bars,
    spec::ExitReason,
};

use crate::{
    random::{Given, bars_and_signals, options},
    runs::run_strategy,
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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn money_is_conserved((bars, signals) in bars_and_signals(), options in options()) {
        let result = run_strategy(&bars, Given::new(signals), options.clone());
        let tolerance = 1e-9 * scale(&options, &result);

        let pnl: f64 = result.trades.iter().map(|trade| trade.pnl).sum();
        let last = *result.equity.last().unwrap();
        prop_assert!((last - (options.portfolio_value + pnl)).abs() <= tolerance, "{last} is not start + {pnl}");

        for (index, equity) in result.equity.iter().enumerate() {
            prop_assert!(equity.is_finite() && *equity >= 0.0, "equity {equity} at bar {index}");
        }
        prop_assert_eq!(result.equity.len(), bars.len());

        let fees: f64 = result.trades.iter().map(|trade| trade.fees).sum();
        prop_assert!((fees - result.metrics.fees_paid.unwrap()).abs() <= tolerance);
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

//! Several tokens that share the cash.

use proptest::prelude::*;
use threadx::{
    engine::{
        BacktestOptions, BacktestSpec, BarStrategy, Mask, OfToken, Orders, Portfolio, PortfolioInput,
        PortfolioToken, RejectionReason, SignalStrategy, Signals, Strategy as Decider, StrategyInput, Trade,
        Uninterrupted, backtest_portfolio,
    },
    error::BacktestError,
    indicators::Direct,
    market::{Bars, Columns, Symbol},
    spec::{Direction, ExitReason, FillModel, Params, Sizing, StrategySpec},
};

use crate::{
    random::{Given, GivenOrders, bars, bars_and_orders, bars_and_signals, options},
    runs::{run_bar_strategy, run_strategy},
};

/// Runs a strategy without parameters over all of the bars; tokens are named by letters in the order of `names`.
fn run(bars: &[Bars], names: &[usize], strategy: &Decider, options: BacktestOptions) -> Portfolio {
    let names: Vec<Symbol> = names
        .iter()
        .map(|index| Symbol::parse(&format!("T{index}")).unwrap())
        .collect();
    let indicators: Vec<Direct> = bars.iter().map(Direct::new).collect();
    let tokens: Vec<PortfolioToken<'_>> = names
        .iter()
        .zip(&indicators)
        .map(|(token, indicators)| PortfolioToken {
            token,
            indicators,
            first: 0,
        })
        .collect();
    let spec = BacktestSpec::new(options).unwrap();
    let input = PortfolioInput {
        tokens: &tokens,
        strategy,
        params: &Params::new(),
        spec: &spec,
    };
    backtest_portfolio(&input, &Uninterrupted).unwrap()
}

/// Signals that follow from a bar's volume, so that each token has its own: its fraction's digits are the draws.
struct ByVolume(StrategySpec);

impl ByVolume {
    fn shared() -> Decider {
        let spec = StrategySpec::signal("by_volume", 1, "signals by volume");
        Decider::Signal(std::sync::Arc::new(Self(spec)))
    }
}

impl SignalStrategy for ByVolume {
    fn spec(&self) -> &StrategySpec {
        &self.0
    }

    fn warm_up(&self, _params: &Params) -> Result<usize, BacktestError> {
        Ok(0)
    }

    fn signals(&self, input: &StrategyInput<'_>) -> Result<Signals, BacktestError> {
        let volume = input.bars().volume();
        let mask = |shift: u32| Mask::from_fn(volume.len(), |bar| volume[bar] as u64 >> shift & 3 == 3);
        Ok(Signals {
            long_entry: mask(0),
            long_exit: mask(2),
            short_entry: mask(4),
            short_exit: mask(6),
        })
    }
}

/// Bars without those that `keep` leaves out; at least one.
fn with_gaps(bars: &Bars, keep: &[bool]) -> Bars {
    let kept: Vec<usize> = (0..bars.len())
        .filter(|bar| *bar == 0 || keep[bar % keep.len()])
        .collect();
    let pick = |column: &[f64]| kept.iter().map(|bar| column[*bar]).collect();
    let columns = Columns {
        time: kept.iter().map(|bar| bars.time()[*bar]).collect(),
        open: pick(bars.open()),
        high: pick(bars.high()),
        low: pick(bars.low()),
        close: pick(bars.close()),
        volume: pick(bars.volume()),
    };
    Bars::new(bars.timeframe(), columns).unwrap()
}

/// Bars of one to four tokens on the same clock, some with gaps, of different lengths and starts.
fn markets() -> impl Strategy<Value = Vec<Bars>> {
    let market = (
        bars(1..40),
        proptest::collection::vec(any::<bool>(), 7),
        0usize..4,
    );
    proptest::collection::vec(market, 1..5).prop_map(|markets| {
        let market = |(bars, mut keep, gaps): (Bars, Vec<bool>, usize)| {
            if gaps == 0 {
                keep.fill(true);
            }
            let from = if gaps == 3 { bars.len() / 3 } else { 0 };
            with_gaps(&bars.slice(from..bars.len()), &keep)
        };
        markets.into_iter().map(market).collect()
    })
}

fn scale(options: &BacktestOptions, result: &Portfolio) -> f64 {
    let traded = result.trades.iter().map(|OfToken { of, .. }| {
        let exit = of.exit.map_or(0.0, |exit| of.quantity * exit.price);
        of.quantity * of.entry_price + exit + of.shortfall + of.borrow_cost
    });
    let peak = result
        .equity
        .iter()
        .copied()
        .fold(options.portfolio_value, f64::max);
    peak + traded.sum::<f64>()
}

fn bits(equity: &[f64]) -> Vec<u64> {
    equity.iter().map(|equity| equity.to_bits()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn a_portfolio_of_one_token_is_its_run((bars, signals) in bars_and_signals(), options in options()) {
        let single = run_strategy(&bars, Given::new(signals.clone()), options.clone());
        let strategy = Decider::Signal(std::sync::Arc::new(Given::new(signals)));
        let portfolio = run(&[bars], &[0], &strategy, options);
        check_same(&portfolio, &single)?;
    }

    #[test]
    fn a_portfolio_of_one_token_is_its_run_bar_by_bar(
        (bars, orders) in bars_and_orders(),
        options in options(),
    ) {
        let single = run_bar_strategy(&bars, GivenOrders::new(orders.clone()), options.clone());
        let strategy = Decider::Bar(std::sync::Arc::new(GivenOrders::new(orders)));
        let portfolio = run(&[bars], &[0], &strategy, options);
        check_same(&portfolio, &single)?;
    }

    #[test]
    fn money_is_conserved_and_equity_never_negative(markets in markets(), options in options()) {
        let names: Vec<usize> = (0..markets.len()).collect();
        let result = run(&markets, &names, &ByVolume::shared(), options.clone());
        check_money(&markets, &options, &result)?;
    }

    #[test]
    fn money_is_conserved_bar_by_bar(
        markets in markets(),
        orders in crate::random::orders(40),
        options in options(),
    ) {
        let names: Vec<usize> = (0..markets.len()).collect();
        let strategy = Decider::Bar(std::sync::Arc::new(GivenOrders::new(orders)));
        let result = run(&markets, &names, &strategy, options.clone());
        check_money(&markets, &options, &result)?;
    }

    #[test]
    fn the_order_of_the_tokens_changes_nothing_where_cash_never_binds(
        markets in markets(),
        options in options(),
        share in 0.01f64..0.9,
        cash in 1.0f64..3000.0,
        by_cash in any::<bool>(),
    ) {
        let sizing = if by_cash { Sizing::Cash(cash) } else { Sizing::Fraction(share) };
        let options = BacktestOptions { sizing: Some(sizing), ..options };
        let names: Vec<usize> = (0..markets.len()).collect();
        let first = run(&markets, &names, &ByVolume::shared(), options.clone());
        let turned: Vec<Bars> = markets.iter().rev().cloned().collect();
        let names: Vec<usize> = names.into_iter().rev().collect();
        let second = run(&turned, &names, &ByVolume::shared(), options);
        // Whoever comes second may be the one whose order is too large.
        let bound = first.rejected_orders.iter().chain(&second.rejected_orders).any(|order| {
            order.of.reason == RejectionReason::InsufficientEquity
        });
        // So may be whose loss is larger than what is left.
        let ruined = [&first, &second].into_iter().any(|result| {
            let liquidated = |trade: &OfToken<Trade>| {
                let by = trade.of.exit.map(|exit| exit.reason);
                by == Some(ExitReason::Liquidation) || trade.of.shortfall > 0.0
            };
            result.equity.last() == Some(&0.0) || result.trades.iter().any(liquidated)
        });
        if !bound && !ruined {
            prop_assert_eq!(bits(&first.equity), bits(&second.equity));
            prop_assert_eq!(&first.metrics, &second.metrics);
            for (first_token, second_token) in first.per_token.iter().zip(second.per_token.iter().rev()) {
                prop_assert_eq!(first_token, second_token);
            }
            let of = |result: &Portfolio, token| -> Vec<Trade> {
                result.trades.iter().filter(|trade| trade.token == token).map(|trade| trade.of).collect()
            };
            for token in 0..markets.len() {
                prop_assert_eq!(of(&first, token), of(&second, markets.len() - 1 - token));
            }
        }
    }

    #[test]
    fn a_plain_replay_gives_the_same_equity(markets in markets(), options in options(), share in 0.01f64..=1.0) {
        let sizing = match options.sizing {
            Some(Sizing::Cash(cash)) => Some(Sizing::Cash(cash)),
            None => None,
            _ => Some(Sizing::Fraction(share)),
        };
        let options = BacktestOptions {
            sizing,
            leverage: 1.0,
            direction: Direction::Long,
            whole_units: false,
            stop_loss: None,
            trailing_stop: None,
            take_profit: None,
            max_hold: None,
            exit_on_signal: true,
            ..options
        };
        let names: Vec<usize> = (0..markets.len()).collect();
        let result = run(&markets, &names, &ByVolume::shared(), options.clone());
        let replayed = replay(&markets, &options);
        prop_assert_eq!(result.equity.len(), replayed.len());
        for (stamp, (ours, plain)) in result.equity.iter().zip(&replayed).enumerate() {
            prop_assert!((ours - plain).abs() <= 1e-9 * plain.abs(), "stamp {}: {} and {}", stamp, ours, plain);
        }
    }
}

fn check_same(portfolio: &Portfolio, single: &threadx::engine::Backtest) -> Result<(), TestCaseError> {
    prop_assert_eq!(bits(&portfolio.equity), bits(&single.equity));
    prop_assert_eq!(&portfolio.metrics, &single.metrics);
    let trades: Vec<Trade> = portfolio.trades.iter().map(|trade| trade.of).collect();
    prop_assert_eq!(&trades, &single.trades);
    let rejected: Vec<_> = portfolio.rejected_orders.iter().map(|order| order.of).collect();
    prop_assert_eq!(&rejected, &single.rejected_orders);
    prop_assert_eq!(&portfolio.warnings, &single.warnings);
    Ok(())
}

fn check_money(markets: &[Bars], options: &BacktestOptions, result: &Portfolio) -> Result<(), TestCaseError> {
    let tolerance = 1e-9 * scale(options, result);
    let pnl: f64 = result.trades.iter().map(|trade| trade.of.pnl).sum();
    let last = result.equity.last().copied().unwrap_or(0.0);
    prop_assert!(
        (last - options.portfolio_value - pnl).abs() <= tolerance,
        "{last} is not {} + {pnl}",
        options.portfolio_value
    );
    for equity in &result.equity {
        prop_assert!(*equity >= 0.0 && equity.is_finite(), "equity {equity}");
    }
    let mut stamps: Vec<_> = markets.iter().flat_map(|bars| bars.time().to_vec()).collect();
    stamps.sort();
    stamps.dedup();
    prop_assert_eq!(&result.time, &stamps);
    prop_assert_eq!(result.equity.len(), stamps.len());
    let share = options.portfolio_value / markets.len() as f64;
    for (token, (of, bars)) in result.per_token.iter().zip(markets).enumerate() {
        prop_assert_eq!(of.equity.len(), bars.len());
        let own = result.trades.iter().filter(|trade| trade.token == token);
        let own: f64 = own.map(|trade| trade.of.pnl).sum();
        prop_assert!((of.pnl - own).abs() <= tolerance);
        // Unless it was closed after its own last bar, with all others.
        let late = result.equity.last() == Some(&0.0);
        let end = of.equity.last().copied().unwrap_or(share);
        prop_assert!(
            late || (end - share - own).abs() <= tolerance,
            "token {token}: {end}, {share} + {own}"
        );
    }
    Ok(())
}

/// A long-only portfolio without levels and leverage, in the plainest way: units and cash.
fn replay(markets: &[Bars], options: &BacktestOptions) -> Vec<f64> {
    struct Token<'a> {
        bars: &'a Bars,
        signals: Signals,
        next: usize,
        units: f64,
        price: f64,
        order: Option<bool>,
    }
    let mut tokens: Vec<Token<'_>> = markets
        .iter()
        .map(|bars| {
            let indicators = Direct::new(bars);
            let input = StrategyInput {
                indicators: &indicators,
                first: 0,
                params: &Params::new(),
                direction: Direction::Long,
            };
            let signals = ByVolume(StrategySpec::signal("x", 1, ""))
                .signals(&input)
                .unwrap();
            Token {
                bars,
                signals: signals.resolved(Direction::Long, true),
                next: 0,
                units: 0.0,
                price: 0.0,
                order: None,
            }
        })
        .collect();
    let mut stamps: Vec<_> = markets.iter().flat_map(|bars| bars.time().to_vec()).collect();
    stamps.sort();
    stamps.dedup();
    let mut cash = options.portfolio_value;
    let (fee, slippage) = (options.fee_rate, options.slippage_rate);
    let mut curve = Vec::new();
    let equity = |cash: f64, tokens: &[Token<'_>]| {
        cash + tokens.iter().map(|token| token.units * token.price).sum::<f64>()
    };
    for stamp in stamps {
        let here: Vec<bool> = tokens
            .iter()
            .map(|token| token.bars.time().get(token.next) == Some(&stamp))
            .collect();
        let mut trade = |tokens: &mut Vec<Token<'_>>| {
            for (token, _) in tokens.iter_mut().zip(&here).filter(|(_, here)| **here) {
                if token.order == Some(false) {
                    cash += token.units * token.price * (1.0 - slippage) * (1.0 - fee);
                    token.units = 0.0;
                    token.order = None;
                }
            }
            let base = equity(cash, tokens);
            let share = base / tokens.len() as f64 / (1.0 + fee);
            let notional = match options.sizing {
                Some(Sizing::Cash(amount)) => amount,
                Some(Sizing::Fraction(fraction)) => fraction * share,
                _ => share,
            };
            for (token, _) in tokens.iter_mut().zip(&here).filter(|(_, here)| **here) {
                let mut slack = cash;
                if cash < base {
                    slack += 1e-9 * base;
                }
                if token.order.take() == Some(true) && notional * (1.0 + fee) <= slack * (1.0 + 1e-12) {
                    token.units = notional / (token.price * (1.0 + slippage));
                    cash -= notional * (1.0 + fee);
                }
            }
        };
        for (token, _) in tokens.iter_mut().zip(&here).filter(|(_, here)| **here) {
            token.price = token.bars.open()[token.next];
        }
        trade(&mut tokens);
        for (token, _) in tokens.iter_mut().zip(&here).filter(|(_, here)| **here) {
            token.price = token.bars.close()[token.next];
            let entry = token.signals.long_entry.get(token.next);
            let exit = token.signals.long_exit.get(token.next);
            token.order = match token.units > 0.0 {
                true => exit.then_some(false),
                false => entry.then_some(true),
            };
            token.next += 1;
        }
        if options.fill == FillModel::Close {
            trade(&mut tokens);
        }
        curve.push(equity(cash, &tokens));
    }
    curve
}

#[test]
fn who_comes_first_takes_the_cash() {
    let bars: Vec<Bars> = (0..2)
        .map(|_| threadx::data::sample().unwrap().bars.slice(0..50))
        .collect();
    let entry = Orders {
        entry: Some(threadx::engine::Entry {
            side: threadx::engine::Side::Long,
            stop: None,
        }),
        ..Orders::default()
    };
    let strategy: std::sync::Arc<dyn BarStrategy> = std::sync::Arc::new(GivenOrders::new(vec![entry; 50]));
    let options = BacktestOptions {
        sizing: Some(Sizing::Cash(6000.0)),
        ..BacktestOptions::default()
    };
    let result = run(&bars, &[7, 3], &Decider::Bar(strategy), options);
    let [trade] = &result.trades[..] else {
        panic!("one trade, got {:?}", result.trades);
    };
    assert_eq!(trade.token, 0);
    let rejected = &result.rejected_orders[0];
    assert_eq!((rejected.token, rejected.of.index), (1, 1));
    assert_eq!(rejected.of.reason, RejectionReason::InsufficientEquity);
}

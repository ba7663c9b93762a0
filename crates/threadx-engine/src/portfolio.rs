//! One run of a strategy over several tokens that share the cash.

use threadx_error::BacktestError;
use threadx_indicators::IndicatorSource;
use threadx_market::{Bars, Symbol, Timestamp};
use threadx_spec::Params;

use crate::{
    Activity, Annualisation, BacktestSpec, Control, EquityCurve, Metrics, MetricsInput, RejectedOrder,
    Strategy, StrategyInput, Trade, Warning,
    backtest::{Decider, drawdown, resolve, sizing, warnings, with_own_limit},
    buy_and_hold_return,
    simulator::{PortfolioSimulation, Seat, Simulation, simulate_portfolio},
};

/// A token of a portfolio.
#[derive(Clone, Copy)]
pub struct PortfolioToken<'a> {
    /// Its name, which no other token of the portfolio has.
    pub token: &'a Symbol,
    /// Its bars and indicators over them; the bars before `first` are warm-up, which only indicators see.
    pub indicators: &'a dyn IndicatorSource,
    /// First bar of the range.
    pub first: usize,
}

impl std::fmt::Debug for PortfolioToken<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PortfolioToken")
            .field("token", self.token)
            .field("bars", &self.indicators.bars().len())
            .field("first", &self.first)
            .finish_non_exhaustive()
    }
}

/// What one run over a portfolio works on.
#[derive(Debug, Clone, Copy)]
pub struct PortfolioInput<'a> {
    /// The tokens in order of precedence, at least one; each with at least one bar in the range, all in one timeframe.
    pub tokens: &'a [PortfolioToken<'a>],
    /// The strategy, which decides on each token by itself.
    pub strategy: &'a Strategy,
    /// Its parameters; those that are absent take their defaults.
    pub params: &'a Params,
    /// How to trade.
    pub spec: &'a BacktestSpec,
}

/// Something of one token.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OfToken<T> {
    /// Position of the token in the portfolio.
    pub token: usize,
    /// What is of it.
    pub of: T,
}

/// What one token of a portfolio came to.
#[derive(Debug, Clone, PartialEq)]
pub struct TokenResult {
    /// The measures of the token alone: of its trades, and of `equity` as far as that does not fall below 0.
    pub metrics: Metrics,
    /// Its profit or loss, closed and open, currency.
    pub pnl: f64,
    /// Its equal share of the starting value plus its own profit or loss so far, at the close of each of its bars,
    /// currency. The tokens' equities sum up to the portfolio's where all have a bar.
    pub equity: Vec<f64>,
    /// Bars before the range that fed indicators.
    pub warm_up_bars: usize,
}

/// What one run over a portfolio yields. Positions of bars count from 0 at the start of their token's range.
#[derive(Debug, Clone, PartialEq)]
pub struct Portfolio {
    /// The measures of total equity and of all trades.
    pub metrics: Metrics,
    /// Closed trades in the order of their exits, then the open ones in the order of the tokens.
    pub trades: Vec<OfToken<Trade>>,
    /// Orders that could not be executed, by time and within it in the order of the tokens.
    pub rejected_orders: Vec<OfToken<RejectedOrder>>,
    /// What a reader of the result should know.
    pub warnings: Vec<Warning>,
    /// The clock: the sorted union of the tokens' stamps.
    pub time: Vec<Timestamp>,
    /// Total equity at each stamp's close, currency.
    pub equity: Vec<f64>,
    /// What each token came to, in the order of the tokens.
    pub per_token: Vec<TokenResult>,
}

impl Portfolio {
    /// The fall of total equity from its peak so far at each stamp's close, a fraction ≤ 0; `start` is the value
    /// before the first stamp and counts as a peak.
    #[must_use]
    pub fn drawdown(&self, start: f64) -> Vec<f64> {
        drawdown(&self.equity, start)
    }
}

/// Runs a strategy over several tokens that share the cash.
///
/// At each stamp: exits at the open, then entries at the open, both in the order of the tokens; stops; decisions at the
/// close; under [`FillModel::Close`](threadx_spec::FillModel::Close) exits, then entries; mark. A token without a bar at
/// a stamp decides nothing, keeps its order until its next bar and is marked at its last close.
///
/// All in means an equal share of total equity, taken before the entries of the stamp; an order beyond the free cash is
/// rejected. Free is what equity exceeds the open positions' notionals over the leverage by. Liquidation is on total
/// equity and closes all positions.
///
/// A portfolio of one token is the run of that token ([`backtest`](crate::backtest())), to the bit.
///
/// ```
/// use threadx_engine::{
///     BacktestOptions, BacktestSpec, PortfolioInput, PortfolioToken, StrategyRegistry, Uninterrupted,
///     backtest_portfolio,
/// };
/// use threadx_indicators::Direct;
/// use threadx_market::{Bars, Columns, Symbol, Timeframe, Timestamp};
/// use threadx_spec::Params;
///
/// let bars = |prices: [f64; 3]| {
///     Bars::new(
///         Timeframe::D1,
///         Columns {
///             time: (0..3).map(|n| Timestamp::from_nanoseconds(n * 86_400_000_000_000)).collect(),
///             open: prices.to_vec(),
///             high: prices.to_vec(),
///             low: prices.to_vec(),
///             close: prices.to_vec(),
///             volume: vec![1.0; 3],
///         },
///     )
/// };
/// let (up, down) = (bars([100.0, 100.0, 110.0])?, bars([50.0, 50.0, 40.0])?);
/// let (up, down) = (Direct::new(&up), Direct::new(&down));
/// let names = [Symbol::parse("UP")?, Symbol::parse("DOWN")?];
/// let registry = StrategyRegistry::built_in();
/// let spec = BacktestSpec::new(BacktestOptions { fee_rate: 0.0, ..BacktestOptions::default() })?;
/// let result = backtest_portfolio(
///     &PortfolioInput {
///         tokens: &[
///             PortfolioToken { token: &names[0], indicators: &up, first: 0 },
///             PortfolioToken { token: &names[1], indicators: &down, first: 0 },
///         ],
///         strategy: registry.get("buy_and_hold")?,
///         params: &Params::new(),
///         spec: &spec,
///     },
///     &Uninterrupted,
/// )?;
/// // Each took half of the 10,000; one gained 10%, the other lost 20%.
/// assert_eq!(result.equity, [10_000.0, 10_000.0, 9_500.0]);
/// assert_eq!((result.per_token[0].pnl, result.per_token[1].pnl), (500.0, -1000.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`BacktestError::NoBars`] if there are no tokens or the range of one is empty; else as
/// [`backtest`](crate::backtest()).
pub fn backtest_portfolio(
    input: &PortfolioInput<'_>,
    control: &dyn Control,
) -> Result<Portfolio, BacktestError> {
    let PortfolioInput {
        tokens,
        strategy,
        spec,
        ..
    } = *input;
    let ranges: Vec<Bars> = tokens
        .iter()
        .map(|token| {
            let bars = token.indicators.bars();
            bars.slice(token.first..bars.len())
        })
        .collect();
    if ranges.is_empty() || ranges.iter().any(Bars::is_empty) {
        return Err(BacktestError::NoBars);
    }
    let params = resolve(strategy, input.params)?;
    let spec = &*with_own_limit(spec, strategy, &params)?;
    let options = spec.options();
    let sizing = sizing(options, strategy, &params);
    let seats = tokens.iter().zip(&ranges).map(|(token, bars)| {
        let input = StrategyInput {
            indicators: token.indicators,
            first: token.first,
            params: &params,
            direction: options.direction,
        };
        Ok(Seat {
            bars,
            lead: token.first,
            decide: Decider::start(strategy, &input, options)?.boxed(),
        })
    });
    let seats = seats.collect::<Result<Vec<_>, BacktestError>>()?;
    let mut by_name: Vec<usize> = (0..tokens.len()).collect();
    by_name.sort_by_key(|index| tokens[*index].token);

    let mut simulation = simulate_portfolio(seats, by_name.clone(), spec, sizing, control)?;
    let warm_up = strategy.warm_up(&params)?;
    let several = tokens.len() > 1;
    let histories = tokens.iter().map(|token| {
        let bars = token.indicators.bars().len();
        (several.then_some(token.token), bars)
    });
    let warnings = warnings(options, warm_up, simulation.ruined, histories);
    let trades = trades(&mut simulation);
    let metrics = total_metrics(&simulation, &trades, &ranges, &by_name, spec);
    let rejected_orders = rejected_orders(&simulation);
    let share = options.portfolio_value / tokens.len() as f64;
    let per_token = simulation.tokens.into_iter().zip(tokens).zip(&ranges);
    let per_token = per_token.enumerate().map(|(index, ((token, given), bars))| {
        let own = trades.iter().filter(|trade| trade.token == index);
        let own: Vec<Trade> = own.map(|trade| trade.of).collect();
        token_result(token, &own, bars, share, given.first, spec)
    });
    Ok(Portfolio {
        metrics,
        per_token: per_token.collect(),
        trades,
        rejected_orders,
        warnings,
        time: simulation.time,
        equity: simulation.equity,
    })
}

/// All trades: closed ones as they were closed, then the open ones.
fn trades(simulation: &mut PortfolioSimulation) -> Vec<OfToken<Trade>> {
    let mut rest: Vec<_> = simulation
        .tokens
        .iter_mut()
        .map(|token| std::mem::take(&mut token.trades).into_iter())
        .collect();
    let mut trades = Vec::new();
    for &token in &simulation.exits {
        trades.extend(rest[token].next().map(|of| OfToken { token, of }));
    }
    for (token, open) in rest.into_iter().enumerate() {
        trades.extend(open.map(|of| OfToken { token, of }));
    }
    trades
}

fn rejected_orders(simulation: &PortfolioSimulation) -> Vec<OfToken<RejectedOrder>> {
    let mut rejected: Vec<_> = simulation
        .tokens
        .iter()
        .enumerate()
        .flat_map(|(token, result)| {
            result
                .rejected_orders
                .iter()
                .map(move |&of| OfToken { token, of })
        })
        .collect();
    rejected.sort_by_key(|order| order.of.time);
    rejected
}

fn total_metrics(
    simulation: &PortfolioSimulation,
    trades: &[OfToken<Trade>],
    ranges: &[Bars],
    by_name: &[usize],
    spec: &BacktestSpec,
) -> Metrics {
    let options = spec.options();
    // Money is added up by name, as in the simulation, so that the order of the tokens does not show.
    let total = |of: fn(&Simulation) -> f64| by_name.iter().map(|index| of(&simulation.tokens[*index])).sum();
    let mut rank = vec![0; by_name.len()];
    for (place, token) in by_name.iter().enumerate() {
        rank[*token] = place;
    }
    let mut trades = trades.to_vec();
    trades.sort_by_key(|trade| (trade.of.exit.map(|exit| exit.time), rank[trade.token]));
    let trades: Vec<Trade> = trades.into_iter().map(|trade| trade.of).collect();
    Metrics::compute(&MetricsInput {
        curve: EquityCurve {
            starting_value: options.portfolio_value,
            timeframe: ranges[0].timeframe(),
            time: &simulation.time,
            equity: &simulation.equity,
        },
        trades: &trades,
        activity: Activity {
            bars_in_position: simulation.stamps_in_position,
            fill_notional: total(|token| token.fill_notional),
            fees_paid: total(|token| token.fees_paid),
            // There is no one market to hold.
            buy_and_hold_return: match ranges {
                [only] => buy_and_hold_return(only),
                _ => None,
            },
        },
        annualisation: annualisation(spec),
    })
}

fn annualisation(spec: &BacktestSpec) -> Annualisation {
    Annualisation {
        periods_per_year: spec.options().periods_per_year,
        risk_free_rate: spec.options().risk_free_rate,
    }
}

fn token_result(
    token: Simulation,
    trades: &[Trade],
    bars: &Bars,
    share: f64,
    warm_up_bars: usize,
    spec: &BacktestSpec,
) -> TokenResult {
    // Returns on less than nothing are none: a token may lose more than its share.
    let sound = token.equity.iter().all(|equity| *equity >= 0.0);
    let measured = if sound { token.equity.len() } else { 0 };
    let mut metrics = Metrics::compute(&MetricsInput {
        curve: EquityCurve {
            starting_value: share,
            timeframe: bars.timeframe(),
            time: &bars.time()[..measured],
            equity: &token.equity[..measured],
        },
        trades,
        activity: Activity {
            bars_in_position: token.bars_in_position,
            fill_notional: token.fill_notional,
            fees_paid: token.fees_paid,
            buy_and_hold_return: buy_and_hold_return(bars),
        },
        annualisation: annualisation(spec),
    });
    metrics.exposure = Some(token.bars_in_position as f64 / bars.len() as f64);
    TokenResult {
        metrics,
        pnl: trades.iter().map(|trade| trade.pnl).sum(),
        equity: token.equity,
        warm_up_bars,
    }
}

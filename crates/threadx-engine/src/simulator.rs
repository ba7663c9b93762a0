//! From decisions to fills: the bar loop.

mod account;
mod curve;
mod funds;
mod levels;
mod portfolio;
mod position;

use threadx_error::BacktestError;
use threadx_market::Bars;
use threadx_spec::{ExitReason, FillModel, Sizing};

use crate::{BacktestSpec, Control, Entry, ExitSize, Orders, RejectedOrder, RejectionReason, Side, Trade};
use account::{Account, EntryOrder};

pub(crate) use curve::{Curve, held};
pub(crate) use portfolio::{PortfolioSimulation, Seat, simulate_portfolio};
pub use position::AccountView;

/// Bars between two looks at the control: far below 10 ms of work.
const POLL_BARS: usize = 4096;

/// Whoever decides at the close of each bar.
pub(crate) trait Decide {
    /// The first bar from `index` on at whose close it may decide anything, given whether there is a position until then.
    fn next(&self, index: usize, in_position: bool) -> usize;

    /// Writes the orders at the close of bar `index` of the range, seeing nothing later; where there are some already,
    /// they are of another bar.
    fn at_close(
        &mut self,
        index: usize,
        state: &AccountView<'_>,
        orders: &mut Orders,
    ) -> Result<(), BacktestError>;
}

/// What the bar loop yields.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Simulation<C = Vec<f64>> {
    /// Closed trades in the order of their exits, then the open one, if any.
    pub trades: Vec<Trade>,
    /// Equity at the close of each bar, currency, after all fills and fees of the bar.
    pub equity: C,
    /// Orders that could not be executed, in order.
    pub rejected_orders: Vec<RejectedOrder>,
    /// Bars with a position at the close.
    pub bars_in_position: usize,
    /// All fees, currency.
    pub fees_paid: f64,
    /// Sum of all fills' quantity × price, currency.
    pub fill_notional: f64,
    /// Whether equity was used up.
    pub ruined: bool,
}

/// Orders decided at a close, waiting for their fill.
#[derive(Debug, Clone, Copy)]
struct Pending {
    exit: Option<ExitReason>,
    exit_size: ExitSize,
    entry: Option<Entry>,
    /// Close of the deciding bar, by which risk is sized.
    decision_close: f64,
}

impl Pending {
    /// The entry as it is filled at the raw price on bar `index`.
    fn entry_at(&self, index: usize, price: f64, at_open: bool) -> Option<EntryOrder> {
        Some(EntryOrder {
            entry: self.entry?,
            index,
            price,
            at_open,
            decision_close: self.decision_close,
        })
    }
}

/// What becomes of a position that is open at the end of the bars.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AtEnd {
    /// It stays open, marked at the last close.
    Keep,
    /// It is closed at the last close.
    Close,
}

/// What the bar loop goes through, and how it trades.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run<'a> {
    /// The range.
    pub bars: &'a Bars,
    /// Warm-up bars before it.
    pub lead: usize,
    pub spec: &'a BacktestSpec,
    pub sizing: Sizing,
    pub at_end: AtEnd,
}

/// Runs the decisions over the bars of a run; those before them were seen by the strategy only. Equity goes to `equity`.
///
/// One bar, in order: pending fill at the open; liquidation, stops and target; decision at the close;
/// under [`FillModel::Close`] its fill; mark.
pub(crate) fn simulate<C: Curve>(
    run: Run<'_>,
    decide: &mut impl Decide,
    mut equity: C,
    control: &dyn Control,
) -> Result<Simulation<C>, BacktestError> {
    let Run {
        bars,
        lead,
        spec,
        sizing,
        at_end,
    } = run;
    let options = spec.options();
    let (open, close) = (bars.open(), bars.close());
    let total = bars.len();
    let periods = options
        .periods_per_year
        .unwrap_or_else(|| bars.timeframe().periods_per_year());
    let borrow_per_bar = options.borrow_rate / periods;
    let mut account = Account::new(
        bars,
        lead,
        options,
        sizing,
        borrow_per_bar,
        options.portfolio_value,
    );
    let mut orders = Orders::default();
    let mut pending: Option<Pending> = None;
    let mut bars_in_position = 0;
    // The bar at whose close a position may have to be closed is looked at by itself.
    let closed_at = match at_end {
        AtEnd::Keep => total,
        AtEnd::Close => total.saturating_sub(1),
    };

    let mut t = 0;
    let mut next_poll = 0;
    while t < total {
        if t >= next_poll {
            next_poll = t + POLL_BARS;
            control.progress(t as u64, total as u64);
            if control.cancelled() {
                return Err(BacktestError::Interrupted {
                    done: t as u64,
                    total: total as u64,
                });
            }
        }
        if pending.is_none() {
            let in_position = account.side().is_some();
            let decides = if options.leverage > 0.0 {
                decide.next(t, in_position)
            } else {
                total
            };
            let quiet_until = decides.min(account.hold_limit()).min(next_poll).min(closed_at);
            let glided = account.glide(t, quiet_until, &mut equity);
            bars_in_position += if in_position { glided } else { 0 };
            t += glided;
            // A decision is due on this bar, or a level is met.
            if t == total {
                break;
            }
            if t == next_poll {
                continue;
            }
        }
        if let Some(orders) = pending.take() {
            fill(&mut account, orders, t, open[t], true);
        }
        let stopped = account.fill_levels(t) || account.charge_borrow(t);
        if !stopped && !account.ruined() && options.leverage > 0.0 {
            decide.at_close(t, &account.view(t), &mut orders)?;
            if let Some(level) = orders.stop {
                account.tighten_stop(level);
            }
            if let Some(orders) = effective(&account, &orders, t, close[t]) {
                match options.fill {
                    FillModel::Close => fill(&mut account, orders, t, close[t], false),
                    FillModel::NextOpen => pending = Some(orders),
                }
            }
        }
        if t == closed_at {
            account.close(t, close[t], ExitReason::WindowEnd, ExitSize::All);
        }
        equity.push(account.mark(close[t]).max(0.0));
        bars_in_position += usize::from(account.side().is_some());
        account.end_bar(t);
        t += 1;
    }
    control.progress(total as u64, total as u64);

    if let Some(orders) = pending {
        let index = total - 1;
        account.reject(
            index,
            orders.entry.map(|entry| entry.side),
            RejectionReason::EndOfData,
        );
    }
    Ok(account.finish(equity, bars_in_position))
}

/// What is left of the orders for the position there is, with the exit that `max_hold` decides.
fn effective(account: &Account<'_>, orders: &Orders, t: usize, decision_close: f64) -> Option<Pending> {
    let options = account.options();
    if orders.exit.is_none() && orders.entry.is_none() && options.max_hold.is_none() {
        return None;
    }
    let allowed = |side: Side| match side {
        Side::Long => options.direction.allows_long(),
        Side::Short => options.direction.allows_short(),
    };
    let entry = orders.entry.filter(|entry| allowed(entry.side));
    let signal_exit = |reason: &ExitReason| options.exit_on_signal || *reason != ExitReason::Signal;
    let held_too_long = account.held_too_long(t);
    // A reversal and the longest hold leave the whole position.
    let (exit, exit_size, entry) = match account.side() {
        None => (None, ExitSize::All, entry),
        Some(side) => match (
            orders.exit.filter(signal_exit),
            entry.filter(|entry| entry.side != side),
        ) {
            (reason, Some(entry)) => (
                Some(reason.unwrap_or(ExitReason::Signal)),
                ExitSize::All,
                Some(entry),
            ),
            (Some(reason), None) if orders.exit_size == ExitSize::All || !held_too_long => {
                (Some(reason), orders.exit_size, None)
            }
            _ => (held_too_long.then_some(ExitReason::MaxHold), ExitSize::All, None),
        },
    };
    (exit.is_some() || entry.is_some()).then_some(Pending {
        exit,
        exit_size,
        entry,
        decision_close,
    })
}

/// Fills the orders at the raw price: the closing leg first, then the opening one.
fn fill(account: &mut Account<'_>, orders: Pending, t: usize, price: f64, at_open: bool) {
    if let Some(reason) = orders.exit {
        account.close(t, price, reason, orders.exit_size);
    }
    if let Some(order) = orders.entry_at(t, price, at_open) {
        account.enter(order, account.funds());
    }
}

//! The bar-by-bar strategies against a replay written out from the page of their rules.

use threadx::{
    data,
    engine::{BacktestOptions, Side},
    market::Bars,
    spec::{Direction, ExitReason, FillModel, Params, Sizing},
};

use crate::runs::run;

const FEE: f64 = 0.001;

/// Mean and population deviation of the `n` closes up to `t`.
fn window(close: &[f64], n: usize, t: usize) -> Option<(f64, f64)> {
    let part = close.get((t + 1).checked_sub(n)?..=t)?;
    let mean = part.iter().sum::<f64>() / n as f64;
    let variance = part.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n as f64;
    Some((mean, variance.sqrt()))
}

/// Wilder's average of the true ranges at bar `t`.
fn atr(bars: &Bars, n: usize, t: usize) -> Option<f64> {
    let range = |t: usize| {
        let before = bars.close()[t - 1];
        bars.high()[t].max(before) - bars.low()[t].min(before)
    };
    (t >= n).then(|| {
        let seed = (1..=n).map(range).sum::<f64>() / n as f64;
        (n + 1..=t).fold(seed, |average, t| average + (range(t) - average) / n as f64)
    })
}

fn ema(close: &[f64], n: usize, t: usize) -> Option<f64> {
    (t + 1 >= n).then(|| {
        let seed = close[..n].iter().sum::<f64>() / n as f64;
        close[n..=t].iter().fold(seed, |average, x| {
            average + 2.0 / (n as f64 + 1.0) * (x - average)
        })
    })
}

/// a(t) > 0 and a < 0 on the last earlier bar where a ≠ 0, without a gap in between.
fn turns_positive(a: impl Fn(usize) -> Option<f64>, t: usize) -> bool {
    a(t).is_some_and(|now| now > 0.0)
        && (0..t)
            .rev()
            .map(&a)
            .find(|a| *a != Some(0.0))
            .flatten()
            .is_some_and(|a| a < 0.0)
}

#[derive(Debug, Clone, Copy)]
struct Open {
    /// +1 long, −1 short.
    sign: f64,
    entered: usize,
    price: f64,
    quantity: f64,
    stop: f64,
    /// What the strategy keeps of the deciding bar.
    distance: f64,
    best: Option<f64>,
    reached: bool,
}

/// An entry: side, the stop's price or its distance.
struct Enter {
    sign: f64,
    level: Option<f64>,
    distance: f64,
}

/// What a strategy's page says.
trait Rules {
    fn entry(&self, t: usize, sign: f64, last_entry: Option<usize>) -> Option<Enter>;
    /// The new stop, before the rule that it never loosens.
    fn stop(&self, t: usize, open: &mut Open) -> Option<f64>;
    fn leaves(&self, t: usize, open: &Open) -> bool;
    fn max_hold(&self) -> usize;
    fn risk(&self) -> Option<f64>;
}

#[derive(Debug, PartialEq)]
struct Row {
    sign: f64,
    entry: (usize, f64),
    exit: Option<(usize, f64, ExitReason)>,
    quantity: f64,
}

/// What is ordered at a close.
struct Ordered {
    exit: Option<ExitReason>,
    enter: Option<Enter>,
    /// The deciding close.
    close: f64,
}

struct Replay<'a, R> {
    rules: &'a R,
    cash: f64,
    position: Option<Open>,
    last_entry: Option<usize>,
    rows: Vec<Row>,
}

impl<R: Rules> Replay<'_, R> {
    fn leave(&mut self, held: Open, t: usize, price: f64, reason: ExitReason) {
        self.cash += held.sign * held.quantity * price - FEE * held.quantity * price;
        self.position = None;
        self.rows.push(Row {
            sign: held.sign,
            entry: (held.entered, held.price),
            exit: Some((t, price, reason)),
            quantity: held.quantity,
        });
    }

    fn execute(&mut self, orders: Ordered, t: usize, price: f64) {
        if let (Some(reason), Some(held)) = (orders.exit, self.position) {
            self.leave(held, t, price, reason);
        }
        let Some(enter) = orders.enter else { return };
        let all_in = self.cash / (1.0 + FEE) / price;
        let distance = enter
            .level
            .map_or(enter.distance, |level| (orders.close - level).abs());
        let risked = self.rules.risk().map(|risk| risk * self.cash / distance);
        let quantity = risked.map_or(all_in, |risked| risked.min(all_in));
        self.cash -= enter.sign * quantity * price + FEE * quantity * price;
        self.last_entry = Some(t);
        self.position = Some(Open {
            sign: enter.sign,
            entered: t,
            price,
            quantity,
            stop: enter.level.unwrap_or(price - enter.sign * enter.distance),
            distance: enter.distance,
            best: None,
            reached: false,
        });
    }

    /// Fills the stop that bar `t` meets.
    fn stopped(&mut self, bars: &Bars, t: usize, at_open: bool) -> bool {
        let Some(held) = self.position else { return false };
        if t == held.entered && !at_open {
            return false;
        }
        let worst = if held.sign > 0.0 {
            bars.low()[t]
        } else {
            bars.high()[t]
        };
        let met = (worst - held.stop) * held.sign <= 0.0;
        if met {
            let gap = (bars.open()[t] - held.stop) * held.sign <= 0.0;
            let price = if gap { bars.open()[t] } else { held.stop };
            self.leave(held, t, price, ExitReason::StrategyStop);
        }
        met
    }

    fn decide(&mut self, t: usize, close: f64, direction: Direction) -> Option<Ordered> {
        let mut exit = None;
        if let Some(held) = &mut self.position {
            if let Some(stop) = self.rules.stop(t, held)
                && (stop - held.stop) * held.sign > 0.0
            {
                held.stop = stop;
            }
            exit = self.rules.leaves(t, held).then_some(ExitReason::Signal);
        }
        let sides = [(1.0, direction.allows_long()), (-1.0, direction.allows_short())];
        let enter = sides
            .into_iter()
            .filter(|(sign, allowed)| *allowed && self.position.is_none_or(|held| held.sign != *sign))
            .find_map(|(sign, _)| self.rules.entry(t, sign, self.last_entry));
        if let Some(held) = self.position
            && exit.is_none()
        {
            let limit = (t - held.entered >= self.rules.max_hold()).then_some(ExitReason::MaxHold);
            exit = if enter.is_some() {
                Some(ExitReason::Signal)
            } else {
                limit
            };
        }
        (exit.is_some() || enter.is_some()).then_some(Ordered { exit, enter, close })
    }
}

fn replay(bars: &Bars, rules: &impl Rules, direction: Direction, fill: FillModel) -> Vec<Row> {
    let mut replay = Replay {
        rules,
        cash: 10_000.0,
        position: None,
        last_entry: None,
        rows: Vec::new(),
    };
    let mut pending = None;
    for t in 0..bars.len() {
        if let Some(orders) = pending.take() {
            replay.execute(orders, t, bars.open()[t]);
        }
        if replay.stopped(bars, t, fill == FillModel::NextOpen) {
            continue;
        }
        let orders = replay.decide(t, bars.close()[t], direction);
        match (fill, orders) {
            (FillModel::Close, Some(orders)) => replay.execute(orders, t, bars.close()[t]),
            (_, orders) => pending = orders,
        }
    }
    let open = replay.position.map(|held| Row {
        sign: held.sign,
        entry: (held.entered, held.price),
        exit: None,
        quantity: held.quantity,
    });
    replay.rows.extend(open);
    replay.rows
}

struct BbAtr<'a> {
    bars: &'a Bars,
    entry_z: f64,
    trailing: bool,
    spacing: usize,
    max_hold: usize,
    trend_period: usize,
}

impl BbAtr<'_> {
    fn z(&self, t: usize) -> Option<f64> {
        let (mean, deviation) = window(self.bars.close(), 20, t)?;
        Some((self.bars.close()[t] - mean) / deviation)
    }
}

impl Rules for BbAtr<'_> {
    fn entry(&self, t: usize, sign: f64, last_entry: Option<usize>) -> Option<Enter> {
        let beyond = |t| self.z(t).map(|z| -sign * z - self.entry_z);
        let spaced = last_entry.is_none_or(|last| t >= last + self.spacing);
        let trend = match self.trend_period {
            0 => true,
            n => ema(self.bars.close(), n, t).is_some_and(|ema| (self.bars.close()[t] - ema) * sign > 0.0),
        };
        (turns_positive(beyond, t) && spaced && trend).then(|| Enter {
            sign,
            level: None,
            distance: 1.5 * atr(self.bars, 14, t).unwrap(),
        })
    }

    fn stop(&self, t: usize, open: &mut Open) -> Option<f64> {
        let close = self.bars.close()[t];
        let best = open.best.map_or(close, |best| {
            if open.sign > 0.0 {
                best.max(close)
            } else {
                best.min(close)
            }
        });
        open.best = Some(best);
        self.trailing.then_some(best - open.sign * open.distance)
    }

    fn leaves(&self, t: usize, open: &Open) -> bool {
        let (mean, _) = window(self.bars.close(), 20, t).unwrap();
        (self.bars.close()[t] - mean) * open.sign >= 0.0
    }

    fn max_hold(&self) -> usize {
        self.max_hold
    }

    fn risk(&self) -> Option<f64> {
        Some(0.01)
    }
}

struct BollingerDual<'a> {
    bars: &'a Bars,
    lookback: usize,
    max_hold: usize,
}

impl BollingerDual<'_> {
    /// The band on the side of the stop, and the middle.
    fn band(&self, t: usize, sign: f64) -> Option<(f64, f64)> {
        let (mean, deviation) = window(self.bars.close(), 20, t)?;
        Some((mean - sign * 2.0 * deviation, mean))
    }
}

impl Rules for BollingerDual<'_> {
    fn entry(&self, t: usize, sign: f64, _last_entry: Option<usize>) -> Option<Enter> {
        let confirmed = |t| Some((self.bars.close()[t] - window(self.bars.close(), 10, t)?.0) * sign);
        let broken = (0..self.lookback).any(|back| {
            let Some(bar) = t.checked_sub(back) else {
                return false;
            };
            let worst = if sign > 0.0 {
                self.bars.low()[bar]
            } else {
                self.bars.high()[bar]
            };
            self.band(bar, sign)
                .is_some_and(|(band, _)| (worst - band) * sign < 0.0)
        });
        (turns_positive(confirmed, t) && broken).then(|| Enter {
            sign,
            level: Some(self.band(t, sign).unwrap().0),
            distance: 0.0,
        })
    }

    fn stop(&self, t: usize, open: &mut Open) -> Option<f64> {
        let (band, middle) = self.band(t, open.sign)?;
        open.reached |= (self.bars.close()[t] - middle) * open.sign >= 0.0;
        Some(if open.reached {
            band + 0.8 * (middle - band)
        } else {
            band
        })
    }

    fn leaves(&self, _t: usize, _open: &Open) -> bool {
        false
    }

    fn max_hold(&self) -> usize {
        self.max_hold
    }

    fn risk(&self) -> Option<f64> {
        None
    }
}

/// Fails unless the strategy's trades are those of the replay, under every direction and fill model, and each
/// reason to leave occurs.
fn check(strategy: &str, params: &Params, bars: &Bars, rules: &impl Rules, reasons: &[ExitReason]) {
    let near = |a: f64, b: f64| (a - b).abs() <= 1e-9 * b.abs();
    let mut seen = Vec::new();
    for direction in [Direction::Long, Direction::Short, Direction::Both] {
        for fill in [FillModel::NextOpen, FillModel::Close] {
            let options = BacktestOptions {
                direction,
                fill,
                fee_rate: FEE,
                ..BacktestOptions::default()
            };
            let ours = run(bars, strategy, params, options).trades;
            let theirs = replay(bars, rules, direction, fill);
            let what = format!("{strategy} {params} {direction:?} {fill:?}");
            assert_eq!(ours.len(), theirs.len(), "{what}: trades");
            assert!(ours.len() > 10, "{what}: {} trades prove little", ours.len());
            for (index, (ours, theirs)) in ours.iter().zip(&theirs).enumerate() {
                let exit = ours.exit.map(|exit| (exit.index, exit.reason));
                let expect = theirs.exit.map(|(index, _, reason)| (index, reason));
                assert_eq!(
                    (ours.side == Side::Long, ours.entry_index, exit),
                    (theirs.sign > 0.0, theirs.entry.0, expect),
                    "{what}: trade {index}"
                );
                let prices = ours
                    .exit
                    .map(|exit| exit.price)
                    .zip(theirs.exit.map(|exit| exit.1));
                let agree = near(ours.entry_price, theirs.entry.1)
                    && near(ours.quantity, theirs.quantity)
                    && prices.is_none_or(|(ours, theirs)| near(ours, theirs));
                assert!(agree, "{what}: trade {index} is {ours:?}, expected {theirs:?}");
                seen.extend(ours.exit.map(|exit| exit.reason));
            }
        }
    }
    for reason in reasons {
        assert!(seen.contains(reason), "{strategy} {params}: no exit by {reason}");
    }
}

#[test]
fn bb_atr_trades_as_its_page_says() {
    let bars = data::sample().unwrap().bars.slice(0..2500);
    let all = [ExitReason::Signal, ExitReason::StrategyStop, ExitReason::MaxHold];
    for (entry_z, trailing, spacing, max_hold, trend_period) in [
        (1.0, true, 6, 5, 0),
        (1.5, false, 0, 12, 0),
        (1.0, true, 30, 72, 50),
    ] {
        let rules = BbAtr {
            bars: &bars,
            entry_z,
            trailing,
            spacing,
            max_hold,
            trend_period,
        };
        let mut params = Params::from_iter([("entry_z", entry_z)]);
        params.insert("trailing", trailing);
        params.insert("spacing", spacing as i64);
        params.insert("max_hold", max_hold as i64);
        params.insert("trend_period", trend_period as i64);
        let reasons = if max_hold < 20 { &all[..] } else { &all[..2] };
        check("bb_atr", &params, &bars, &rules, reasons);
    }
}

#[test]
fn bollinger_dual_trades_as_its_page_says() {
    let bars = data::sample().unwrap().bars.slice(0..2500);
    for (lookback, max_hold) in [(5, 100), (8, 6), (1, 20)] {
        let rules = BollingerDual {
            bars: &bars,
            lookback,
            max_hold,
        };
        let mut params = Params::from_iter([("lookback", lookback as i64)]);
        params.insert("max_hold", max_hold as i64);
        let reasons = [ExitReason::StrategyStop, ExitReason::MaxHold];
        let reasons = if max_hold < 10 {
            &reasons[..]
        } else {
            &reasons[..1]
        };
        check("bollinger_dual", &params, &bars, &rules, reasons);
    }
}

#[test]
fn the_request_s_limits_join_those_of_the_strategy() {
    let bars = data::sample().unwrap().bars.slice(0..2500);
    let held = |max_hold: Option<usize>| {
        let options = BacktestOptions {
            max_hold,
            sizing: Some(Sizing::AllIn),
            exit_on_signal: false,
            ..BacktestOptions::default()
        };
        let trades = run(&bars, "bb_atr", &Params::new(), options).trades;
        let exits = trades
            .iter()
            .filter_map(|trade| Some((trade.exit?, trade.entry_index)));
        exits.map(|(exit, entry)| exit.index - entry).max().unwrap()
    };
    // Decided after so many bars, filled at the next open.
    assert_eq!(held(Some(4)), 5);
    assert!(held(Some(1000)) <= 73);
}

//! The definitions word for word: whole arrays, two passes, sorting.

use std::collections::BTreeMap;

use super::super::MetricsInput;

/// Sum by halves, which errs by the logarithm of the count.
pub(super) fn total(values: &[f64]) -> f64 {
    if values.len() < 8 {
        values.iter().sum()
    } else {
        let (front, back) = values.split_at(values.len() / 2);
        total(front) + total(back)
    }
}

fn mean(values: &[f64]) -> f64 {
    total(values) / values.len() as f64
}

/// Mean of (x − mean)^power.
fn central(values: &[f64], power: i32) -> f64 {
    let mean = mean(values);
    let powers: Vec<f64> = values.iter().map(|value| (value - mean).powi(power)).collect();
    total(&powers) / values.len() as f64
}

fn largest(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |largest, value| value.abs().max(largest))
}

fn is_noise(deviation: f64, values: &[f64]) -> bool {
    deviation < 1e-14 * largest(values).max(1e-300)
}

/// Standard deviation with n − 1.
fn deviation(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let deviation = (central(values, 2) * n / (n - 1.0)).sqrt();
    if is_noise(deviation, values) {
        0.0
    } else {
        deviation
    }
}

fn over(a: f64, b: f64) -> Option<f64> {
    (b != 0.0).then(|| a / b)
}

/// Every defined metric by its wire name.
pub(super) fn metrics(input: &MetricsInput<'_>) -> BTreeMap<&'static str, f64> {
    let curve = input.curve;
    let (start, equity, timeframe) = (curve.starting_value, curve.equity, curve.timeframe);
    let periods = input
        .annualisation
        .periods_per_year
        .unwrap_or(timeframe.periods_per_year());
    let risk_free = input.annualisation.risk_free_rate / periods;
    let mut found = BTreeMap::new();
    let mut set = |name: &'static str, value: Option<f64>| {
        // What no f64 can hold is undefined.
        if let Some(value) = value.filter(|value| value.is_finite()) {
            found.insert(name, value);
        }
    };

    if let (Some(last), Some(first_open), Some(last_open)) =
        (equity.last(), curve.time.first(), curve.time.last())
    {
        let n = equity.len();
        let at: Vec<f64> = std::iter::once(start).chain(equity.iter().copied()).collect();
        // The instant of at[i], in seconds from the first open.
        let seconds: Vec<f64> = std::iter::once(0.0)
            .chain(
                curve
                    .time
                    .iter()
                    .map(|open| timeframe.next(*open).seconds_since(*first_open)),
            )
            .collect();
        set("total_return", Some(last / start - 1.0));
        let elapsed = timeframe.next(*last_open).seconds_since(*first_open) / 86_400.0;
        let cagr = (last / start).powf(365.25 / elapsed) - 1.0;
        set("cagr", Some(cagr));

        let (mut deepest, mut longest) = (0.0, 0.0);
        let (mut peak, mut peak_at, mut low) = (at[0], seconds[0], at[0]);
        for (value, now) in at.iter().zip(&seconds).skip(1) {
            low = f64::min(low, *value);
            if low < peak {
                longest = f64::max(longest, now - peak_at);
            }
            if *value >= peak {
                (peak, peak_at, low) = (*value, *now, *value);
            }
            deepest = f64::min(deepest, value / peak - 1.0);
        }
        set("max_drawdown", Some(deepest));
        set("max_drawdown_duration", Some(longest));
        set(
            "calmar_ratio",
            Some(cagr)
                .filter(|cagr| cagr.is_finite())
                .and_then(|cagr| over(cagr, deepest.abs())),
        );

        let r: Vec<f64> = at
            .windows(2)
            .map(|pair| {
                if pair[0] == 0.0 {
                    0.0
                } else {
                    pair[1] / pair[0] - 1.0
                }
            })
            .collect();
        if n >= 2 {
            let excess = mean(&r) - risk_free;
            let std = deviation(&r);
            set("volatility", Some(std * periods.sqrt()));
            set("sharpe_ratio", over(excess * periods.sqrt(), std));
            let short: Vec<f64> = r.iter().map(|r| (r - risk_free).min(0.0).powi(2)).collect();
            let downside = mean(&short).sqrt();
            set(
                "sortino_ratio",
                if is_noise(downside, &r) {
                    None
                } else {
                    over(excess * periods.sqrt(), downside)
                },
            );
            let gains: Vec<f64> = r.iter().map(|r| r.max(0.0)).collect();
            let losses: Vec<f64> = r.iter().map(|r| (-r).max(0.0)).collect();
            set("omega_ratio", over(total(&gains), total(&losses)));

            let mut sorted = r.clone();
            sorted.sort_by(f64::total_cmp);
            let rank = (n - 1) as f64 * 0.05;
            let (low, high) = (sorted[rank.floor() as usize], sorted[rank.ceil() as usize]);
            let quantile = low + (high - low) * rank.fract();
            sorted.retain(|r| *r <= quantile);
            set("value_at_risk_95", Some(quantile));
            set("cvar_95", Some(mean(&sorted)));

            let n = n as f64;
            let (second, third, fourth) = (central(&r, 2), central(&r, 3), central(&r, 4));
            if n > 2.0 && std > 0.0 {
                set(
                    "skew",
                    Some((n * (n - 1.0)).sqrt() / (n - 2.0) * third / second.powf(1.5)),
                );
            }
            if n > 3.0 && std > 0.0 {
                let excess = fourth / (second * second) - 3.0;
                set(
                    "kurtosis",
                    Some((n - 1.0) / ((n - 2.0) * (n - 3.0)) * ((n + 1.0) * excess + 6.0)),
                );
            }
        }
        set(
            "exposure",
            Some(input.activity.bars_in_position as f64 / n as f64),
        );
        set("turnover", over(input.activity.fill_notional, mean(equity)));
    }

    let trades: Vec<_> = input.trades.iter().filter(|trade| trade.exit.is_some()).collect();
    let pnl: Vec<f64> = trades.iter().map(|trade| trade.pnl).collect();
    let won: Vec<f64> = pnl.iter().copied().filter(|pnl| *pnl > 0.0).collect();
    let lost: Vec<f64> = pnl.iter().copied().filter(|pnl| *pnl < 0.0).collect();
    let count = pnl.len() as f64;
    set("trade_count", Some(count));
    set("win_rate", over(won.len() as f64, count));
    set("profit_factor", over(total(&won), -total(&lost)));
    set("expectancy", over(total(&pnl), count));
    set("avg_win", over(total(&won), won.len() as f64));
    set("avg_loss", over(total(&lost), lost.len() as f64));
    set(
        "best_trade",
        trades
            .iter()
            .map(|trade| trade.return_fraction)
            .max_by(f64::total_cmp),
    );
    set(
        "worst_trade",
        trades
            .iter()
            .map(|trade| trade.return_fraction)
            .min_by(f64::total_cmp),
    );
    let held: Vec<f64> = trades
        .iter()
        .filter_map(|trade| trade.duration_seconds())
        .collect();
    set("avg_trade_duration", over(total(&held), count));
    if pnl.len() > 1 {
        set("sqn", over(count.sqrt() * mean(&pnl), deviation(&pnl)));
    }
    set("fees_paid", Some(input.activity.fees_paid));
    set("buy_and_hold_return", input.activity.buy_and_hold_return);
    found
}

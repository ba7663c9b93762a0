//! Definitions written out, for the tests of the strategies.

use threadx_indicators::Direct;
use threadx_market::{Bars, Columns, Timeframe, Timestamp};
use threadx_spec::{Direction, Params};

use crate::{Mask, SignalStrategy, StrategyInput};

/// A value per bar, none where there is none.
pub(super) type Line = [Option<f64>];

/// A random walk of `bars` bars that swings, with gaps and wicks; always the same.
pub(super) fn walk(bars: usize) -> Bars {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut uniform = || {
        // The xorshift generator of Marsaglia.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    let mut columns = Columns::with_capacity(bars);
    let mut close = 100.0_f64;
    for index in 0..bars {
        let open = close * (1.0 + 0.004 * (uniform() - 0.5));
        close = open * (1.0 + 0.05 * (uniform() - 0.5)) + 0.1 * (100.0 - open) * uniform();
        columns
            .time
            .push(Timestamp::from_nanoseconds(index as i64 * 3_600_000_000_000));
        columns.open.push(open);
        columns.close.push(close);
        columns.high.push(open.max(close) * (1.0 + 0.01 * uniform()));
        columns.low.push(open.min(close) * (1.0 - 0.01 * uniform()));
        columns.volume.push(1.0);
    }
    Bars::new(Timeframe::H1, columns).unwrap()
}

/// a crosses above b at t: a(t) > b(t), and on the last earlier bar where a ≠ b it was a < b, both being defined
/// on every bar in between.
pub(super) fn crosses_above(a: &Line, b: &Line, t: usize) -> bool {
    let sides = |s: usize| Some(a[s]?.total_cmp(&b[s]?));
    if sides(t) != Some(std::cmp::Ordering::Greater) {
        return false;
    }
    let earlier = (0..t).rev().map(sides);
    earlier
        .into_iter()
        .find(|order| *order != Some(std::cmp::Ordering::Equal))
        .flatten()
        == Some(std::cmp::Ordering::Less)
}

/// As [`crosses_above`], with the sides exchanged.
pub(super) fn crosses_below(a: &Line, b: &Line, t: usize) -> bool {
    crosses_above(b, a, t)
}

/// The exponential average of `values[skip..]`, seeded with the mean of the first `period` of them.
pub(super) fn ema_from(values: &Line, period: usize, skip: usize) -> Vec<Option<f64>> {
    let mut out = vec![None; values.len()];
    let mut last = values[skip..skip + period].iter().flatten().sum::<f64>() / period as f64;
    out[skip + period - 1] = Some(last);
    for t in skip + period..values.len() {
        last += 2.0 / (period as f64 + 1.0) * (values[t].unwrap() - last);
        out[t] = Some(last);
    }
    out
}

/// Wilder's average of the true ranges, the first of which is that of bar 1.
pub(super) fn atr(bars: &Bars, period: usize) -> Vec<Option<f64>> {
    let mut out = vec![None; bars.len()];
    let mut average = 0.0;
    for (t, out) in out.iter_mut().enumerate().skip(1) {
        let before = bars.close()[t - 1];
        let range = bars.high()[t].max(before) - bars.low()[t].min(before);
        if t <= period {
            average += range / period as f64;
        } else {
            average += (range - average) / period as f64;
        }
        if t >= period {
            *out = Some(average);
        }
    }
    out
}

/// Fails unless the strategy's masks (long entry, long exit, short entry, short exit) are those of the
/// definitions on every bar, each with some bars set.
pub(super) fn check_signals(
    strategy: &impl SignalStrategy,
    params: &Params,
    bars: &Bars,
    definitions: [&dyn Fn(usize) -> bool; 4],
) {
    let params = strategy.spec().resolve(params).unwrap();
    let input = StrategyInput {
        indicators: &Direct::new(bars),
        first: 0,
        params: &params,
        direction: Direction::Both,
    };
    let signals = strategy.signals(&input).unwrap();
    let masks = [
        &signals.long_entry,
        &signals.long_exit,
        &signals.short_entry,
        &signals.short_exit,
    ];
    for ((mask, definition), what) in
        masks
            .into_iter()
            .zip(definitions)
            .zip(["long entry", "long exit", "short entry", "short exit"])
    {
        let expect = Mask::from_fn(bars.len(), definition);
        let differ = (0..bars.len()).find(|bar| mask.get(*bar) != expect.get(*bar));
        assert_eq!(differ, None, "{what} of {} with {params}", strategy.spec().name);
        assert!(mask.count() > 2, "{what} with {params} proves nothing");
    }
}

/// Fails if there is a signal before the strategy's warm-up, or it asks for more than a few bars too many.
pub(super) fn check_warm_up(strategy: &impl SignalStrategy, params: &Params, bars: &Bars) {
    let params = strategy.spec().resolve(params).unwrap();
    let input = StrategyInput {
        indicators: &Direct::new(bars),
        first: 0,
        params: &params,
        direction: Direction::Both,
    };
    let signals = strategy.signals(&input).unwrap();
    let masks = [
        &signals.long_entry,
        &signals.long_exit,
        &signals.short_entry,
        &signals.short_exit,
    ];
    let first = masks.iter().filter_map(|mask| mask.next_set(0)).min();
    let warm_up = strategy.warm_up(&params).unwrap();
    assert!(
        first >= Some(warm_up),
        "{first:?} is before the warm-up of {warm_up} bars"
    );
}

//! A million bars: sums that would drift.

use threadx_market::Timeframe;
use threadx_spec::Metric;

use super::{
    super::{
        Activity, Annualisation, Benchmark, BenchmarkComparison, EquityCurve, EquityStats, Metrics,
        MetricsInput, TradeStats,
        tail::{LowerTail, Missed, sampled_bars},
    },
    agree, closed,
    reference::{self, total},
    stamps,
};
use crate::Trade;

const BARS: usize = 1_000_000;

/// Numbers in −0.5..0.5 without order (xorshift64).
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64 - 0.5
    }
}

fn check(equity: &[f64], trades: &[Trade]) {
    let time = stamps(Timeframe::M1, equity.len());
    let input = MetricsInput {
        curve: EquityCurve {
            starting_value: 1000.0,
            timeframe: Timeframe::M1,
            time: &time,
            equity,
        },
        trades,
        activity: Activity {
            bars_in_position: 3,
            fill_notional: 1e7,
            fees_paid: 1e3,
            buy_and_hold_return: None,
        },
        annualisation: Annualisation {
            periods_per_year: None,
            risk_free_rate: 0.03,
        },
    };
    let metrics = Metrics::compute(&input);
    let expect = reference::metrics(&input);
    for metric in Metric::ALL {
        let (got, expect) = (metrics.get(*metric), expect.get(metric.as_str()).copied());
        // The third moment of noise is next to nothing beside its parts.
        let scale = if *metric == Metric::Skew { 0.01 } else { 0.0 };
        assert!(
            agree(got, expect, scale),
            "{metric}: {got:?}, by definition {expect:?}"
        );
    }

    let mut kept = EquityStats::new(1000.0, Timeframe::M1, input.annualisation).keeping_returns();
    kept.extend(&time, equity);
    let mut trade_stats = TradeStats::default();
    trades.iter().for_each(|trade| trade_stats.push(trade));
    assert_eq!(Metrics::from_stats(&kept, &trade_stats, &input.activity), metrics);
}

#[test]
fn a_million_bars_and_trades_agree_with_two_passes() {
    let mut noise = Noise(0x5EED);
    let mut value = 1000.0;
    let equity: Vec<f64> = (0..BARS)
        .map(|_| {
            value *= 1.0 + 1e-3 * noise.next();
            value
        })
        .collect();
    let time = stamps(Timeframe::M1, BARS);
    // Large pnl around a small mean.
    let trades: Vec<Trade> = (1..BARS)
        .map(|bar| closed(time[bar - 1], time[bar], 1e4 * noise.next() + 1.0))
        .collect();
    check(&equity, &trades);
}

#[test]
fn a_million_bars_mostly_out_of_the_market() {
    let mut noise = Noise(0xF1A7);
    let mut value = 1000.0;
    let mut equity = Vec::with_capacity(BARS);
    for bar in 0..BARS {
        // In the market for a tenth of the time, in stretches of 500 bars, with a steady drift.
        if bar % 5_000 < 500 {
            value *= 1.0 + 1e-6 + 1e-3 * noise.next();
        }
        equity.push(value);
    }
    check(&equity, &[]);
}

#[test]
fn a_sample_that_misleads_changes_nothing() {
    // The bars that are looked at lose most, so the tail is taken for much lower than it is.
    let mut noise = Noise(0x5A3D);
    let mut steps: Vec<f64> = (0..100_000).map(|_| 1e-3 * noise.next()).collect();
    for bar in sampled_bars(steps.len()) {
        steps[bar] = -0.01 + 1e-3 * noise.next();
    }
    let mut value = 1000.0;
    let equity: Vec<f64> = steps
        .into_iter()
        .map(|step| {
            value *= 1.0 + step;
            value
        })
        .collect();
    let mut misled = LowerTail::guess(equity.len(), |bar| {
        if bar == 0 {
            0.0
        } else {
            equity[bar] / equity[bar - 1] - 1.0
        }
    });
    let returns: Vec<f64> = equity.windows(2).map(|pair| pair[1] / pair[0] - 1.0).collect();
    misled.absorb(&returns);
    assert_eq!(misled.finish(), Err(Missed));
    check(&equity, &[]);
}

#[test]
fn a_million_bars_beside_a_benchmark() {
    let mut noise = Noise(0xBE7A);
    let (mut value, mut price) = (1000.0, 50.0);
    let (mut own, mut market) = (Vec::with_capacity(BARS), Vec::with_capacity(BARS));
    let (mut equity, mut close) = (Vec::with_capacity(BARS), Vec::with_capacity(BARS));
    for _ in 0..BARS {
        let step = noise.next();
        let before = (value, price);
        value *= 1.0 + 1e-3 * (0.7 * step + 0.1 * noise.next());
        price *= 1.0 + 1e-3 * step;
        own.push(value / before.0 - 1.0);
        market.push(price / before.1 - 1.0);
        equity.push(value);
        close.push(price);
    }
    let time = stamps(Timeframe::M1, BARS);
    let curve = EquityCurve {
        starting_value: 1000.0,
        timeframe: Timeframe::M1,
        time: &time,
        equity: &equity,
    };
    let benchmark = Benchmark {
        first_open: 50.0,
        close: &close,
    };
    let got = BenchmarkComparison::compute(&curve, &benchmark, Annualisation::default());

    let n = BARS as f64;
    let (own_mean, market_mean) = (total(&own) / n, total(&market) / n);
    let product = |a: &[f64], a_mean: f64, b: &[f64], b_mean: f64| {
        let products: Vec<f64> = a
            .iter()
            .zip(b)
            .map(|(a, b)| (a - a_mean) * (b - b_mean))
            .collect();
        total(&products) / (n - 1.0)
    };
    let covariance = product(&own, own_mean, &market, market_mean);
    let (own_variance, market_variance) = (
        product(&own, own_mean, &own, own_mean),
        product(&market, market_mean, &market, market_mean),
    );
    let active: Vec<f64> = own
        .iter()
        .zip(&market)
        .map(|(own, market)| own - market)
        .collect();
    let active_mean = total(&active) / n;
    let tracking = product(&active, active_mean, &active, active_mean).sqrt();
    let beta = covariance / market_variance;
    for (name, got, expect) in [
        ("beta", got.beta, beta),
        ("alpha", got.alpha, (own_mean - beta * market_mean) * 525_600.0),
        (
            "correlation",
            got.correlation,
            covariance / (own_variance * market_variance).sqrt(),
        ),
        (
            "tracking_error",
            got.tracking_error,
            tracking * 525_600.0_f64.sqrt(),
        ),
        (
            "information_ratio",
            got.information_ratio,
            active_mean / tracking * 525_600.0_f64.sqrt(),
        ),
    ] {
        assert!(
            agree(got, Some(expect), 0.0),
            "{name}: {got:?}, by definition {expect}"
        );
    }
}

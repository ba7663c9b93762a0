//! Properties over thousands of random runs.

use proptest::{collection::vec, prelude::*};
use threadx_market::{Timeframe, Timestamp};
use threadx_spec::Metric;

use super::{
    super::{
        Activity, Annualisation, Benchmark, BenchmarkComparison, EquityCurve, EquityStats, Metrics,
        MetricsInput, TradeStats, drawdowns, monthly_returns, yearly_returns,
    },
    agree, closed, reference,
};
use crate::Trade;

/// A run without the parts that are one number.
#[derive(Debug, Clone)]
struct Run {
    starting_value: f64,
    timeframe: Timeframe,
    time: Vec<Timestamp>,
    equity: Vec<f64>,
    trades: Vec<Trade>,
    annualisation: Annualisation,
}

impl Run {
    fn input(&self) -> MetricsInput<'_> {
        MetricsInput {
            curve: EquityCurve {
                starting_value: self.starting_value,
                timeframe: self.timeframe,
                time: &self.time,
                equity: &self.equity,
            },
            trades: &self.trades,
            activity: self.activity(),
            annualisation: self.annualisation,
        }
    }

    fn activity(&self) -> Activity {
        Activity {
            bars_in_position: self.equity.len() / 3,
            fill_notional: 1234.5,
            fees_paid: 6.75,
            buy_and_hold_return: Some(-0.125),
        }
    }

    fn stats(&self) -> EquityStats {
        EquityStats::new(self.starting_value, self.timeframe, self.annualisation)
    }

    fn trade_stats(&self) -> TradeStats {
        let mut stats = TradeStats::default();
        self.trades.iter().for_each(|trade| stats.push(trade));
        stats
    }
}

/// Equity in quarters, so that equal values, equal returns and returns of 0 are common.
fn quarters() -> impl Strategy<Value = Vec<f64>> {
    let steps = vec(
        prop_oneof![3 => Just(0_i32), 4 => -3_i32..=3, 3 => -400_i32..=400],
        0..700,
    );
    (steps, any::<bool>()).prop_map(|(steps, ruined)| {
        let mut value = 4_000_i32;
        let mut equity: Vec<f64> = steps
            .into_iter()
            .map(|step| {
                value = (value + step).max(1);
                f64::from(value) / 4.0
            })
            .collect();
        if ruined {
            let from = equity.len() * 9 / 10;
            equity[from..].fill(0.0);
        }
        equity
    })
}

/// Anything that equity may be.
fn wild() -> impl Strategy<Value = Vec<f64>> {
    let any_size =
        prop::num::f64::POSITIVE | prop::num::f64::NORMAL | prop::num::f64::SUBNORMAL | prop::num::f64::ZERO;
    vec(any_size.prop_map(f64::abs), 0..300)
}

fn run(
    equity: impl Strategy<Value = Vec<f64>>,
    pnl: impl Strategy<Value = f64>,
) -> impl Strategy<Value = Run> {
    let timeframe = proptest::sample::select(Timeframe::ALL.to_vec());
    let trades = vec(
        (0_u16..1_000, 0_u16..1_000, pnl, prop::bool::weighted(0.9)),
        0..80,
    );
    let rates = (
        prop::option::of(prop_oneof![Just(252.0), 1.0..1e6]),
        prop_oneof![Just(0.0), -0.1..0.2],
    );
    // Of every so many bars one is missing.
    (timeframe, equity, trades, rates, 2_usize..50).prop_map(|(timeframe, equity, trades, rates, gap)| {
        let mut open = Timestamp::parse("2018-06-15").unwrap();
        let mut time = Vec::new();
        for bar in 0..equity.len() {
            time.push(open);
            open = timeframe.next(open);
            if bar % gap == 0 {
                open = timeframe.next(open);
            }
        }
        let day = |day: u16| Timestamp::from_nanoseconds(i64::from(day) * 86_400_000_000_000);
        let trades = trades
            .into_iter()
            .map(|(entry, held, pnl, is_closed)| {
                let trade = closed(day(entry), day(entry + held), pnl);
                if is_closed {
                    trade
                } else {
                    Trade { exit: None, ..trade }
                }
            })
            .collect();
        Run {
            starting_value: 1000.0,
            timeframe,
            time,
            equity,
            trades,
            annualisation: Annualisation {
                periods_per_year: rates.0,
                risk_free_rate: rates.1,
            },
        }
    })
}

fn tame_run() -> impl Strategy<Value = Run> {
    run(
        quarters(),
        (-4_000_i32..=4_000).prop_map(|quarters| f64::from(quarters) / 4.0),
    )
}

fn wild_run() -> impl Strategy<Value = Run> {
    (
        run(wild(), prop::num::f64::NORMAL),
        prop::num::f64::POSITIVE | prop::num::f64::NORMAL,
    )
        .prop_map(|(run, starting_value)| Run {
            starting_value: starting_value.abs(),
            ..run
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn agree_with_the_definitions(run in tame_run()) {
        let input = run.input();
        let metrics = Metrics::compute(&input);
        let expect = reference::metrics(&input);
        for metric in Metric::ALL {
            let expect = expect.get(metric.as_str()).copied();
            // What can cancel to nothing is compared by the size of its parts.
            let scale = match metric {
                Metric::SharpeRatio | Metric::SortinoRatio => metrics.periods_per_year.sqrt(),
                Metric::Skew | Metric::Kurtosis | Metric::Sqn => 1.0,
                Metric::Expectancy => 1000.0,
                _ => 0.0,
            };
            let got = metrics.get(*metric);
            prop_assert!(agree(got, expect, scale), "{metric}: {got:?}, by definition {expect:?}");
        }
    }

    #[test]
    fn bar_by_bar_gives_the_same_bits(run in tame_run(), cuts in vec(0_usize..400, 0..6)) {
        let whole = Metrics::compute(&run.input());
        let mut pushed = run.stats().keeping_returns();
        for (open, equity) in run.time.iter().zip(&run.equity) {
            pushed.push(*open, *equity);
        }
        prop_assert_eq!(&Metrics::from_stats(&pushed, &run.trade_stats(), &run.activity()), &whole);

        // Slices and single bars in any mixture, looked at on the way.
        let mut mixed = run.stats();
        let mut from = 0;
        for cut in cuts {
            let to = (from + cut).min(run.equity.len());
            mixed.extend(&run.time[from..to], &run.equity[from..to]);
            from = to;
            if let (Some(open), Some(equity)) = (run.time.get(from), run.equity.get(from)) {
                mixed.push(*open, *equity);
                from += 1;
            }
            let so_far = Run {
                time: run.time[..from].to_vec(),
                equity: run.equity[..from].to_vec(),
                ..run.clone()
            };
            let expect = Metrics { value_at_risk_95: None, cvar_95: None, ..Metrics::compute(&so_far.input()) };
            prop_assert_eq!(Metrics::from_stats(&mixed, &run.trade_stats(), &so_far.activity()), expect);
        }
    }

    #[test]
    fn no_field_is_ever_nan_or_infinite(run in wild_run(), close in wild()) {
        let input = run.input();
        let metrics = Metrics::compute(&input);
        for metric in Metric::ALL {
            let got = metrics.get(*metric);
            prop_assert!(got.is_none_or(f64::is_finite), "{metric}: {got:?}");
        }
        prop_assert!(metrics.max_drawdown.is_none_or(|depth| (-1.0..=0.0).contains(&depth)));
        prop_assert!(metrics.win_rate.is_none_or(|rate| (0.0..=1.0).contains(&rate)));

        let benchmark = Benchmark { first_open: run.starting_value, close: &close };
        let versus = BenchmarkComparison::compute(&input.curve, &benchmark, run.annualisation);
        for got in [versus.alpha, versus.beta, versus.correlation, versus.tracking_error, versus.information_ratio] {
            prop_assert!(got.is_none_or(f64::is_finite), "{versus:?}");
        }
        for found in drawdowns(&input.curve) {
            prop_assert!((-1.0..0.0).contains(&found.depth) || found.depth == 0.0, "{found:?}");
            prop_assert!(found.duration > 0.0);
        }
        let months = monthly_returns(&input.curve);
        prop_assert!(months.iter().all(|month| month.return_fraction.is_none_or(f64::is_finite)));
    }

    #[test]
    fn twice_the_money_makes_the_same_returns(run in tame_run(), power in -40_i32..=40) {
        let scale = 2.0_f64.powi(power);
        let scaled = Run {
            starting_value: run.starting_value * scale,
            equity: run.equity.iter().map(|equity| equity * scale).collect(),
            ..run.clone()
        };
        let (metrics, scaled) = (Metrics::compute(&run.input()), Metrics::compute(&scaled.input()));
        for metric in Metric::ALL.iter().filter(|metric| **metric != Metric::Turnover) {
            prop_assert_eq!(metrics.get(*metric), scaled.get(*metric), "{}", metric);
        }
    }

    #[test]
    fn the_market_beside_itself_has_no_tracking_error(run in tame_run(), share in 0.1..10.0_f64) {
        let close: Vec<f64> = run.equity.iter().map(|equity| equity.max(0.25)).collect();
        // Another number of units: the same returns but for their last bits.
        let equity: Vec<f64> = close.iter().map(|close| close * share).collect();
        let curve = EquityCurve { starting_value: 1000.0 * share, equity: &equity, ..run.input().curve };
        let benchmark = Benchmark { first_open: 1000.0, close: &close };
        let itself = BenchmarkComparison::compute(&curve, &benchmark, run.annualisation);
        prop_assert_eq!(itself.tracking_error, (close.len() > 1).then_some(0.0));
        prop_assert_eq!(itself.information_ratio, None);
        if let Some(beta) = itself.beta {
            // As close as returns of some 1e-7 allow, each of which is rounded at 1e-16.
            prop_assert!((beta - 1.0).abs() < 1e-7, "{itself:?}");
            let per_bar = itself.alpha.unwrap() / run.annualisation.periods_per_year(run.timeframe);
            prop_assert!(per_bar.abs() < 1e-10, "{itself:?}");
            prop_assert!(itself.correlation.is_some_and(|r| (1.0 - 1e-7..=1.0).contains(&r)), "{itself:?}");
        } else {
            prop_assert!(close.len() < 2 || close.iter().all(|close| *close == 1000.0));
        }
    }

    #[test]
    fn drawdowns_are_the_stretches_below_the_running_maximum(run in tame_run()) {
        let curve = run.input().curve;
        let found = drawdowns(&curve);
        // Bars below the maximum of all before them: each lies in exactly one drawdown.
        let mut maximum = curve.starting_value;
        for (bar, equity) in curve.equity.iter().enumerate() {
            maximum = maximum.max(*equity);
            let around: Vec<_> = found
                .iter()
                .filter(|found| found.peak_index.is_none_or(|peak| peak < bar))
                .filter(|found| found.recovery_index.is_none_or(|recovery| bar < recovery))
                .collect();
            prop_assert_eq!(around.len(), usize::from(*equity < maximum), "bar {}", bar);
            if let [around] = around[..] {
                prop_assert_eq!(around.peak_equity, maximum);
                prop_assert!(around.trough_equity <= *equity);
                prop_assert!(bar != around.trough_index || *equity == around.trough_equity);
                prop_assert!(bar >= around.trough_index || *equity > around.trough_equity);
            }
        }
        for drawdown in &found {
            let last_on_peak = drawdown.peak_index.map_or(curve.starting_value, |peak| curve.equity[peak]);
            prop_assert_eq!(last_on_peak, drawdown.peak_equity);
            prop_assert!(drawdown.recovery_index.is_none_or(|bar| curve.equity[bar] >= drawdown.peak_equity));
        }

        let metrics = Metrics::compute(&run.input());
        let deepest = found.iter().map(|drawdown| drawdown.depth).fold(0.0, f64::min);
        let longest = found.iter().map(|drawdown| drawdown.duration).fold(0.0, f64::max);
        prop_assert_eq!(metrics.max_drawdown.unwrap_or(0.0), deepest);
        prop_assert_eq!(metrics.max_drawdown_duration.unwrap_or(0.0), longest);
    }

    #[test]
    fn months_and_years_multiply_to_the_total(run in tame_run()) {
        let curve = run.input().curve;
        let date = |bar: usize| curve.time[bar].to_datetime();
        let mut months: Vec<_> = (0..curve.time.len()).map(|bar| (date(bar).year(), u8::from(date(bar).month()))).collect();
        months.dedup();
        let monthly = monthly_returns(&curve);
        prop_assert_eq!(monthly.iter().map(|month| (month.year, month.month)).collect::<Vec<_>>(), months.clone());
        months.dedup_by_key(|month| month.0);
        let yearly = yearly_returns(&curve);
        prop_assert_eq!(
            yearly.iter().map(|year| year.year).collect::<Vec<_>>(),
            months.iter().map(|month| month.0).collect::<Vec<_>>()
        );

        let total = 1.0 + Metrics::compute(&run.input()).total_return.unwrap_or(0.0);
        for product in [
            monthly.iter().filter_map(|month| month.return_fraction).map(|gain| 1.0 + gain).product::<f64>(),
            yearly.iter().filter_map(|year| year.return_fraction).map(|gain| 1.0 + gain).product::<f64>(),
        ] {
            prop_assert!((product - total).abs() <= 1e-9 * total, "{product}, expected {total}");
        }
        let ruined = curve.equity.contains(&0.0);
        prop_assert!(ruined || monthly.iter().all(|month| month.return_fraction.is_some()));
    }
}

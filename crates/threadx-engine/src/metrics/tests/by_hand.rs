//! Examples small enough for paper.

use threadx_market::{Timeframe, Timestamp};
use threadx_spec::Metric;

use super::{
    super::{Activity, Annualisation, EquityCurve, EquityStats, Metrics, MetricsInput, TradeStats},
    closed, of_curve, stamps,
};

const DAY: f64 = 86_400.0;

#[test]
fn four_days_and_three_trades() {
    let time = stamps(Timeframe::D1, 4);
    let trades = [
        closed(time[0], time[1], 4.0),
        closed(time[1], time[3], -2.0),
        closed(time[3], time[3], 0.0),
        crate::Trade {
            exit: None,
            ..closed(time[3], time[3], 99.0)
        },
    ];
    let metrics = Metrics::compute(&MetricsInput {
        // Returns 1/4, −1/2, 0, 1: all exact.
        curve: EquityCurve {
            starting_value: 16.0,
            timeframe: Timeframe::D1,
            time: &time,
            equity: &[20.0, 10.0, 10.0, 20.0],
        },
        trades: &trades,
        activity: Activity {
            bars_in_position: 3,
            fill_notional: 120.0,
            fees_paid: 1.5,
            buy_and_hold_return: Some(0.25),
        },
        annualisation: Annualisation {
            periods_per_year: Some(256.0),
            risk_free_rate: 16.0,
        },
    });
    let check = |metric: Metric, expect: f64| {
        let got = metrics.get(metric).unwrap();
        assert!(
            (got - expect).abs() <= 1e-14 * expect.abs(),
            "{metric}: {got}, expected {expect}"
        );
    };
    // mean 3/16, Σ(r − mean)² = (1 + 121 + 9 + 169)/256 with deviations 1/16, −11/16, −3/16, 13/16.
    let deviation = (300.0 / 256.0_f64 / 3.0).sqrt();
    assert_eq!(metrics.periods_per_year, 256.0);
    check(Metric::TotalReturn, 0.25);
    check(Metric::Cagr, 1.25_f64.powf(365.25 / 4.0) - 1.0);
    check(Metric::Volatility, deviation * 16.0);
    // rf/P = 1/16.
    check(Metric::SharpeRatio, (3.0 / 16.0 - 1.0 / 16.0) / deviation * 16.0);
    // Below 1/16: −1/2 by 9/16 and 0 by 1/16.
    check(
        Metric::SortinoRatio,
        (2.0 / 16.0) / (82.0 / 256.0 / 4.0_f64).sqrt() * 16.0,
    );
    check(Metric::MaxDrawdown, -0.5);
    check(Metric::MaxDrawdownDuration, 3.0 * DAY);
    check(Metric::CalmarRatio, (1.25_f64.powf(365.25 / 4.0) - 1.0) / 0.5);
    check(Metric::OmegaRatio, 1.25 / 0.5);
    // At 3·5% = 0.15 of the way from −1/2 to 0.
    check(Metric::ValueAtRisk95, -0.425);
    check(Metric::Cvar95, -0.5);
    // Σd³ = (1 − 1331 − 27 + 2197)/4096, Σd⁴ = (1 + 14641 + 81 + 28561)/65536.
    let variance = 300.0 / 256.0 / 4.0_f64;
    check(
        Metric::Skew,
        12.0_f64.sqrt() / 2.0 * (840.0 / 4096.0 / 4.0) / variance.powf(1.5),
    );
    let excess = 43_284.0 / 65_536.0 / 4.0 / (variance * variance) - 3.0;
    check(Metric::Kurtosis, 3.0 / 2.0 * (5.0 * excess + 6.0));
    check(Metric::TradeCount, 3.0);
    check(Metric::WinRate, 1.0 / 3.0);
    check(Metric::ProfitFactor, 2.0);
    check(Metric::Expectancy, 2.0 / 3.0);
    check(Metric::AvgWin, 4.0);
    check(Metric::AvgLoss, -2.0);
    check(Metric::BestTrade, 0.2);
    check(Metric::WorstTrade, -0.1);
    check(Metric::AvgTradeDuration, DAY);
    check(Metric::Exposure, 0.75);
    // Deviations 10/3, −8/3, −2/3: variance (100 + 64 + 4)/9/2.
    check(
        Metric::Sqn,
        3.0_f64.sqrt() * (2.0 / 3.0) / (28.0 / 3.0_f64).sqrt(),
    );
    check(Metric::FeesPaid, 1.5);
    check(Metric::Turnover, 120.0 / 15.0);
    check(Metric::BuyAndHoldReturn, 0.25);
}

/// Names of the metrics that are defined.
fn defined(metrics: &Metrics) -> Vec<&'static str> {
    let there = |metric: &&Metric| metrics.get(**metric).is_some();
    Metric::ALL
        .iter()
        .filter(there)
        .map(|metric| metric.as_str())
        .collect()
}

#[test]
fn what_is_undefined_is_none() {
    // No bar, one bar, two bars, three bars.
    let always = ["trade_count", "fees_paid"];
    assert_eq!(defined(&of_curve(Timeframe::H1, &[])), always);
    let mut one = vec!["total_return", "max_drawdown", "max_drawdown_duration"];
    one.extend(["trade_count", "exposure", "fees_paid", "turnover"]);
    // A gain of 10% in an hour, each hour of a year, is beyond an f64.
    assert_eq!(defined(&of_curve(Timeframe::H1, &[1100.0])), one);
    let mut slower = one.clone();
    slower.insert(1, "cagr");
    assert_eq!(defined(&of_curve(Timeframe::D1, &[1100.0])), slower);

    let three = of_curve(Timeframe::D1, &[1100.0, 1000.0, 1050.0]);
    assert!(three.skew.is_some());
    assert_eq!(three.kurtosis, None);
    let two = of_curve(Timeframe::D1, &[1100.0, 1000.0]);
    assert!(two.sharpe_ratio.is_some() && two.value_at_risk_95.is_some());
    assert_eq!(two.skew, None);

    // Never a loss: nothing to divide by.
    let up = of_curve(Timeframe::D1, &[1100.0, 1150.0, 1200.0, 1300.0]);
    assert_eq!(
        (up.sortino_ratio, up.omega_ratio, up.calmar_ratio),
        (None, None, None)
    );
    assert_eq!(
        (up.max_drawdown, up.max_drawdown_duration),
        (Some(0.0), Some(0.0))
    );
}

#[test]
fn a_run_that_never_trades_has_no_ratios() {
    let idle = of_curve(Timeframe::D1, &[1000.0; 700]);
    assert_eq!(
        (idle.total_return, idle.cagr, idle.volatility),
        (Some(0.0), Some(0.0), Some(0.0))
    );
    assert_eq!(
        (idle.max_drawdown, idle.max_drawdown_duration),
        (Some(0.0), Some(0.0))
    );
    assert_eq!((idle.value_at_risk_95, idle.cvar_95), (Some(0.0), Some(0.0)));
    let ratios = [
        idle.sharpe_ratio,
        idle.sortino_ratio,
        idle.calmar_ratio,
        idle.omega_ratio,
    ];
    assert_eq!(ratios, [None; 4]);
    let shapes = [
        idle.skew,
        idle.kurtosis,
        idle.sqn,
        idle.win_rate,
        idle.expectancy,
        idle.best_trade,
    ];
    assert_eq!(shapes, [None; 6]);
}

#[test]
fn a_deviation_of_rounding_noise_counts_as_0() {
    // 1.25 times as much on every bar but for the last bit, which makes returns 1 ulp apart.
    let mut equity: Vec<f64> = (1..300).map(|bar| 1000.0 * 1.25_f64.powi(bar)).collect();
    equity[150] = f64::from_bits(equity[150].to_bits() + 1);
    let steady = of_curve(Timeframe::D1, &equity);
    assert_eq!((steady.volatility, steady.sharpe_ratio), (Some(0.0), None));
    assert_eq!((steady.skew, steady.kurtosis), (None, None));
    // A million times that is no noise.
    equity[150] *= 1.0 + 1e-9;
    assert!(of_curve(Timeframe::D1, &equity).sharpe_ratio.is_some());
}

#[test]
fn a_liquidated_run_stays_at_nothing() {
    let ruined = of_curve(Timeframe::D1, &[1200.0, 600.0, 0.0, 0.0, 0.0]);
    assert_eq!((ruined.total_return, ruined.cagr), (Some(-1.0), Some(-1.0)));
    assert_eq!(ruined.max_drawdown, Some(-1.0));
    assert_eq!(ruined.max_drawdown_duration, Some(4.0 * DAY));
    assert_eq!(ruined.calmar_ratio, Some(-1.0));
    // Returns 0.2, −0.5, −1, 0, 0.
    assert_eq!(ruined.omega_ratio, Some((1200.0 / 1000.0 - 1.0) / 1.5));
    let broke = of_curve(Timeframe::D1, &[0.0, 0.0]);
    assert_eq!(broke.turnover, None);
}

#[test]
fn months_are_as_long_as_they_are() {
    let time: Vec<Timestamp> = ["2019-01-01", "2019-02-01", "2019-03-01", "2019-04-01"]
        .into_iter()
        .map(|date| Timestamp::parse(date).unwrap())
        .collect();
    let mut stats = EquityStats::new(100.0, Timeframe::Month1, Annualisation::default());
    stats.extend(&time, &[110.0, 90.0, 95.0, 112.0]);
    let metrics = Metrics::from_stats(&stats, &TradeStats::default(), &Activity::default());
    assert_eq!(metrics.periods_per_year, 12.0);
    // From the end of January to the end of April.
    assert_eq!(metrics.max_drawdown_duration, Some((28.0 + 31.0 + 30.0) * DAY));
    let years = 120.0 / 365.25;
    assert!((metrics.cagr.unwrap() - (1.12_f64.powf(1.0 / years) - 1.0)).abs() < 1e-14);
}

#[test]
fn the_wire_form_has_every_metric_in_order() {
    let metrics = of_curve(Timeframe::D1, &[1010.0, 1005.0, 1020.0, 1000.0, 990.0]);
    let text = serde_json::to_string(&metrics).unwrap();
    let mut at = text.find("\"periods_per_year\":365.0").unwrap();
    let object: serde_json::Value = serde_json::from_str(&text).unwrap();
    for metric in Metric::ALL {
        let key = text.find(&format!("\"{metric}\":")).unwrap();
        assert!(key > at, "{metric} is out of order");
        at = key;
        assert_eq!(object[metric.as_str()].as_f64(), metrics.get(*metric), "{metric}");
    }
    assert_eq!(object.as_object().unwrap().len(), Metric::ALL.len() + 1);
    assert!(text.contains("\"win_rate\":null") && text.contains("\"trade_count\":0"));
    assert_eq!(serde_json::from_str::<Metrics>(&text).unwrap(), metrics);
}

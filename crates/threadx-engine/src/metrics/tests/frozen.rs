//! Numbers of numpy 2.4.6, scipy 1.17.1 and pandas 3.1.1 on the same data.
//!
//! `numpy.std(ddof=1)`, `numpy.percentile` (linear), `scipy.stats.skew(bias=False)`,
//! `scipy.stats.kurtosis(bias=False)`, `scipy.stats.linregress`, `numpy.corrcoef`,
//! `pandas.Series.resample("MS").last()`; 252 periods a year, a risk-free rate of 2%.

use threadx_market::Timeframe;

use super::{
    super::{
        Activity, Annualisation, Benchmark, BenchmarkComparison, EquityCurve, Metrics, MetricsInput,
        monthly_returns, yearly_returns,
    },
    agree, stamps,
};

#[rustfmt::skip]
const EQUITY: [f64; 64] = [
    1040.56, 1038.13, 1037.64, 1038.12, 1016.99, 975.5, 952.92, 981.22,
    1040.79, 1081.0, 1079.17, 1058.85, 1047.56, 1039.6, 1016.93, 991.63,
    1000.21, 1052.46, 1108.63, 1122.47, 1094.05, 1062.21, 1050.99, 1047.16,
    1035.57, 1033.23, 1066.39, 1123.47, 1156.64, 1137.17, 1090.21, 1061.62,
    1063.63, 1072.94, 1076.49, 1092.4, 1134.5, 1176.7, 1176.51, 1010.29,
    1082.47, 1073.49, 1096.55, 1119.02, 1131.77, 1153.43, 1187.6, 1203.05,
    1172.66, 1117.34, 1088.57, 1108.95, 1150.34, 1176.37, 1186.36, 1200.76,
    1216.78, 1205.92, 1160.15, 1117.02, 1120.57, 1167.9, 1214.4, 1229.52,
];

#[rustfmt::skip]
const CLOSE: [f64; 64] = [
    52.8, 52.88, 53.11, 53.98, 54.46, 53.19, 50.23, 47.36,
    46.56, 48.17, 50.72, 52.49, 53.22, 54.0, 55.7, 57.63,
    58.08, 56.12, 52.81, 50.32, 50.01, 51.29, 52.58, 53.1,
    53.66, 55.46, 58.4, 60.79, 60.87, 58.58, 55.68, 54.05,
    54.01, 54.39, 54.14, 53.71, 54.54, 57.34, 60.93, 63.15,
    62.84, 60.84, 59.01, 58.33, 58.13, 57.23, 55.61, 54.75,
    56.11, 59.5, 62.99, 64.64, 64.25, 63.19, 62.76, 62.78,
    61.99, 59.8, 57.32, 56.55, 58.38, 61.7, 64.41, 65.43,
];

const RATES: Annualisation = Annualisation {
    periods_per_year: Some(252.0),
    risk_free_rate: 0.02,
};

fn check(name: &str, got: Option<f64>, expect: f64) {
    assert!(
        agree(got, Some(expect), 0.0),
        "{name}: {got:?}, expected {expect}"
    );
    // Far closer than the promise.
    assert!(
        (got.unwrap() - expect).abs() <= 1e-12 * expect.abs(),
        "{name}: {got:?}, expected {expect}"
    );
}

#[test]
fn metrics_are_those_of_numpy_and_scipy() {
    let metrics = Metrics::compute(&MetricsInput {
        curve: EquityCurve {
            starting_value: 1000.0,
            timeframe: Timeframe::D1,
            time: &stamps(Timeframe::D1, 64),
            equity: &EQUITY,
        },
        trades: &[],
        activity: Activity {
            fill_notional: 1000.0,
            ..Activity::default()
        },
        annualisation: RATES,
    });
    check("total_return", metrics.total_return, 0.22951999999999995);
    check("cagr", metrics.cagr, 2.251800246706378);
    check("volatility", metrics.volatility, 0.5267825937501511);
    check("sharpe_ratio", metrics.sharpe_ratio, 1.7744240309950214);
    check("sortino_ratio", metrics.sortino_ratio, 2.50986741945686);
    check("max_drawdown", metrics.max_drawdown, -0.1414209229200306);
    check("max_drawdown_duration", metrics.max_drawdown_duration, 777_600.0);
    check("calmar_ratio", metrics.calmar_ratio, 15.922681030583465);
    check("omega_ratio", metrics.omega_ratio, 1.3614335877882093);
    check("value_at_risk_95", metrics.value_at_risk_95, -0.04037049585277983);
    check("cvar_95", metrics.cvar_95, -0.06763735606504528);
    check("skew", metrics.skew, -1.1145124977549064);
    check("kurtosis", metrics.kurtosis, 4.527175019177569);
    check("turnover", metrics.turnover, 1000.0 / 1096.3053125000001);
}

#[test]
fn the_benchmark_comparison_is_that_of_linear_regression() {
    let curve = EquityCurve {
        starting_value: 1000.0,
        timeframe: Timeframe::D1,
        time: &stamps(Timeframe::D1, 64),
        equity: &EQUITY,
    };
    let benchmark = Benchmark {
        first_open: 50.0,
        close: &CLOSE,
    };
    let comparison = BenchmarkComparison::compute(&curve, &benchmark, RATES);
    check("beta", comparison.beta, -0.052150537573296546);
    check("alpha", comparison.alpha, 0.9957942486425255);
    check("correlation", comparison.correlation, -0.05086346612794137);
    check("tracking_error", comparison.tracking_error, 0.75432353223232);
    check(
        "information_ratio",
        comparison.information_ratio,
        -0.3129662938874157,
    );
}

#[test]
fn monthly_returns_are_those_of_pandas() {
    // 2019-01-20 to 2019-03-24.
    let curve = EquityCurve {
        starting_value: 1000.0,
        timeframe: Timeframe::D1,
        time: &stamps(Timeframe::D1, 64),
        equity: &EQUITY,
    };
    let months = monthly_returns(&curve);
    let names: Vec<_> = months.iter().map(|month| (month.year, month.month)).collect();
    assert_eq!(names, [(2019, 1), (2019, 2), (2019, 3)]);
    check("January", months[0].return_fraction, 0.05884999999999985);
    check("February", months[1].return_fraction, -0.04586107569532981);
    check("March", months[2].return_fraction, 0.2169970998426194);
    let years = yearly_returns(&curve);
    assert_eq!(years.len(), 1);
    assert_eq!(
        (years[0].year, years[0].return_fraction),
        (2019, Some(EQUITY[63] / 1000.0 - 1.0))
    );
}

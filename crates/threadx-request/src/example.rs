//! Requests to start from.

use crate::RequestKind;

impl RequestKind {
    /// A request of this kind in JSON to start from; the documentation shows it.
    ///
    /// ```
    /// use threadx_request::{BacktestRequest, RequestContext, RequestKind, Valid};
    ///
    /// let text = RequestKind::Backtest.example();
    /// assert!(Valid::<BacktestRequest>::from_json(text, &RequestContext::open()).is_ok());
    /// ```
    #[must_use]
    pub const fn example(self) -> &'static str {
        match self {
            Self::Backtest => {
                r#"{
  "token": "BTCUSDT",
  "timeframe": "1h",
  "strategy": "ma_crossover",
  "start_date": "2019-01-01",
  "end_date": "2019-07-01",
  "params": { "fast_period": 12, "slow_period": 26 },
  "direction": "both",
  "sizing": { "fraction": 0.5 },
  "stop_loss": 0.05
}"#
            }
            Self::Indicators => {
                r#"{
  "token": "BTCUSDT",
  "timeframe": "1d",
  "start_date": "2019-01-01",
  "end_date": "2020-01-01",
  "indicators": [
    { "name": "sma", "params": { "period": 20 } },
    { "name": "rsi" }
  ]
}"#
            }
            Self::Sweep => {
                r#"{
  "token": "BTCUSDT",
  "timeframe": "1h",
  "strategy": "ma_crossover",
  "start_date": "2019-01-01T00:00:00Z",
  "end_date": "2019-07-01T00:00:00Z",
  "param_grid": {
    "fast_period": { "min": 5, "max": 50, "step": 5 },
    "slow_period": [50, 100, 200],
    "kind": ["sma", "ema"]
  },
  "criteria": ["sortino_ratio", "max_drawdown"],
  "top_n": 20
}"#
            }
            Self::Data => {
                r#"{
  "tokens": ["BTCUSDT", "ETHUSDT"],
  "timeframe": "1h",
  "start": "2019-01-01",
  "end": "2020-01-01",
  "checks": ["completeness", "gaps", "ohlc"]
}"#
            }
        }
    }
}

//! What is measured of a backtest.

use serde::{Deserialize, Serialize};

/// Which end of a metric is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Preference {
    /// More is better.
    Higher,
    /// Less is better.
    Lower,
}

impl Preference {
    /// Wire names.
    pub const NAMES: [(&'static str, Self); 2] = [("higher", Self::Higher), ("lower", Self::Lower)];

    /// The wire name, `snake_case`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Higher => "higher",
            Self::Lower => "lower",
        }
    }

    /// The preference of that wire name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let named = Self::NAMES.iter().find(|(known, _)| *known == name);
        named.map(|(_, preference)| *preference)
    }
}

macro_rules! metrics {
    ($($variant:ident $name:literal $preference:ident $doc:literal)*) => {
        /// What is measured of a backtest. Shares and returns are fractions, not percent.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum Metric {
            $(
                #[doc = $doc]
                #[serde(rename = $name)]
                $variant,
            )*
        }

        impl Metric {
            /// Every metric, in the order in which they are documented and printed.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The wire name, `snake_case`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// Which end is better when results are ranked by this metric.
            #[must_use]
            pub const fn preference(self) -> Preference {
                match self {
                    $(Self::$variant => Preference::$preference,)*
                }
            }

            /// One line: the definition, with its unit.
            #[must_use]
            pub const fn description(self) -> &'static str {
                match self {
                    $(Self::$variant => $doc,)*
                }
            }
        }
    };
}

metrics! {
    TotalReturn "total_return" Higher "Final equity over starting value, minus 1."
    Cagr "cagr" Higher "Compound growth a year of 365.25 days."
    Volatility "volatility" Lower "Standard deviation of the returns, annualised."
    SharpeRatio "sharpe_ratio" Higher "Mean excess return over standard deviation, annualised."
    SortinoRatio "sortino_ratio" Higher "Mean excess return over downside deviation, annualised."
    MaxDrawdown "max_drawdown" Higher "Largest fall of equity from a peak, a fraction ≤ 0."
    MaxDrawdownDuration "max_drawdown_duration" Lower "Longest time from a peak to its recovery or to the end, seconds."
    CalmarRatio "calmar_ratio" Higher "`cagr` over |`max_drawdown`|."
    OmegaRatio "omega_ratio" Higher "Sum of gains over sum of losses of the returns."
    ValueAtRisk95 "value_at_risk_95" Higher "5% quantile of the returns (linear interpolation)."
    Cvar95 "cvar_95" Higher "Mean of the returns at or below `value_at_risk_95`."
    Skew "skew" Higher "Bias-corrected skewness (G1) of the returns."
    Kurtosis "kurtosis" Lower "Bias-corrected excess kurtosis (G2) of the returns."
    TradeCount "trade_count" Higher "Closed trades."
    WinRate "win_rate" Higher "Share of closed trades with pnl > 0."
    ProfitFactor "profit_factor" Higher "Sum of winning pnl over |sum of losing pnl|."
    Expectancy "expectancy" Higher "Mean pnl of closed trades, currency."
    AvgWin "avg_win" Higher "Mean pnl of winning trades, currency."
    AvgLoss "avg_loss" Higher "Mean pnl of losing trades, currency."
    BestTrade "best_trade" Higher "Largest trade return (pnl over quantity × entry price)."
    WorstTrade "worst_trade" Higher "Smallest trade return (pnl over quantity × entry price)."
    AvgTradeDuration "avg_trade_duration" Lower "Mean time from entry to exit stamp of closed trades, seconds."
    Exposure "exposure" Lower "Share of bars with a position at the close."
    Sqn "sqn" Higher "System quality number: √n × mean pnl over its standard deviation."
    FeesPaid "fees_paid" Lower "All fees, the open trade's included, currency."
    Turnover "turnover" Lower "Sum of fill notionals over mean equity."
    BuyAndHoldReturn "buy_and_hold_return" Higher "Last close over first open, minus 1."
}

impl Metric {
    /// The metric of that wire name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|metric| metric.as_str() == name)
    }
}

impl std::fmt::Display for Metric {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wire_names_read_back() -> Result<(), serde_json::Error> {
        for metric in Metric::ALL {
            assert_eq!(Metric::from_name(metric.as_str()), Some(*metric));
            assert_eq!(serde_json::to_string(metric)?, format!("{:?}", metric.as_str()));
        }
        Ok(())
    }
}

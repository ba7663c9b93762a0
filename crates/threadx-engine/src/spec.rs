//! What a run is to do, checked.

use threadx_error::BacktestError;
use threadx_spec::{Direction, FillModel, Sizing};

/// How a run trades: the fields of [`BacktestSpec`] before they are checked.
///
/// The default is that of a request: 10,000 of cash, a fee of 0.1% a side, long, all in, filled at the
/// next open.
#[derive(Debug, Clone, PartialEq)]
pub struct BacktestOptions {
    /// Starting cash, currency, above 0.
    pub portfolio_value: f64,
    /// Multiple of equity that an all-in entry takes, 0 to 10; 0 trades nothing.
    pub leverage: f64,
    /// Fee per side as a fraction of the fill's notional, 0 to 1.
    pub fee_rate: f64,
    /// Fraction by which each fill is worse than the price, at least 0 and below 1.
    pub slippage_rate: f64,
    /// Cost of a short position as a fraction of its notional a year, at least 0.
    pub borrow_rate: f64,
    /// Which sides may be taken.
    pub direction: Direction,
    /// When a decision is executed.
    pub fill: FillModel,
    /// How large an entry is; `None` leaves it to the strategy, else all in.
    pub sizing: Option<Sizing>,
    /// Whether quantities are rounded down to whole units.
    pub whole_units: bool,
    /// Distance of the stop from the entry's fill price as a fraction in (0, 1).
    pub stop_loss: Option<f64>,
    /// Distance of the trailing stop from the best price as a fraction in (0, 1).
    pub trailing_stop: Option<f64>,
    /// Distance of the target from the entry's fill price as a fraction above 0.
    pub take_profit: Option<f64>,
    /// Most bars that a position is held before its exit is decided, at least 1.
    pub max_hold: Option<usize>,
    /// Whether the strategy's exits count.
    pub exit_on_signal: bool,
    /// Bars in a year, above 0; `None` takes the timeframe's.
    pub periods_per_year: Option<f64>,
    /// Risk-free return a year as a fraction.
    pub risk_free_rate: f64,
}

impl Default for BacktestOptions {
    fn default() -> Self {
        Self {
            portfolio_value: 10_000.0,
            leverage: 1.0,
            fee_rate: 0.001,
            slippage_rate: 0.0,
            borrow_rate: 0.0,
            direction: Direction::Long,
            fill: FillModel::NextOpen,
            sizing: None,
            whole_units: false,
            stop_loss: None,
            trailing_stop: None,
            take_profit: None,
            max_hold: None,
            exit_on_signal: true,
            periods_per_year: None,
            risk_free_rate: 0.0,
        }
    }
}

/// Checked [`BacktestOptions`]; the only thing that the simulator takes.
///
/// ```
/// use threadx_engine::{BacktestOptions, BacktestSpec};
///
/// assert!(BacktestSpec::new(BacktestOptions::default()).is_ok());
/// let wrong = BacktestOptions { fee_rate: -0.1, ..BacktestOptions::default() };
/// assert_eq!(
///     BacktestSpec::new(wrong).unwrap_err().to_string(),
///     "fee_rate must be between 0 and 1, got -0.1"
/// );
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct BacktestSpec {
    options: BacktestOptions,
}

impl BacktestSpec {
    /// The options, if each is within its bounds.
    ///
    /// # Errors
    ///
    /// [`BacktestError::Spec`] for the first that is not.
    pub fn new(options: BacktestOptions) -> Result<Self, BacktestError> {
        let check = |field: &'static str, value: f64, ok: bool, expected: &'static str| {
            if ok && value.is_finite() {
                Ok(())
            } else {
                Err(BacktestError::Spec {
                    field,
                    expected,
                    got: value.to_string(),
                })
            }
        };
        let o = &options;
        check(
            "portfolio_value",
            o.portfolio_value,
            o.portfolio_value > 0.0,
            "above 0",
        )?;
        check(
            "leverage",
            o.leverage,
            (0.0..=10.0).contains(&o.leverage),
            "between 0 and 10",
        )?;
        check(
            "fee_rate",
            o.fee_rate,
            (0.0..=1.0).contains(&o.fee_rate),
            "between 0 and 1",
        )?;
        check(
            "slippage_rate",
            o.slippage_rate,
            (0.0..1.0).contains(&o.slippage_rate),
            "at least 0 and below 1",
        )?;
        check("borrow_rate", o.borrow_rate, o.borrow_rate >= 0.0, "at least 0")?;
        check("risk_free_rate", o.risk_free_rate, true, "finite")?;
        match o.sizing {
            None | Some(Sizing::AllIn) => {}
            Some(Sizing::Fraction(x)) => {
                check("sizing.fraction", x, x > 0.0 && x <= 1.0, "above 0 and at most 1")?;
            }
            Some(Sizing::Cash(x)) => check("sizing.cash", x, x > 0.0, "above 0")?,
            Some(Sizing::Quantity(x)) => check("sizing.quantity", x, x > 0.0, "above 0")?,
            Some(Sizing::Risk(x)) => check("sizing.risk", x, x > 0.0 && x <= 1.0, "above 0 and at most 1")?,
            Some(_) => {
                return Err(BacktestError::Spec {
                    field: "sizing",
                    expected: "a sizing that this engine has",
                    got: format!("{:?}", o.sizing),
                });
            }
        }
        let between_0_and_1 = "above 0 and below 1";
        if let Some(x) = o.stop_loss {
            check("stop_loss", x, x > 0.0 && x < 1.0, between_0_and_1)?;
        }
        if let Some(x) = o.trailing_stop {
            check("trailing_stop", x, x > 0.0 && x < 1.0, between_0_and_1)?;
        }
        if let Some(x) = o.take_profit {
            check("take_profit", x, x > 0.0, "above 0")?;
        }
        if o.max_hold == Some(0) {
            return Err(BacktestError::Spec {
                field: "max_hold",
                expected: "at least 1",
                got: "0".to_owned(),
            });
        }
        if let Some(x) = o.periods_per_year {
            check("periods_per_year", x, x > 0.0, "above 0")?;
        }
        Ok(Self { options })
    }

    /// The checked options.
    #[must_use]
    pub fn options(&self) -> &BacktestOptions {
        &self.options
    }
}

impl TryFrom<BacktestOptions> for BacktestSpec {
    type Error = BacktestError;

    fn try_from(options: BacktestOptions) -> Result<Self, BacktestError> {
        Self::new(options)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_bound_is_refused_beyond_and_accepted_at() {
        let check = |change: fn(&mut BacktestOptions), expect: Option<&str>| {
            let mut options = BacktestOptions::default();
            change(&mut options);
            let got = BacktestSpec::new(options).err().map(|error| error.to_string());
            match (got.as_deref(), expect) {
                (None, None) => {}
                (Some(got), Some(expect)) => assert!(got.starts_with(expect), "{got}"),
                (got, expect) => panic!("{got:?} is not {expect:?}"),
            }
        };
        check(
            |o| o.portfolio_value = 0.0,
            Some("portfolio_value must be above 0"),
        );
        check(
            |o| o.portfolio_value = f64::INFINITY,
            Some("portfolio_value must be above 0, got inf"),
        );
        check(|o| o.leverage = 0.0, None);
        check(|o| o.leverage = 10.0, None);
        check(|o| o.leverage = 10.1, Some("leverage"));
        check(|o| o.leverage = f64::NAN, Some("leverage"));
        check(|o| o.fee_rate = 1.0, None);
        check(|o| o.fee_rate = 1.1, Some("fee_rate"));
        check(|o| o.slippage_rate = 1.0, Some("slippage_rate"));
        check(|o| o.borrow_rate = -0.1, Some("borrow_rate"));
        check(
            |o| o.sizing = Some(Sizing::Fraction(0.0)),
            Some("sizing.fraction"),
        );
        check(|o| o.sizing = Some(Sizing::Fraction(1.0)), None);
        check(|o| o.sizing = Some(Sizing::Risk(1.1)), Some("sizing.risk"));
        check(|o| o.stop_loss = Some(1.0), Some("stop_loss"));
        check(|o| o.trailing_stop = Some(0.0), Some("trailing_stop"));
        check(|o| o.take_profit = Some(3.0), None);
        check(|o| o.max_hold = Some(0), Some("max_hold"));
        check(|o| o.periods_per_year = Some(0.0), Some("periods_per_year"));
        check(|o| o.risk_free_rate = f64::NAN, Some("risk_free_rate"));
    }
}

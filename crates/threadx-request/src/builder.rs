//! Builders for Rust callers.

mod backtest;
mod data;
mod indicators;
mod sweep;

pub use backtest::BacktestBuilder;
pub use data::DataBuilder;
pub use indicators::IndicatorBuilder;
pub use sweep::SweepBuilder;

/// Makes a builder over a [`Document`](crate::Document): its setters put typed values in, its end runs the rules.
macro_rules! builder {
    ($(#[$doc:meta])* $builder:ident for $request:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Default)]
        pub struct $builder {
            document: $crate::Document,
        }

        impl $builder {
            /// A builder without fields.
            #[must_use]
            pub fn new() -> Self {
                Self::default()
            }

            /// The document as it is so far.
            #[must_use]
            pub const fn document(&self) -> &$crate::Document {
                &self.document
            }

            /// Validates the request.
            ///
            /// # Errors
            ///
            /// Every rule that the request breaks.
            pub fn build(
                &self,
                context: &$crate::RequestContext,
            ) -> Result<$crate::Valid<$crate::$request>, threadx_error::ValidationError> {
                $crate::Valid::from_document(&self.document, context)
            }
        }
    };
}

/// Setters named for their fields, within an `impl` of a builder.
macro_rules! setters {
    ($($field:ident: $type:ty, $doc:literal;)*) => {
        $(
            #[doc = $doc]
            #[must_use]
            pub fn $field(mut self, $field: $type) -> Self {
                self.document.set(stringify!($field).trim_start_matches("r#"), $field);
                self
            }
        )*
    };
}

/// The setters that a backtest and a sweep have both.
macro_rules! run_setters {
    () => {
        $crate::builder::setters! {
            token: &str, "Sets the market to trade.";
            tokens: Vec<&str>, "Sets 2 to 100 markets to trade as one portfolio, instead of one token.";
            timeframe: threadx_market::Timeframe, "Sets the interval of one bar.";
            strategy: &str, "Sets the name of the strategy.";
            start_date: threadx_market::Timestamp, "Sets the first open time that is included.";
            end_date: threadx_market::Timestamp, "Sets the first open time that is no longer included.";
            portfolio_value: f64, "Sets the equity at the start, above 0.";
            leverage: f64, "Sets the largest notional of an entry over equity, 0 to 10.";
            fee_rate: f64, "Sets the fee of each side, 0 to 1 of the notional.";
            slippage_rate: f64, "Sets by how much each fill is worse than its price, from 0 to below 1.";
            borrow_rate: f64, "Sets the cost of a short position a year, at least 0.";
            direction: threadx_spec::Direction, "Sets which sides may be taken.";
            fill: threadx_spec::FillModel, "Sets when a decision is executed.";
            sizing: threadx_spec::Sizing, "Sets how large an entry is.";
            whole_units: bool, "Sets whether quantities are rounded down to whole units.";
            stop_loss: f64, "Sets the distance of the stop from the entry, between 0 and 1.";
            trailing_stop: f64, "Sets the distance of the stop from the best price since the entry, between 0 and 1.";
            take_profit: f64, "Sets the distance of the target from the entry, above 0.";
            max_hold: u64, "Sets the bars after which a position is closed, at least 1.";
            exit_on_signal: bool, "Sets whether the strategy's exits are heeded.";
            warm_up: threadx_spec::WarmUp, "Sets whether indicators may read stored bars before `start_date`.";
            periods_per_year: f64, "Sets the bars a year, above 0.";
            risk_free_rate: f64, "Sets the return a year without risk.";
            seed: u64, "Sets the seed of everything random.";
        }
    };
}

use {builder, run_setters, setters};

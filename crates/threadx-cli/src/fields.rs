//! Flags as the fields of a request.

use threadx::{
    error::{ValidationError, Violation, ViolationCode},
    request::{Document, Value},
};

use crate::args::FieldArgs;

impl FieldArgs {
    /// The request that the flags describe, not yet validated; what is not given is left out.
    pub(crate) fn document(&self) -> Result<Document, ValidationError> {
        let mut document = Document::new();
        let fields = [
            ("token", &self.token),
            ("timeframe", &self.timeframe),
            ("strategy", &self.strategy),
            ("start_date", &self.start_date),
            ("end_date", &self.end_date),
            ("portfolio_value", &self.portfolio_value),
            ("leverage", &self.leverage),
            ("fee_rate", &self.fee_rate),
            ("slippage_rate", &self.slippage_rate),
            ("borrow_rate", &self.borrow_rate),
            ("direction", &self.direction),
            ("fill", &self.fill),
            ("sizing", &self.sizing),
            ("stop_loss", &self.stop_loss),
            ("trailing_stop", &self.trailing_stop),
            ("take_profit", &self.take_profit),
            ("max_hold", &self.max_hold),
            ("exit_on_signal", &self.exit_on_signal),
            ("warm_up", &self.warm_up),
            ("periods_per_year", &self.periods_per_year),
            ("risk_free_rate", &self.risk_free_rate),
            ("seed", &self.seed),
        ];
        for (name, text) in fields {
            if let Some(text) = text {
                document.set(name, Value::untyped(text));
            }
        }
        if self.whole_units {
            document.set("whole_units", true);
        }
        let mut violations = Vec::new();
        for param in &self.params {
            match param.split_once('=') {
                Some((name, value)) => document.set_in("params", name.trim(), Value::untyped(value.trim())),
                None => violations.push(
                    Violation::new(
                        "params",
                        ViolationCode::BadFormat,
                        format!("must be name=value, got {param}"),
                    )
                    .with_value(param.as_str()),
                ),
            }
        }
        ValidationError::check(violations)?;
        Ok(document)
    }
}

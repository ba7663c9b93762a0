//! The one error type that leaves ThreadX.

use std::sync::Arc;

use serde::ser::{Serialize, SerializeStruct, Serializer};

use crate::{
    BacktestError, ConfigurationError, Context, CoordinatorError, DataError, ErrorKind, IndicatorError,
    SweepError, ValidationError, Violation,
};

/// A result whose error is [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The one error type that leaves ThreadX: a failure of some layer, and what was being done.
///
/// Cloning copies a pointer. The text is that of the layer's error; the context is apart, so that
/// the text does not repeat it. Serialises to the object that the program prints as `error`:
/// `{ kind, code, message, violations, context, causes }`.
#[derive(Clone)]
pub struct Error(Arc<Inner>);

#[derive(Debug, Clone)]
struct Inner {
    layer: Layer,
    context: Context,
}

/// The layers' errors, each behind a pointer so that a clone with more context shares it.
#[derive(Debug, Clone)]
enum Layer {
    Validation(Arc<ValidationError>),
    Configuration(Arc<ConfigurationError>),
    Data(Arc<DataError>),
    Indicator(Arc<IndicatorError>),
    Backtest(Arc<BacktestError>),
    Sweep(Arc<SweepError>),
    Coordinator(Arc<CoordinatorError>),
}

macro_rules! layers {
    ($($variant:ident($type:ty), $getter:ident;)*) => {
        $(
            impl From<$type> for Error {
                fn from(error: $type) -> Self {
                    Self(Arc::new(Inner {
                        layer: Layer::$variant(Arc::new(error)),
                        context: Context::default(),
                    }))
                }
            }
        )*

        impl Error {
            /// The layer that the error comes from.
            #[must_use]
            pub fn kind(&self) -> ErrorKind {
                match &self.0.layer {
                    $(Layer::$variant(_) => ErrorKind::$variant,)*
                }
            }

            $(
                #[doc = concat!("The layer's own error, if it is a [`", stringify!($type), "`].")]
                #[must_use]
                pub fn $getter(&self) -> Option<&$type> {
                    match &self.0.layer {
                        Layer::$variant(error) => Some(error),
                        _ => None,
                    }
                }
            )*

            fn layer(&self) -> &(dyn std::error::Error + 'static) {
                match &self.0.layer {
                    $(Layer::$variant(error) => &**error,)*
                }
            }
        }
    };
}

layers! {
    Validation(ValidationError), as_validation;
    Configuration(ConfigurationError), as_configuration;
    Data(DataError), as_data;
    Indicator(IndicatorError), as_indicator;
    Backtest(BacktestError), as_backtest;
    Sweep(SweepError), as_sweep;
    Coordinator(CoordinatorError), as_coordinator;
}

macro_rules! context_setters {
    ($($name:ident, $set:ident, $doc:literal;)*) => {
        $(
            #[doc = $doc]
            #[must_use]
            pub fn $name(self, value: impl Into<String>) -> Self {
                self.change(|context| context.$set(value))
            }
        )*
    };
}

impl Error {
    context_setters! {
        with_operation, set_operation, "Adds what was being done, unless an inner layer has said it.";
        with_token, set_token, "Adds the token it was done to, unless an inner layer has said it.";
        with_timeframe, set_timeframe, "Adds the timeframe, unless an inner layer has said it.";
        with_strategy, set_strategy, "Adds the strategy, unless an inner layer has said it.";
        with_indicator, set_indicator, "Adds the indicator, unless an inner layer has said it.";
        with_path, set_path, "Adds the file, unless an inner layer has said it.";
    }

    /// Adds the coordinator's number of the task, unless it is known.
    #[must_use]
    pub fn with_task_id(self, id: u64) -> Self {
        self.change(|context| context.set_task_id(id))
    }

    fn change(mut self, set: impl FnOnce(&mut Context)) -> Self {
        set(&mut Arc::make_mut(&mut self.0).context);
        self
    }

    /// The stable name of the reason, `snake_case`; never given another meaning.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match &self.0.layer {
            Layer::Validation(_) => "invalid_request",
            Layer::Configuration(error) => error.code(),
            Layer::Data(error) => error.code(),
            Layer::Indicator(error) => error.code(),
            Layer::Backtest(error) => error.code(),
            Layer::Sweep(error) => error.code(),
            Layer::Coordinator(error) => error.code(),
        }
    }

    /// What was being done, and to what.
    #[must_use]
    pub fn context(&self) -> &Context {
        &self.0.context
    }

    /// Every broken rule, sorted by field; empty unless the request or the settings were invalid.
    #[must_use]
    pub fn violations(&self) -> &[Violation] {
        match &self.0.layer {
            Layer::Validation(error) => error.violations(),
            Layer::Configuration(error) => match &**error {
                ConfigurationError::Invalid { violations } => violations,
                _ => &[],
            },
            _ => &[],
        }
    }

    /// Whether the same call may succeed later without any change by the caller.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match &self.0.layer {
            Layer::Coordinator(error) => error.is_retryable(),
            Layer::Data(error) => match &**error {
                DataError::Read { source, .. } | DataError::Write { source, .. } => matches!(
                    source.kind(),
                    std::io::ErrorKind::Interrupted
                        | std::io::ErrorKind::WouldBlock
                        | std::io::ErrorKind::TimedOut
                        | std::io::ErrorKind::ResourceBusy
                ),
                _ => false,
            },
            _ => false,
        }
    }

    /// The texts of the causes, nearest first; the error's own text is not among them.
    #[must_use]
    pub fn causes(&self) -> Vec<String> {
        let mut causes = Vec::new();
        let mut next = self.layer().source();
        while let Some(cause) = next {
            causes.push(cause.to_string());
            next = cause.source();
        }
        causes
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self.layer(), f)
    }
}

impl std::fmt::Debug for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.kind())
            .field("code", &self.code())
            .field("layer", &self.0.layer)
            .field("context", &self.0.context)
            .finish()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.layer().source()
    }
}

impl Serialize for Error {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Error", 6)?;
        object.serialize_field("kind", &self.kind())?;
        object.serialize_field("code", self.code())?;
        object.serialize_field("message", &self.to_string())?;
        object.serialize_field("violations", self.violations())?;
        object.serialize_field("context", self.context())?;
        object.serialize_field("causes", &self.causes())?;
        object.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ViolationCode;

    #[test]
    fn an_inner_layer_s_context_wins() {
        let error = Error::from(BacktestError::NoBars)
            .with_token("ETHUSDT")
            .with_token("BTCUSDT")
            .with_task_id(3)
            .with_task_id(4);
        assert_eq!(error.context().token(), Some("ETHUSDT"));
        assert_eq!(error.context().task_id(), Some(3));
    }

    #[test]
    fn a_clone_with_more_context_leaves_the_first_alone() {
        let first = Error::from(BacktestError::NoBars);
        let second = first.clone().with_token("BTCUSDT");
        assert_eq!(first.context().token(), None);
        assert_eq!(second.context().token(), Some("BTCUSDT"));
    }

    #[test]
    fn causes_are_listed_once_and_not_in_the_text() {
        let error = Error::from(DataError::Read {
            path: "bars.csv".into(),
            source: std::io::Error::new(std::io::ErrorKind::NotFound, "it is not there"),
        });
        assert_eq!(error.to_string(), "cannot read bars.csv");
        assert_eq!(error.causes(), ["it is not there"]);
    }

    #[test]
    fn serialises_to_the_program_s_error_object() -> Result<(), Box<dyn std::error::Error>> {
        let violations = vec![
            Violation::new("token", ViolationCode::Missing, "is required"),
            Violation::new("fee_rate", ViolationCode::OutOfRange, "must be at most 1, got 2").with_value(2),
        ];
        let error = match ValidationError::check(violations) {
            Ok(()) => return Err("two violations are an error".into()),
            Err(error) => Error::from(error).with_operation("backtest"),
        };
        assert_eq!(
            serde_json::to_value(&error)?,
            serde_json::json!({
                "kind": "validation",
                "code": "invalid_request",
                "message": "invalid request: fee_rate must be at most 1, got 2 (and 1 more violation)",
                "violations": [
                    {"field": "fee_rate", "code": "out_of_range", "message": "must be at most 1, got 2", "value": 2},
                    {"field": "token", "code": "missing", "message": "is required"},
                ],
                "context": {"operation": "backtest"},
                "causes": [],
            })
        );
        Ok(())
    }
}

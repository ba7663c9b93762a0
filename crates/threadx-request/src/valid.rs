//! The proof that a request keeps all rules.

use std::{fmt::Debug, ops::Deref};

use serde::{Serialize, Serializer};
use threadx_error::{ValidationError, Violation, ViolationCode};

use crate::{Document, RequestContext, RequestKind, read, violations::Violations};

/// A request that keeps all rules of the [`RequestContext`] that it was validated with.
///
/// There is no other way to one than through the rules, and no way to change what is inside, so a function that takes
/// `&Valid<BacktestRequest>` needs no checks of its own:
///
/// ```
/// use threadx_request::{BacktestRequest, RequestContext, Valid};
///
/// fn run(request: &Valid<BacktestRequest>) -> f64 {
///     request.portfolio_value
/// }
///
/// let text = r#"{"token": "BTCUSDT", "timeframe": "1h", "strategy": "ma_crossover",
///                "start_date": "2019-01-01", "end_date": "2019-06-30"}"#;
/// let request = Valid::<BacktestRequest>::from_json(text, &RequestContext::open())?;
/// assert_eq!(run(&request), 10_000.0);
/// # Ok::<(), threadx_error::ValidationError>(())
/// ```
///
/// The same with a request that nobody checked does not compile:
///
/// ```compile_fail,E0308
/// use threadx_request::{BacktestRequest, RequestContext, Valid};
///
/// fn run(request: &Valid<BacktestRequest>) -> f64 {
///     request.portfolio_value
/// }
///
/// let text = r#"{"token": "BTCUSDT", "timeframe": "1h", "strategy": "ma_crossover",
///                "start_date": "2019-01-01", "end_date": "2019-06-30"}"#;
/// let request = Valid::<BacktestRequest>::from_json(text, &RequestContext::open())?;
/// let request: BacktestRequest = request.into_inner();
/// assert_eq!(run(&request), 10_000.0);
/// # Ok::<(), threadx_error::ValidationError>(())
/// ```
///
/// Nor does making one by hand, or changing one:
///
/// ```compile_fail,E0423
/// # use threadx_request::{BacktestRequest, Valid};
/// fn forge(request: BacktestRequest) -> Valid<BacktestRequest> {
///     Valid(request)
/// }
/// ```
///
/// ```compile_fail,E0594
/// # use threadx_request::{BacktestRequest, Valid};
/// fn change(request: &mut Valid<BacktestRequest>) {
///     request.fee_rate = f64::NAN;
/// }
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Valid<T>(T);

impl<T> Valid<T> {
    /// For this crate, where it has checked `value`.
    pub(crate) const fn checked(value: T) -> Self {
        Self(value)
    }

    /// The request itself, to change it and have it validated again.
    pub fn into_inner(self) -> T {
        self.0
    }

    /// The request itself.
    pub const fn get(&self) -> &T {
        &self.0
    }
}

impl<T: Request> Valid<T> {
    /// Validates a request in JSON.
    ///
    /// # Errors
    ///
    /// Every rule that the request breaks.
    pub fn from_json(bytes: impl AsRef<[u8]>, context: &RequestContext) -> Result<Self, ValidationError> {
        Self::from_document(&Document::from_json(bytes, context.document_limits())?, context)
    }

    /// Validates a request in TOML.
    ///
    /// # Errors
    ///
    /// Every rule that the request breaks.
    pub fn from_toml(bytes: impl AsRef<[u8]>, context: &RequestContext) -> Result<Self, ValidationError> {
        Self::from_document(&Document::from_toml(bytes, context.document_limits())?, context)
    }

    /// Validates a request that was read already, or put together by hand.
    ///
    /// # Errors
    ///
    /// Every rule that the request breaks.
    pub fn from_document(document: &Document, context: &RequestContext) -> Result<Self, ValidationError> {
        let mut violations = Violations::new(context.document_limits().violations);
        read::duplicate_keys(&document.root, &mut violations);
        let root = read::typed(&document.root, T::KIND.fields());
        let request = T::resolve(Input {
            root: &root,
            context,
            violations: &mut violations,
        });
        violations.finish()?;
        // Not reached: what cannot be resolved was reported.
        request
            .map(Self)
            .ok_or_else(|| Violation::new("", ViolationCode::Missing, "is incomplete").into())
    }
}

impl<T> Deref for Valid<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> AsRef<T> for Valid<T> {
    fn as_ref(&self) -> &T {
        &self.0
    }
}

/// The canonical wire form: all fields in a fixed order, defaults filled in.
impl<T: Serialize> Serialize for Valid<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

/// A kind of request; only this crate has them.
pub trait Request: Resolve + Serialize + Clone + Debug + PartialEq + Send + Sync + 'static {
    /// Which kind it is.
    const KIND: RequestKind;
}

/// Public in a private module, so that this crate alone decides what a valid request is.
mod sealed {
    use crate::{RequestContext, document::Node, violations::Violations};

    /// Steps two and three of a request.
    pub trait Resolve: Sized {
        fn resolve(input: Input<'_>) -> Option<Self>;
    }

    /// What a request is resolved from, and where its broken rules go.
    #[derive(Debug)]
    pub struct Input<'i> {
        pub(crate) root: &'i Node,
        pub(crate) context: &'i RequestContext,
        pub(crate) violations: &'i mut Violations,
    }
}

pub(crate) use sealed::{Input, Resolve};

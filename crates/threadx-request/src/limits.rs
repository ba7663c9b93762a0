//! How large a document may be.

/// How large a document may be before it is refused unread.
///
/// ```
/// use threadx_request::{BacktestRequest, Limits, RequestContext, Valid, ViolationCode};
///
/// let context = RequestContext::open().limits(Limits::default().bytes(10));
/// let error = Valid::<BacktestRequest>::from_json(r#"{"token": "BTCUSDT"}"#, &context).unwrap_err();
/// assert_eq!(error.violations()[0].code, ViolationCode::TooLarge);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    pub(crate) bytes: usize,
    pub(crate) depth: usize,
    pub(crate) violations: usize,
}

impl Limits {
    /// Deepest nesting that can be asked for; the parsers themselves go no deeper.
    pub const MAX_DEPTH: usize = 200;

    /// Most bytes of a document.
    #[must_use]
    pub const fn max_bytes(&self) -> usize {
        self.bytes
    }

    /// Largest document in bytes; 1 MiB by default.
    #[must_use]
    pub const fn bytes(mut self, bytes: usize) -> Self {
        self.bytes = bytes;
        self
    }

    /// Deepest nesting of lists and objects, 1 to [`MAX_DEPTH`](Self::MAX_DEPTH); 128 by default. In TOML
    /// never more than 80, where its parser ends.
    #[must_use]
    pub const fn depth(mut self, depth: usize) -> Self {
        self.depth = if depth > Self::MAX_DEPTH {
            Self::MAX_DEPTH
        } else if depth == 0 {
            1
        } else {
            depth
        };
        self
    }

    /// Most violations that are listed; 1,000 by default. If more rules are broken, one violation of code
    /// `not_listed` says how many were left out.
    #[must_use]
    pub const fn violations(mut self, violations: usize) -> Self {
        self.violations = violations;
        self
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 1 << 20,
            depth: 128,
            violations: 1_000,
        }
    }
}

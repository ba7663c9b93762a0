//! Which bars a result was made on.

use serde::ser::{Serialize, SerializeStruct, Serializer};
use threadx_market::{Bars, Fingerprint, Symbol, Timeframe, Timestamp};

/// Which bars a result was made on.
///
/// Serialises with `token`, or with `tokens` where there are several.
#[derive(Debug, Clone, PartialEq)]
pub struct DataSummary {
    /// The market; the first of a portfolio.
    pub token: Symbol,
    /// The other markets of a portfolio, in order.
    pub other_tokens: Vec<Symbol>,
    /// The interval of a bar.
    pub timeframe: Timeframe,
    /// Number of bars of the range; of a portfolio the number of different stamps.
    pub bars: usize,
    /// Open time of the first bar.
    pub first: Option<Timestamp>,
    /// Open time of the last bar.
    pub last: Option<Timestamp>,
    /// Identity of the range's bars by content; of a portfolio that of all its tokens' in their order.
    pub fingerprint: Fingerprint,
}

impl DataSummary {
    /// Says which bars these are.
    #[must_use]
    pub fn of(token: &Symbol, bars: &Bars) -> Self {
        Self {
            token: token.clone(),
            other_tokens: Vec::new(),
            timeframe: bars.timeframe(),
            bars: bars.len(),
            first: bars.first(),
            last: bars.last(),
            fingerprint: bars.fingerprint(),
        }
    }

    /// Says which bars a portfolio is made of, its tokens being `tokens` and the first of them `first`, on the clock
    /// `time`.
    pub(crate) fn of_portfolio<'a>(
        first: &'a Self,
        tokens: impl Iterator<Item = &'a Self> + Clone,
        time: &[Timestamp],
    ) -> Self {
        Self {
            token: first.token.clone(),
            other_tokens: tokens.clone().skip(1).map(|data| data.token.clone()).collect(),
            timeframe: first.timeframe,
            bars: time.len(),
            first: time.first().copied(),
            last: time.last().copied(),
            fingerprint: Fingerprint::of_several(tokens.map(|data| data.fingerprint)),
        }
    }

    /// The markets, separated by commas.
    #[must_use]
    pub fn tokens(&self) -> String {
        let tokens = std::iter::once(&self.token).chain(&self.other_tokens);
        tokens.map(Symbol::as_str).collect::<Vec<_>>().join(", ")
    }
}

impl Serialize for DataSummary {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("DataSummary", 6)?;
        if self.other_tokens.is_empty() {
            object.serialize_field("token", &self.token)?;
        } else {
            let tokens: Vec<&Symbol> = std::iter::once(&self.token).chain(&self.other_tokens).collect();
            object.serialize_field("tokens", &tokens)?;
        }
        object.serialize_field("timeframe", &self.timeframe)?;
        object.serialize_field("bars", &self.bars)?;
        object.serialize_field("first", &self.first)?;
        object.serialize_field("last", &self.last)?;
        object.serialize_field("fingerprint", &self.fingerprint)?;
        object.end()
    }
}

//! The identity of bars by content.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{Bars, Timeframe, Timestamp};

/// The identity of bars by content: BLAKE3 of timeframe, timestamps, prices and volumes.
///
/// Two sets of bars with the same fingerprint are the same to the last bit. Prints as `blake3:` and 64
/// hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// The 32 bytes of the hash.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The hash whose 64 hexadecimal digits `text` has, behind `blake3:`; `None` if it is something else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let hash = blake3::Hash::from_hex(text.strip_prefix("blake3:")?).ok()?;
        Some(Self(*hash.as_bytes()))
    }

    /// The identity of several sets of bars in this order, such as those of a portfolio.
    ///
    /// ```
    /// use threadx_market::Fingerprint;
    ///
    /// let [a, b] = ["0", "1"].map(|digit| Fingerprint::parse(&format!("blake3:{}", digit.repeat(64))).unwrap());
    /// assert_eq!(Fingerprint::of_several([a, b]), Fingerprint::of_several([a, b]));
    /// assert_ne!(Fingerprint::of_several([a, b]), Fingerprint::of_several([b, a]));
    /// assert_ne!(Fingerprint::of_several([a]), a);
    /// ```
    #[must_use]
    pub fn of_several(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(b"threadx sets of bars 1\n");
        for part in parts {
            hasher.update(&part.0);
        }
        Self(*hasher.finalize().as_bytes())
    }

    pub(crate) fn of(bars: &Bars) -> Self {
        let mut builder = FingerprintBuilder::new(bars.timeframe(), bars.len() as u64);
        builder.times(bars.time());
        for column in [bars.open(), bars.high(), bars.low(), bars.close(), bars.volume()] {
            builder.values(column);
        }
        builder.finish()
    }
}

/// Makes the fingerprint of bars that are read column by column, a part at a time.
///
/// The columns must come whole one after the other: all times, then all of open, high, low, close, volume.
///
/// ```
/// use threadx_market::{Bars, Columns, FingerprintBuilder, Timeframe, Timestamp};
///
/// let column = vec![1.0, 2.0];
/// let columns = Columns {
///     time: vec![Timestamp::parse("2019-01-01")?, Timestamp::parse("2019-01-02")?],
///     open: column.clone(),
///     high: column.clone(),
///     low: column.clone(),
///     close: column.clone(),
///     volume: column.clone(),
/// };
/// let mut builder = FingerprintBuilder::new(Timeframe::D1, 2);
/// builder.times(&columns.time);
/// for _ in 0..5 {
///     builder.values(&column[..1]);
///     builder.values(&column[1..]);
/// }
/// assert_eq!(builder.finish(), Bars::new(Timeframe::D1, columns)?.fingerprint());
/// # Ok::<(), threadx_error::DataError>(())
/// ```
#[derive(Debug)]
pub struct FingerprintBuilder {
    hasher: blake3::Hasher,
}

impl FingerprintBuilder {
    /// For bars of that timeframe and number.
    #[must_use]
    pub fn new(timeframe: Timeframe, bars: u64) -> Self {
        // Column by column, little endian, behind the number of rows: so the layout is unambiguous.
        let mut hasher = blake3::Hasher::new();
        hasher.update(b"threadx bars 1\n");
        hasher.update(timeframe.as_str().as_bytes());
        hasher.update(&bars.to_le_bytes());
        Self { hasher }
    }

    /// For a table of signals with that many rows: all times, then a column of bits each for the entries and
    /// exits of both sides.
    #[must_use]
    pub fn of_signals(rows: u64) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(b"threadx signals 1\n");
        hasher.update(&rows.to_le_bytes());
        Self { hasher }
    }

    /// The next words of a column of bits, 64 rows a word, lowest bit first.
    pub fn words(&mut self, words: &[u64]) {
        update(&mut self.hasher, words, u64::to_le_bytes);
    }

    /// The next open times.
    pub fn times(&mut self, times: &[Timestamp]) {
        update(&mut self.hasher, times, |time| time.nanoseconds().to_le_bytes());
    }

    /// The next values of the column that is read.
    pub fn values(&mut self, values: &[f64]) {
        update(&mut self.hasher, values, f64::to_le_bytes);
    }

    /// The fingerprint.
    #[must_use]
    pub fn finish(self) -> Fingerprint {
        Fingerprint(*self.hasher.finalize().as_bytes())
    }
}

/// Most bytes that the hasher gets at once. It hashes eight chunks of 1 kB side by side, but the first and the last of a block
/// alone, which other blocks share.
const BLOCK_BYTES: usize = 128 << 10;

/// Feeds a column to the hasher in blocks, so that the hasher can use its wide form.
fn update<T: Copy>(hasher: &mut blake3::Hasher, column: &[T], bytes: impl Fn(T) -> [u8; 8]) {
    let mut block = vec![0u8; BLOCK_BYTES.min(column.len() * 8)];
    for values in column.chunks(BLOCK_BYTES / 8) {
        let block = &mut block[..values.len() * 8];
        for (slot, value) in block.as_chunks_mut::<8>().0.iter_mut().zip(values) {
            *slot = bytes(*value);
        }
        hasher.update(block);
    }
}

impl std::fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "blake3:{}", blake3::Hash::from_bytes(self.0))
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Fingerprint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| de::Error::custom("expected blake3: and 64 hexadecimal digits"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_back_what_it_prints() {
        let fingerprint = Fingerprint([7; 32]);
        assert_eq!(Fingerprint::parse(&fingerprint.to_string()), Some(fingerprint));
        let json = serde_json::to_string(&fingerprint).unwrap();
        assert_eq!(serde_json::from_str::<Fingerprint>(&json).unwrap(), fingerprint);
        for text in ["", "blake3:", "blake3:07", "sha256:07"] {
            assert_eq!(Fingerprint::parse(text), None);
        }
    }
}

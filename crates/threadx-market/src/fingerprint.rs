//! The identity of bars by content.

use serde::{Serialize, Serializer};

use crate::Bars;

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

    /// Column by column, little endian, each behind its length, so that the layout is unambiguous.
    pub(crate) fn of(bars: &Bars) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(b"threadx bars 1\n");
        hasher.update(bars.timeframe().as_str().as_bytes());
        hasher.update(&(bars.len() as u64).to_le_bytes());
        update(&mut hasher, bars.time(), |time| time.nanoseconds().to_le_bytes());
        for column in [bars.open(), bars.high(), bars.low(), bars.close(), bars.volume()] {
            update(&mut hasher, column, f64::to_le_bytes);
        }
        Self(*hasher.finalize().as_bytes())
    }
}

/// Feeds a column to the hasher in blocks, so that the hasher can use its wide form.
fn update<T: Copy>(hasher: &mut blake3::Hasher, column: &[T], bytes: impl Fn(T) -> [u8; 8]) {
    let mut block = [0u8; 8192];
    for values in column.chunks(block.len() / 8) {
        for (slot, value) in block.chunks_exact_mut(8).zip(values) {
            slot.copy_from_slice(&bytes(*value));
        }
        hasher.update(&block[..values.len() * 8]);
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

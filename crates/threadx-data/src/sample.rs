//! The bars that come with the crate.

use std::{path::Path, sync::OnceLock};

use flate2::read::GzDecoder;
use threadx_error::DataError;
use threadx_market::Symbol;

use crate::{Dataset, csv::parse_csv};

/// Where the sample came from, its licence and what was done to it.
pub const SAMPLE_ATTRIBUTION: &str = include_str!("../sample/ATTRIBUTION.md");

const COMPRESSED: &[u8] = include_bytes!("../sample/btcusdt_1h_2019.csv.gz");

/// The embedded sample: the 8,732 hourly bars of BTCUSDT (Binance spot) of 2019, in UTC.
///
/// Real bars with the holes that the exchange's halts left. Unpacked at the first call, shared by all later
/// ones. [`SAMPLE_ATTRIBUTION`] tells the source and its licence.
///
/// # Errors
///
/// None in practice: what unpacking and checking may report if the program's file is damaged.
///
/// ```
/// let sample = threadx_data::sample()?;
/// assert_eq!(sample.token.as_str(), "BTCUSDT");
/// assert_eq!(sample.bars.timeframe().as_str(), "1h");
/// assert_eq!(sample.bars.len(), 8732);
/// # Ok::<(), threadx_error::DataError>(())
/// ```
pub fn sample() -> Result<Dataset, DataError> {
    static SAMPLE: OnceLock<Dataset> = OnceLock::new();
    if let Some(sample) = SAMPLE.get() {
        return Ok(sample.clone());
    }
    let path = Path::new("btcusdt_1h_2019.csv.gz (embedded)");
    let sample = Dataset {
        token: Symbol::parse("BTCUSDT")?,
        bars: parse_csv(GzDecoder::new(COMPRESSED), path)?,
    };
    Ok(SAMPLE.get_or_init(|| sample).clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_is_the_year_2019() {
        let bars = sample().unwrap().bars;
        assert_eq!(bars.first().unwrap().to_string(), "2019-01-01T00:00:00Z");
        assert_eq!(bars.last().unwrap().to_string(), "2019-12-31T23:00:00Z");
        assert_eq!(bars.open()[0], 3701.23);
        assert_eq!(bars.close().last(), Some(&7195.23));
        assert_eq!(bars.volume()[0], 686.36742);
        // Twice the same columns, not a second copy.
        assert_eq!(sample().unwrap().bars.time().as_ptr(), bars.time().as_ptr());
        assert_eq!(bars.first_too_close(), None);
    }

    #[test]
    fn its_source_and_licence_are_named() {
        assert!(SAMPLE_ATTRIBUTION.contains("trainchou/turtle-trading-python"));
        assert!(SAMPLE_ATTRIBUTION.contains("Permission is hereby granted"));
    }
}

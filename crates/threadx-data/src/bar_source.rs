//! Where bars come from: the embedded sample, one file, or a catalogue.

use std::{collections::BTreeSet, path::Path};

use threadx_error::{DataError, nearest};
use threadx_market::{Bars, Fingerprint, Symbol, Timeframe, Timestamp};

#[cfg(feature = "parquet")]
use crate::Catalogue;
use crate::{Dataset, ImportOptions, import, sample};

/// What a [`BarSource`] holds of one token in one timeframe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// The market.
    pub token: Symbol,
    /// The interval of its bars.
    pub timeframe: Timeframe,
    /// Number of bars.
    pub bars: u64,
    /// Open time of the first bar.
    pub first: Timestamp,
    /// Open time of the last bar.
    pub last: Timestamp,
}

/// Where bars come from: the embedded sample, one file, or a catalogue.
///
/// ```
/// use threadx_data::BarSource;
/// use threadx_market::{Symbol, Timeframe};
///
/// let source = BarSource::sample()?;
/// let token = Symbol::parse("BTCUSDT")?;
/// assert_eq!(source.load(&token, Timeframe::H1)?.len(), 8732);
///
/// let error = source.load(&Symbol::parse("BTCUSD")?, Timeframe::H1).unwrap_err();
/// assert_eq!(error.to_string(), "no bars are known for token BTCUSD; the nearest names are BTCUSDT");
/// let error = source.load(&token, Timeframe::M5).unwrap_err();
/// assert_eq!(error.to_string(), "BTCUSDT is stored in 1h, not in 5m");
/// # Ok::<(), threadx_error::DataError>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum BarSource {
    /// One set of bars in memory: the sample, or a file that was read.
    Memory(Dataset),
    /// Several sets of bars in memory, such as the files of a portfolio. Of two for the same token and
    /// timeframe the first counts.
    Several(Vec<Dataset>),
    /// A folder of stored bars, which are read when they are asked for.
    #[cfg(feature = "parquet")]
    Catalogue(Catalogue),
}

impl BarSource {
    /// The embedded sample.
    ///
    /// # Errors
    ///
    /// As [`sample`].
    pub fn sample() -> Result<Self, DataError> {
        sample().map(Self::Memory)
    }

    /// The bars of one file of any known dialect, read now. They stand for `token`, or if that is absent for
    /// the market that the file names ([`import`](crate::import) with everything else found from the content;
    /// to say more, import it and make a source [`From`] the dataset).
    ///
    /// # Errors
    ///
    /// As [`import`](crate::import).
    pub fn file(path: &Path, token: Option<Symbol>) -> Result<Self, DataError> {
        let options = ImportOptions {
            token,
            ..ImportOptions::default()
        };
        Ok(import(path, &options)?.dataset.into())
    }

    /// The stored bars in a folder ([`Catalogue`]).
    #[cfg(feature = "parquet")]
    #[must_use]
    pub fn catalogue(folder: &Path) -> Self {
        Self::Catalogue(Catalogue::open(folder))
    }

    /// What there is, sorted by token and then by timeframe, finest first.
    ///
    /// # Errors
    ///
    /// Those of reading the catalogue.
    pub fn list(&self) -> Result<Vec<Listing>, DataError> {
        match self {
            #[cfg(feature = "parquet")]
            Self::Catalogue(catalogue) => catalogue.list(),
            Self::Memory(dataset) => Ok(listing(dataset).into_iter().collect()),
            Self::Several(datasets) => {
                let mut listings: Vec<Listing> = datasets.iter().filter_map(listing).collect();
                listings.sort_by(|a, b| (&a.token, a.timeframe).cmp(&(&b.token, b.timeframe)));
                Ok(listings)
            }
        }
    }

    /// The bars of `token` in `timeframe`.
    ///
    /// # Errors
    ///
    /// [`DataError::UnknownToken`] with the nearest known names, [`DataError::UnknownTimeframe`] with those
    /// that are stored, and those of reading the catalogue.
    pub fn load(&self, token: &Symbol, timeframe: Timeframe) -> Result<Bars, DataError> {
        match self {
            #[cfg(feature = "parquet")]
            Self::Catalogue(catalogue) => catalogue.load(token, timeframe),
            Self::Memory(dataset) if dataset.token == *token && dataset.bars.timeframe() == timeframe => {
                Ok(dataset.bars.clone())
            }
            Self::Several(datasets) => datasets
                .iter()
                .find(|dataset| dataset.token == *token && dataset.bars.timeframe() == timeframe)
                .map(|dataset| dataset.bars.clone())
                .ok_or_else(|| not_stored(&self.list().unwrap_or_default(), token, timeframe)),
            Self::Memory(_) => Err(not_stored(&self.list()?, token, timeframe)),
        }
    }

    /// The fingerprint of bars that [`load`](Self::load) would read from a file now; `None` for those in memory
    /// already, and for those that there are none of.
    ///
    /// # Errors
    ///
    /// Those of reading the catalogue's description of the file.
    #[cfg_attr(
        not(feature = "parquet"),
        expect(
            unused_variables,
            reason = "every source is in memory without files of columns"
        )
    )]
    pub fn stored(&self, token: &Symbol, timeframe: Timeframe) -> Result<Option<Fingerprint>, DataError> {
        match self {
            #[cfg(feature = "parquet")]
            Self::Catalogue(catalogue) => {
                let manifest = catalogue.manifest(token, timeframe)?;
                Ok(manifest.map(|manifest| manifest.fingerprint))
            }
            Self::Memory(_) | Self::Several(_) => Ok(None),
        }
    }
}

/// What there is of a set of bars; nothing if it has none.
fn listing(Dataset { token, bars }: &Dataset) -> Option<Listing> {
    Some(Listing {
        token: token.clone(),
        timeframe: bars.timeframe(),
        bars: bars.len() as u64,
        first: bars.first()?,
        last: bars.last()?,
    })
}

impl From<Dataset> for BarSource {
    fn from(dataset: Dataset) -> Self {
        Self::Memory(dataset)
    }
}

impl From<Vec<Dataset>> for BarSource {
    fn from(datasets: Vec<Dataset>) -> Self {
        Self::Several(datasets)
    }
}

/// Why `token` in `timeframe` is not among `listings`.
pub(crate) fn not_stored(listings: &[Listing], token: &Symbol, timeframe: Timeframe) -> DataError {
    let of_token = listings.iter().filter(|listing| listing.token == *token);
    let stored: Vec<_> = of_token.map(|listing| listing.timeframe.to_string()).collect();
    if stored.is_empty() {
        let tokens: BTreeSet<&str> = listings.iter().map(|listing| listing.token.as_str()).collect();
        DataError::UnknownToken {
            token: token.to_string(),
            nearest: nearest(token.as_str(), tokens),
        }
    } else {
        DataError::UnknownTimeframe {
            token: token.to_string(),
            timeframe: timeframe.to_string(),
            stored,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_what_it_loads() {
        let source = BarSource::sample().unwrap();
        let [listing] = &source.list().unwrap()[..] else {
            panic!("one entry expected");
        };
        let bars = source.load(&listing.token, listing.timeframe).unwrap();
        assert_eq!(bars.len() as u64, listing.bars);
        assert_eq!(
            (bars.first(), bars.last()),
            (Some(listing.first), Some(listing.last))
        );
    }

    #[test]
    fn several_sets_are_listed_in_order_and_each_is_loaded() {
        let bars = sample().unwrap().bars;
        let set = |token: &str, bars| Dataset {
            token: Symbol::parse(token).unwrap(),
            bars,
        };
        let source = BarSource::from(vec![set("B", bars.slice(0..9)), set("A", bars.slice(0..5))]);
        let listed: Vec<_> = source
            .list()
            .unwrap()
            .into_iter()
            .map(|listing| (listing.token.to_string(), listing.bars))
            .collect();
        assert_eq!(listed, [("A".to_owned(), 5), ("B".to_owned(), 9)]);
        let load = |token: &str| source.load(&Symbol::parse(token).unwrap(), Timeframe::H1);
        assert_eq!(load("B").unwrap(), bars.slice(0..9));
        assert_eq!(load("C").unwrap_err().code(), "unknown_token");
    }

    #[test]
    fn a_file_stands_for_the_token_of_its_name_or_the_one_given() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("ethusdt_1d.csv");
        let text = "timestamp,open,high,low,close,volume\n2019-01-01,2,3,1,2,0\n2019-01-02,2,3,1,2,0\n";
        std::fs::write(&path, text).unwrap();
        let token = |token| {
            let source = BarSource::file(&path, token).unwrap();
            source.list().unwrap()[0].token.to_string()
        };
        assert_eq!(token(None), "ETHUSDT");
        assert_eq!(token(Some(Symbol::parse("X").unwrap())), "X");

        let nameless = dir.path().join("_.csv");
        std::fs::write(&nameless, text).unwrap();
        let error = BarSource::file(&nameless, None).unwrap_err();
        assert!(matches!(error, DataError::Layout { .. }), "{error}");
        let missing = BarSource::file(&dir.path().join("A.csv"), None).unwrap_err();
        assert!(matches!(missing, DataError::Read { .. }), "{missing}");
    }
}

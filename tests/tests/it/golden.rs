//! Reading the goldens and the bars that they were made on.

use std::{io::Read, path::PathBuf};

use serde_json::Value;
use threadx::{data, market::Bars};

/// A file of the package's test data.
pub(crate) fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("data").join(name)
}

/// A compressed JSON document.
pub(crate) fn json(name: &str) -> Value {
    let mut text = String::new();
    flate2::read::GzDecoder::new(std::fs::File::open(path(name)).unwrap())
        .read_to_string(&mut text)
        .unwrap();
    serde_json::from_str(&text).unwrap()
}

/// The bars that the goldens call by this name.
pub(crate) fn bars(name: &str) -> Bars {
    match name {
        "btcusdt_1h_2019" => data::sample().unwrap().bars,
        "aapl_1d" => data::read_csv(&path("aapl_1d_us_1998_2021.csv.gz")).unwrap(),
        "eurusd_1h_2017" => data::read_csv(&path("eurusd_1h_dukascopy_ask_2017.csv.gz")).unwrap(),
        _ => panic!("no bars {name}"),
    }
}

/// The names of the sets of bars that there are goldens on.
pub(crate) const SETS: [&str; 3] = ["btcusdt_1h_2019", "aapl_1d", "eurusd_1h_2017"];

/// Fails unless two numbers agree to 1e-9 relative.
#[track_caller]
pub(crate) fn agree(what: &str, ours: f64, theirs: &Value) {
    let theirs = theirs
        .as_f64()
        .unwrap_or_else(|| panic!("{what}: no number in the golden: {theirs}"));
    let scale = ours.abs().max(theirs.abs());
    assert!(
        (ours - theirs).abs() <= 1e-9 * scale,
        "{what}: ours {ours}, theirs {theirs}"
    );
}

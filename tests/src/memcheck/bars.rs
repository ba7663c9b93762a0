//! A file of bars of the size that real minute bars have.

use std::{fmt::Write, path::Path};

use threadx::{
    Result,
    controllers::Services,
    data::{BarSource, sample},
    market::{Symbol, Timeframe},
};

/// Bars of the file: as many as there are minutes in 38 days, less a few.
pub const BARS: usize = 54_640;

/// The market of the file.
const TOKEN: &str = "BTCUSDT";

/// Writes the bars of the sample, again and again, one a minute: real prices on a grid that is not theirs, since
/// this is about memory alone.
pub(super) fn write(path: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let bars = sample()?.bars;
    let mut time = "2020-01-01".parse()?;
    let mut text = "timestamp,open,high,low,close,volume\n".to_owned();
    for index in (0..bars.len()).cycle().take(BARS) {
        let [open, high, low, close, volume] =
            [bars.open(), bars.high(), bars.low(), bars.close(), bars.volume()].map(|column| column[index]);
        writeln!(text, "{time},{open},{high},{low},{close},{volume}")?;
        time = Timeframe::M1.next(time);
    }
    std::fs::write(path, text)?;
    Ok(())
}

/// Services over the file, as anybody would make them.
pub(super) fn services(path: &Path) -> Result<Services> {
    Services::builder()
        .source(BarSource::file(path, Some(Symbol::parse(TOKEN)?))?)
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_holds_minute_bars_of_real_prices() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("bars.csv");
        write(&path).unwrap();
        let services = services(&path).unwrap();
        let token = Symbol::parse(TOKEN).unwrap();
        let bars = services.source().load(&token, Timeframe::M1).unwrap();
        assert_eq!(bars.len(), BARS);
        assert_eq!(bars.close()[..8732], *sample().unwrap().bars.close());
    }
}

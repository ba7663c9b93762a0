//! `threadx data list`.

use std::io::Write;

use threadx::data::{Catalogue, Listing};

use crate::{
    args::Output,
    failure::{Failure, output_failure},
    table::Plain,
};

/// Lists what is stored, by token and timeframe.
pub(super) fn run(catalogue: &Catalogue, output: Output, stdout: &mut impl Write) -> Result<(), Failure> {
    let listings = catalogue.list()?;
    let written = match output {
        Output::Json => {
            let datasets: Vec<_> = listings
                .iter()
                .map(|listing| {
                    serde_json::json!({
                        "token": listing.token, "timeframe": listing.timeframe, "bars": listing.bars,
                        "first": listing.first, "last": listing.last
                    })
                })
                .collect();
            let document = serde_json::json!({ "data_dir": catalogue.folder(), "datasets": datasets });
            writeln!(stdout, "{document:#}")
        }
        Output::Csv => write_csv(&listings, stdout),
        Output::Table if listings.is_empty() => writeln!(
            stdout,
            "nothing is stored in {}; try: threadx data import FILE",
            catalogue.folder().display()
        ),
        Output::Table => {
            let mut table = Plain::new(HEADER, &[2]);
            for listing in &listings {
                table.row(cells(listing));
            }
            table.write(stdout)
        }
    };
    written.map_err(output_failure)
}

const HEADER: [&str; 5] = ["token", "timeframe", "bars", "first", "last"];

fn cells(listing: &Listing) -> [String; 5] {
    [
        listing.token.to_string(),
        listing.timeframe.to_string(),
        listing.bars.to_string(),
        listing.first.to_string(),
        listing.last.to_string(),
    ]
}

fn write_csv(listings: &[Listing], stdout: &mut impl Write) -> std::io::Result<()> {
    let mut csv = csv::Writer::from_writer(stdout);
    csv.write_record(HEADER)?;
    for listing in listings {
        csv.write_record(cells(listing))?;
    }
    csv.flush()
}

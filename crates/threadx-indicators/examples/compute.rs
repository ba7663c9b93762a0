//! Computes indicators over the bars of a CSV file, as other programs can ask for it.
//!
//! ```text
//! cargo run --release -p threadx-indicators --example compute -- bars.csv < jobs > values
//! ```
//!
//! The file has a header with the columns `timestamp`, `open`, `high`, `low`, `close` and `volume`, in
//! any order. A job is a line such as `bbands period=20 std=2`. For each output of each job there is a
//! line `bbands upper 19 8713`, its first index and the number of values that follow as 8 bytes each,
//! little endian; a job that cannot be done gives a line `error:` with the reason.

use std::{
    error::Error,
    io::{BufRead, Write},
};

use threadx_indicators::compute;
use threadx_market::{Bars, Columns, Timeframe, Timestamp};
use threadx_spec::{ParamValue, Params};

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args()
        .nth(1)
        .ok_or("the first argument is a CSV file")?;
    let bars = read(&std::fs::read_to_string(path)?)?;
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for job in std::io::stdin().lock().lines() {
        let job = job?;
        let mut words = job.split_whitespace();
        let Some(name) = words.next() else { continue };
        let params: Option<Params> = words.map(parameter).collect();
        let params = params.ok_or_else(|| format!("{job}: a parameter is name=value"))?;
        match compute(name, &params, &bars) {
            Err(error) => writeln!(out, "error: {error}")?,
            Ok(outputs) => {
                for (output, series) in outputs.iter() {
                    writeln!(
                        out,
                        "{name} {output} {} {}",
                        series.first_valid(),
                        series.valid().len()
                    )?;
                    for value in series.valid() {
                        out.write_all(&value.to_le_bytes())?;
                    }
                }
            }
        }
    }
    out.flush()?;
    Ok(())
}

/// `period=20` as a name and a value.
fn parameter(word: &str) -> Option<(String, ParamValue)> {
    let (name, text) = word.split_once('=')?;
    let value = match text.parse::<f64>() {
        Ok(number) => ParamValue::Float(number),
        Err(_) => ParamValue::Name(text.to_owned()),
    };
    Some((name.to_owned(), value))
}

/// The bars of a CSV text.
fn read(text: &str) -> Result<Bars, Box<dyn Error>> {
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().ok_or("the file is empty")?.split(',').collect();
    let place = |column: &str| {
        let found = header
            .iter()
            .position(|name| name.trim().eq_ignore_ascii_case(column));
        found.ok_or_else(|| format!("there is no column {column}"))
    };
    let time = place("timestamp")?;
    let numbers = [
        place("open")?,
        place("high")?,
        place("low")?,
        place("close")?,
        place("volume")?,
    ];
    let mut columns = Columns::default();
    for line in lines.filter(|line| !line.is_empty()) {
        let cells: Vec<&str> = line.split(',').collect();
        let cell = |at: usize| {
            cells
                .get(at)
                .copied()
                .ok_or_else(|| format!("too few cells: {line}"))
        };
        columns.time.push(Timestamp::parse(cell(time)?)?);
        let [open, high, low, close, volume] = &numbers;
        for (column, at) in [
            (&mut columns.open, open),
            (&mut columns.high, high),
            (&mut columns.low, low),
            (&mut columns.close, close),
            (&mut columns.volume, volume),
        ] {
            column.push(cell(*at)?.trim().parse()?);
        }
    }
    // The indicators do not read the timeframe.
    Ok(Bars::new(Timeframe::H1, columns)?)
}

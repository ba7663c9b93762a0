//! Flags of `sweep` and `shard`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{BarsArgs, FieldArgs, InputArgs};

/// Flags of `sweep`. Each field of a request has a flag of its name.
#[derive(Debug, Args)]
pub(crate) struct SweepArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,

    /// Values of a parameter: name=v,v,… or name=min:max:step; may be repeated [default for ma_crossover:
    /// fast_period=5:50:5, slow_period=20:200:20]
    #[arg(
        short = 'g',
        long = "grid",
        value_name = "NAME=VALUES",
        conflicts_with = "request",
        help_heading = "Sweep"
    )]
    pub(crate) grid: Vec<String>,
    /// Metrics to rank by, the most important first; :higher or :lower behind one ranks against its natural direction
    /// [default: sharpe_ratio,total_return]
    #[arg(
        long,
        value_name = "METRIC,…",
        conflicts_with = "request",
        help_heading = "Sweep"
    )]
    pub(crate) criteria: Option<String>,
    /// How many of the best to show [default: 10]
    #[arg(
        long = "top",
        value_name = "N",
        conflicts_with = "request",
        help_heading = "Sweep",
        allow_negative_numbers = true
    )]
    pub(crate) top_n: Option<String>,
    /// Run a random sample of so many combinations
    #[arg(
        long,
        value_name = "N",
        conflicts_with = "request",
        help_heading = "Sweep",
        allow_negative_numbers = true
    )]
    pub(crate) sample: Option<String>,
    /// Seed of the sample [default: 0]
    #[arg(
        long,
        value_name = "SEED",
        requires = "sample",
        help_heading = "Sweep",
        allow_negative_numbers = true
    )]
    pub(crate) sample_seed: Option<String>,
    /// How the sample is drawn: random, latin_hypercube or sobol [default: random]
    #[arg(long, value_name = "METHOD", requires = "sample", help_heading = "Sweep")]
    pub(crate) sample_method: Option<String>,
    /// Condition that combinations meet, such as "fast_period * 2 < slow_period"; may be repeated
    #[arg(
        long = "where",
        value_name = "CONDITION",
        conflicts_with = "request",
        help_heading = "Sweep"
    )]
    pub(crate) conditions: Vec<String>,
    /// Look closer and closer around the best KEEP combinations instead of at every one [default of KEEP: 5]
    #[arg(
        long,
        value_name = "KEEP",
        num_args = 0..=1,
        default_missing_value = "5",
        conflicts_with = "request",
        help_heading = "Sweep",
        allow_negative_numbers = true
    )]
    pub(crate) narrow: Option<String>,
    /// Leave out what follows N combinations in a row that brought no new best
    #[arg(
        long,
        value_name = "N",
        conflicts_with = "request",
        help_heading = "Sweep",
        allow_negative_numbers = true
    )]
    pub(crate) early_stop: Option<String>,
    /// Whether to look if the best is luck: true or false [default: true]
    #[arg(long, value_name = "BOOL", conflicts_with = "request", help_heading = "Sweep")]
    pub(crate) luck: Option<String>,
    /// Choose parameters in one window of time after the other and trade each choice in the window behind it, such as
    /// train=6M,test=2M; also anchored, purge=BARS and embargo=BARS
    #[arg(
        long,
        value_name = "WINDOWS",
        conflicts_with = "request",
        help_heading = "Sweep"
    )]
    pub(crate) walk_forward: Option<String>,
    /// Most combinations that a grid may have [default: 3000000]
    #[arg(
        long,
        value_name = "N",
        conflicts_with = "request",
        help_heading = "Sweep",
        allow_negative_numbers = true
    )]
    pub(crate) max_combinations: Option<String>,

    #[command(flatten)]
    pub(crate) fields: FieldArgs,

    /// Keep what is done in a folder, so that --resume can go on with it whatever happens
    #[arg(long, value_name = "DIR", help_heading = "Run")]
    pub(crate) checkpoint: Option<PathBuf>,
    /// Go on with the sweep in the checkpoint folder; from the start if there is none
    #[arg(long, requires = "checkpoint", help_heading = "Run")]
    pub(crate) resume: bool,
    /// Write the plan to a file, for `threadx shard run` and `threadx shard merge`, and run nothing
    #[arg(long, value_name = "FILE", conflicts_with_all = ["checkpoint", "results"], help_heading = "Run")]
    pub(crate) plan: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) run: SweepRunArgs,
}

/// How a sweep is run and what is written of it.
#[derive(Debug, Args)]
#[command(next_help_heading = "Run")]
pub(crate) struct SweepRunArgs {
    /// Write every combination's parameters and metrics to a file, .csv or .parquet
    #[arg(long, value_name = "FILE")]
    pub(crate) results: Option<PathBuf>,
    /// Write the equity of each bar that a walk-forward analysis traded to a CSV file
    #[arg(long, value_name = "FILE")]
    pub(crate) equity: Option<PathBuf>,
    /// Draw two parameters against the first criterion as an SVG picture
    #[arg(long, value_name = "FILE")]
    pub(crate) heatmap: Option<PathBuf>,
    /// Which two, the one to the right first [default: the first two that are varied]
    #[arg(long, value_name = "NAME,NAME", requires = "heatmap", value_parser = pair)]
    pub(crate) heatmap_params: Option<[String; 2]>,
    /// Memory that the sweep may take, such as 512MiB or 2GB [default: 1GiB]
    #[arg(long, value_name = "BYTES", value_parser = bytes)]
    pub(crate) memory: Option<u64>,
    /// Overwrite files that exist
    #[arg(long)]
    pub(crate) force: bool,
}

/// `threadx shard`.
#[derive(Debug, Subcommand)]
pub(crate) enum ShardCommand {
    /// Run one share of a plan that `threadx sweep --plan FILE` wrote
    Run(ShardRunArgs),
    /// Put all shares of a plan together, in any order, and print the sweep
    Merge(ShardMergeArgs),
}

/// Flags of `shard run`.
#[derive(Debug, Args)]
pub(crate) struct ShardRunArgs {
    /// The plan
    #[arg(long, value_name = "FILE")]
    pub(crate) plan: PathBuf,
    /// Which of how many shares, from 0: the shares of four are 0/4, 1/4, 2/4 and 3/4
    #[arg(long, value_name = "I/N", value_parser = share)]
    pub(crate) index: Share,
    /// Where the bars are, if not where they were when the plan was made
    #[command(flatten)]
    pub(crate) bars: BarsArgs,
    /// Write the shard to a file [default: standard output]
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Overwrite files that exist
    #[arg(long)]
    pub(crate) force: bool,
}

/// Flags of `shard merge`.
#[derive(Debug, Args)]
pub(crate) struct ShardMergeArgs {
    /// The shards, in any order
    #[arg(value_name = "FILES", required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// Where the bars are, if not where they were when the plan was made
    #[command(flatten)]
    pub(crate) bars: BarsArgs,
    #[command(flatten)]
    pub(crate) run: SweepRunArgs,
}

/// One of several shares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Share {
    /// From 0.
    pub(crate) index: u64,
    pub(crate) of: u64,
}

fn share(text: &str) -> Result<Share, String> {
    let parsed = text
        .split_once('/')
        .and_then(|(index, of)| Some((index.trim().parse::<u64>().ok()?, of.trim().parse::<u64>().ok()?)));
    match parsed {
        Some((_, 0)) | None => Err("must be I/N, such as 0/4, with N at least 1".to_owned()),
        Some((index, of)) if index >= of => Err(format!("must be from 0/{of} to {}/{of}", of - 1)),
        Some((index, of)) => Ok(Share { index, of }),
    }
}

/// Two names.
fn pair(text: &str) -> Result<[String; 2], String> {
    match text
        .split_once(',')
        .map(|(first, second)| (first.trim(), second.trim()))
    {
        Some((first, second)) if !first.is_empty() && !second.is_empty() && !second.contains(',') => {
            Ok([first.to_owned(), second.to_owned()])
        }
        _ => Err("must be two names, such as fast_period,slow_period".to_owned()),
    }
}

/// A number of bytes with a unit or without.
fn bytes(text: &str) -> Result<u64, String> {
    let text = text.trim();
    let digits = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let unit: f64 = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1.0,
        "kb" => 1e3,
        "mb" => 1e6,
        "gb" => 1e9,
        "k" | "kib" => 1024.0,
        "m" | "mib" => 1024.0 * 1024.0,
        "g" | "gib" => 1024.0 * 1024.0 * 1024.0,
        _ => return Err("must be a number of bytes, such as 512MiB or 2GB".to_owned()),
    };
    match number.parse::<f64>() {
        Ok(number) if number * unit >= 1.0 && number * unit < 1e18 => Ok((number * unit) as u64),
        _ => Err("must be a number of bytes, at least 1, such as 512MiB or 2GB".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_count_from_0() {
        assert_eq!(share("0/1"), Ok(Share { index: 0, of: 1 }));
        assert_eq!(share("3/4"), Ok(Share { index: 3, of: 4 }));
        assert_eq!(share("4/4"), Err("must be from 0/4 to 3/4".to_owned()));
        for text in ["", "1", "1/0", "a/b", "-1/4", "1/2/3"] {
            assert!(share(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_pair_is_two_names() {
        assert_eq!(pair("a, b"), Ok(["a".to_owned(), "b".to_owned()]));
        for text in ["", "a", "a,", ",b", "a,b,c"] {
            assert!(pair(text).is_err(), "{text}");
        }
    }

    #[test]
    fn bytes_have_units() {
        for (text, expect) in [
            ("1", 1),
            ("512MiB", 512 << 20),
            ("2 GB", 2_000_000_000),
            ("1.5g", 3 << 29),
            ("64k", 65_536),
        ] {
            assert_eq!(bytes(text), Ok(expect), "{text}");
        }
        for text in ["", "0", "MB", "-1", "1 parsec", "1e9"] {
            assert!(bytes(text).is_err(), "{text}");
        }
    }
}

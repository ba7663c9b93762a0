//! The command line.

mod data;
mod indicators;

use std::path::PathBuf;

use clap::{
    Args, Parser, Subcommand, ValueEnum,
    builder::{PossibleValuesParser, TypedValueParser},
};
use threadx::request::LogFormat;

pub(crate) use data::{DataArgs, DataCommand, ExportArgs, ImportArgs, ResampleArgs, ShowArgs, ValidateArgs};
pub(crate) use indicators::IndicatorArgs;

const FIRST: &str = "Try first:\n  threadx backtest   a moving-average crossover on a year of hourly BTCUSDT bars \
                     that are built in";

/// Backtests over real bars, correctly and many at a time.
#[derive(Debug, Parser)]
#[command(name = "threadx", version, after_help = FIRST, arg_required_else_help = true, max_term_width = 100, disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) global: Global,
}

/// What every command takes.
#[derive(Debug, Args)]
pub(crate) struct Global {
    /// How results are printed: table, json or csv [default: table]
    #[arg(
        long,
        value_enum,
        value_name = "FORM",
        default_value_t,
        global = true,
        hide_default_value = true,
        hide_possible_values = true
    )]
    pub(crate) output: Output,
    /// Write log events to standard error even if it is a terminal
    #[arg(long, global = true)]
    pub(crate) log: bool,
    /// Form of log events: text or json
    #[arg(long, value_name = "FORM", value_parser = log_formats(), global = true, hide = true)]
    pub(crate) log_format: Option<LogFormat>,
    /// Write log events to FILE.<date>, a new file each day (UTC), the last seven kept
    #[arg(long, value_name = "FILE", global = true, hide = true)]
    pub(crate) log_file: Option<PathBuf>,
    /// Settings file (TOML); THREADX_* variables override it
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) settings: Option<PathBuf>,
}

fn log_formats() -> impl TypedValueParser<Value = LogFormat> {
    PossibleValuesParser::new(LogFormat::ALL.map(LogFormat::as_str)).map(|name| {
        LogFormat::ALL
            .into_iter()
            .find(|format| format.as_str() == name)
            .unwrap_or_default()
    })
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run one backtest
    Backtest(Box<BacktestArgs>),
    /// Run a grid of parameters and rank the results
    Sweep(Box<SweepArgs>),
    /// Run many requests at once, one a line
    Batch(Box<BatchArgs>),
    /// Compute indicators, or list them
    Indicators(Box<IndicatorArgs>),
    /// Store, check and look at bars
    Data(Box<DataArgs>),
    /// Run shares of a planned sweep apart, and put them together
    // Named by `sweep --help` and not here: the help has to fit a screen.
    #[command(subcommand, hide = true)]
    Shard(ShardCommand),
    /// List the strategies with their parameters
    Strategies {
        /// Print the page of the documentation about them, as Markdown
        #[arg(long)]
        page: bool,
    },
    /// Check that a strategy does not look ahead
    CheckStrategy(Box<CheckStrategyArgs>),
    /// Repeat the run of a result and compare
    Rerun(RerunArgs),
    /// Print the JSON Schema of a request or of the settings
    Schema {
        /// What the schema is of
        kind: crate::schema::Kind,
    },
}

/// How results are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Output {
    /// A readable summary.
    #[default]
    Table,
    /// One JSON document and nothing else.
    Json,
    /// The rows of the result that are a table.
    Csv,
}

/// Where the request and its bars come from.
#[derive(Debug, Args)]
#[command(next_help_heading = "Input")]
pub(crate) struct InputArgs {
    /// Request file, JSON or TOML; - reads JSON from standard input. Takes no request flags beside it
    #[arg(long, value_name = "FILE")]
    pub(crate) request: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) bars: BarsArgs,
}

/// Where bars come from.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct BarsArgs {
    /// File of bars (CSV of any known layout, Parquet or Feather) that stand for the token's; may be repeated, as for
    /// the tokens of a portfolio, in their order
    #[arg(long, value_name = "FILE", help_heading = "Input")]
    pub(crate) data: Vec<PathBuf>,
    /// Folder of stored bars, as `threadx data import` fills it [default: the setting data_dir]
    #[arg(long, value_name = "DIR", conflicts_with = "data", help_heading = "Input")]
    pub(crate) data_dir: Option<PathBuf>,
}

/// Flags of `batch`.
#[derive(Debug, Args)]
pub(crate) struct BatchArgs {
    /// File of requests, a line each: {"kind": "backtest", "id": "any", "request": {…}}; - reads standard input
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) bars: BarsArgs,
    /// Write results as they come, not in the order of the requests
    #[arg(long, help_heading = "Results")]
    pub(crate) unordered: bool,
    /// Write results to a file, with which an interrupted batch can be resumed
    #[arg(long, value_name = "FILE", help_heading = "Results")]
    pub(crate) out: Option<PathBuf>,
    /// Keep the results that are in the file and run what is missing
    #[arg(long, requires = "out", conflicts_with = "force", help_heading = "Results")]
    pub(crate) resume: bool,
    /// Overwrite the file
    #[arg(long, requires = "out", help_heading = "Results")]
    pub(crate) force: bool,
}

/// Signals that another tool decided.
#[derive(Debug, Args)]
#[command(next_help_heading = "Input")]
pub(crate) struct SignalsArgs {
    /// Entries and exits for the strategy signals: a file with the columns timestamp, long_entry, long_exit,
    /// short_entry, short_exit
    #[arg(long, value_name = "FILE")]
    pub(crate) signals: Option<PathBuf>,
    /// Leave out rows of --signals whose time is that of no bar, instead of refusing them
    #[arg(long, requires = "signals")]
    pub(crate) drop_unmatched: bool,
}

/// Flags of `check-strategy`.
#[derive(Debug, Args)]
pub(crate) struct CheckStrategyArgs {
    /// The strategy; `threadx strategies` lists them
    #[arg(value_name = "NAME", required_unless_present = "request", conflicts_with_all = ["request", "strategy"])]
    pub(crate) name: Option<String>,
    /// Most places at which the future is cut off or changed
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) cuts: u32,
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) signals: SignalsArgs,
    #[command(flatten)]
    pub(crate) fields: FieldArgs,
}

/// Flags of `rerun`.
#[derive(Debug, Args)]
pub(crate) struct RerunArgs {
    /// Result of backtest or sweep, as --output json printed it
    #[arg(value_name = "RESULT.json")]
    pub(crate) result: PathBuf,
    #[command(flatten)]
    pub(crate) bars: BarsArgs,
    #[command(flatten)]
    pub(crate) signals: SignalsArgs,
}

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
    /// Metrics to rank by, best first [default: sharpe_ratio,total_return]
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

/// Flags of `backtest`. Each field of a request has a flag of its name.
#[derive(Debug, Args)]
pub(crate) struct BacktestArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) signals: SignalsArgs,

    /// Markets to trade as one portfolio that shares the cash, instead of --token
    #[arg(
        long,
        value_name = "A,B,…",
        conflicts_with_all = ["request", "token"],
        help_heading = "Request"
    )]
    pub(crate) tokens: Option<String>,

    #[command(flatten)]
    pub(crate) fields: FieldArgs,

    /// Add equity and drawdown, one value per bar, to the JSON
    #[arg(long, help_heading = "Results")]
    pub(crate) curves: bool,
    /// Write the trades to a CSV file
    #[arg(long, value_name = "FILE", help_heading = "Results")]
    pub(crate) trades: Option<PathBuf>,
    /// Write equity and drawdown of each bar to a CSV file
    #[arg(long, value_name = "FILE", help_heading = "Results")]
    pub(crate) equity: Option<PathBuf>,
    /// Draw bars, trades and indicators as SVG
    #[arg(long, value_name = "FILE", help_heading = "Results")]
    pub(crate) chart: Option<PathBuf>,
    /// First bar of the chart [default: a little before the first trade]
    #[arg(long, value_name = "TIME", requires = "chart", help_heading = "Results")]
    pub(crate) chart_from: Option<String>,
    /// Bars of the chart
    #[arg(
        long,
        value_name = "N",
        requires = "chart",
        default_value_t = 160,
        value_parser = clap::value_parser!(u32).range(2..=2000),
        help_heading = "Results"
    )]
    pub(crate) chart_bars: u32,
    /// Overwrite files that exist
    #[arg(long, help_heading = "Results")]
    pub(crate) force: bool,
}

/// The request's fields as flags; texts, so that a wrong value is told like one in a request file.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Request")]
pub(crate) struct FieldArgs {
    /// Market [default: BTCUSDT, or from the name of the data file]
    #[arg(long, visible_alias = "symbol", conflicts_with = "request")]
    pub(crate) token: Option<String>,
    /// Interval of a bar [default: 1h, or from the spacing of the data file]
    #[arg(long, conflicts_with = "request")]
    pub(crate) timeframe: Option<String>,
    /// Strategy; `threadx strategies` lists them [default: ma_crossover]
    #[arg(long, conflicts_with = "request")]
    pub(crate) strategy: Option<String>,
    /// Parameter of the strategy, as name=value; may be repeated
    #[arg(
        short = 'p',
        long = "param",
        value_name = "NAME=VALUE",
        conflicts_with = "request"
    )]
    pub(crate) params: Vec<String>,
    /// First bar's time, UTC [default: the first stored bar]
    #[arg(
        long,
        visible_alias = "start",
        value_name = "TIME",
        conflicts_with = "request"
    )]
    pub(crate) start_date: Option<String>,
    /// End of the range, excluded, UTC [default: the end of the last stored bar]
    #[arg(long, visible_alias = "end", value_name = "TIME", conflicts_with = "request")]
    pub(crate) end_date: Option<String>,
    /// Starting cash [default: 10000]
    #[arg(
        long,
        visible_alias = "cash",
        value_name = "AMOUNT",
        conflicts_with = "request",
        allow_negative_numbers = true
    )]
    pub(crate) portfolio_value: Option<String>,
    /// Multiple of equity that an all-in entry takes [default: 1]
    #[arg(
        long,
        value_name = "X",
        conflicts_with = "request",
        allow_negative_numbers = true
    )]
    pub(crate) leverage: Option<String>,
    /// Fee per side as a fraction [default: 0.001]
    #[arg(
        long,
        visible_alias = "fee",
        value_name = "X",
        conflicts_with = "request",
        allow_negative_numbers = true
    )]
    pub(crate) fee_rate: Option<String>,
    /// Fraction by which fills are worse than the price [default: 0]
    #[arg(
        long,
        visible_alias = "slippage",
        value_name = "X",
        conflicts_with = "request",
        allow_negative_numbers = true
    )]
    pub(crate) slippage_rate: Option<String>,
    /// Yearly cost of a short position as a fraction [default: 0]
    #[arg(
        long,
        value_name = "X",
        conflicts_with = "request",
        allow_negative_numbers = true
    )]
    pub(crate) borrow_rate: Option<String>,
    /// Sides to take: long, short or both [default: long]
    #[arg(long, conflicts_with = "request")]
    pub(crate) direction: Option<String>,
    /// Execution of a decision: next_open or close [default: next_open]
    #[arg(long, conflicts_with = "request")]
    pub(crate) fill: Option<String>,
    /// Size of an entry: all_in, fraction=X, cash=X, quantity=X or risk=X [default: the strategy's, else all_in]
    #[arg(long, value_name = "SIZING", conflicts_with = "request")]
    pub(crate) sizing: Option<String>,
    /// Round quantities down to whole units
    #[arg(long, conflicts_with = "request")]
    pub(crate) whole_units: bool,
    /// Stop below the entry, as a fraction
    #[arg(
        long,
        value_name = "X",
        conflicts_with = "request",
        allow_negative_numbers = true
    )]
    pub(crate) stop_loss: Option<String>,
    /// Stop that trails the best price, as a fraction
    #[arg(
        long,
        value_name = "X",
        conflicts_with = "request",
        allow_negative_numbers = true
    )]
    pub(crate) trailing_stop: Option<String>,
    /// Target above the entry, as a fraction
    #[arg(
        long,
        value_name = "X",
        conflicts_with = "request",
        allow_negative_numbers = true
    )]
    pub(crate) take_profit: Option<String>,
    /// Most bars that a position is held
    #[arg(
        long,
        value_name = "BARS",
        conflicts_with = "request",
        allow_negative_numbers = true
    )]
    pub(crate) max_hold: Option<String>,
    /// Whether the strategy's exits count: true or false [default: true]
    #[arg(long, value_name = "BOOL", conflicts_with = "request")]
    pub(crate) exit_on_signal: Option<String>,
    /// Bars before the range that feed indicators: inside or before [default: inside]
    #[arg(long, conflicts_with = "request")]
    pub(crate) warm_up: Option<String>,
    /// Bars in a year, for annualised metrics [default: the timeframe's]
    #[arg(
        long,
        value_name = "X",
        conflicts_with = "request",
        allow_negative_numbers = true
    )]
    pub(crate) periods_per_year: Option<String>,
    /// Risk-free return a year as a fraction [default: 0]
    #[arg(
        long,
        value_name = "X",
        conflicts_with = "request",
        allow_negative_numbers = true
    )]
    pub(crate) risk_free_rate: Option<String>,
    /// Seed, kept with the request
    #[arg(
        long,
        value_name = "N",
        conflicts_with = "request",
        allow_negative_numbers = true
    )]
    pub(crate) seed: Option<String>,
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

//! The command line.

mod data;
mod indicators;
mod sweep;

use std::path::PathBuf;

use clap::{
    Args, Parser, Subcommand, ValueEnum,
    builder::{PossibleValuesParser, TypedValueParser},
};
use threadx::request::LogFormat;

pub(crate) use data::{DataArgs, DataCommand, ExportArgs, ImportArgs, ResampleArgs, ShowArgs, ValidateArgs};
pub(crate) use indicators::IndicatorArgs;
pub(crate) use sweep::{ShardCommand, ShardMergeArgs, ShardRunArgs, SweepArgs, SweepRunArgs};

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

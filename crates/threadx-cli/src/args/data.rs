//! Flags of `data`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use threadx::{
    data::{
        BadRows, BarTime, ColumnList, DailyStamps, DateOrder, DecimalMark, Duplicates, MergePolicy, RowOrder,
        Zone,
    },
    market::{Check, DeclaredCalendar, Symbol, Timeframe},
};

/// `data` and its commands.
#[derive(Debug, Args)]
pub(crate) struct DataArgs {
    #[command(subcommand)]
    pub(crate) command: DataCommand,
    /// Folder of stored bars [default: the setting data_dir]
    #[arg(long, value_name = "DIR", global = true)]
    pub(crate) data_dir: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum DataCommand {
    /// Store the bars of files of any known layout, and say what was found in them
    Import(Box<ImportArgs>),
    /// Check files or stored bars: holes, duplicates, order, outliers, prices, volume
    Validate(Box<ValidateArgs>),
    /// List what is stored
    List,
    /// Show what is stored of a market and where it came from
    Show(ShowArgs),
    /// Store the bars of a coarser timeframe that stored ones make up
    Resample(ResampleArgs),
    /// Write stored bars to a file
    Export(ExportArgs),
}

/// Flags of `data import`.
#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    /// Files: CSV or JSON (also in gz or zip), Parquet, Feather
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) dialect: DialectArgs,
    /// What is done with rows that are no bars
    #[arg(long, value_enum, default_value = "refuse", help_heading = "Policy")]
    pub(crate) bad_rows: BadRowsFlag,
    /// What is done with different bars of the same time in one file
    #[arg(long, value_enum, default_value = "refuse", help_heading = "Policy")]
    pub(crate) duplicates: DuplicatesFlag,
    /// What is done with rows far out of order
    #[arg(long, value_enum, default_value = "refuse", help_heading = "Policy")]
    pub(crate) order: OrderFlag,
    /// What is done with bars that differ from stored ones of the same time
    #[arg(long, value_enum, default_value = "refuse", help_heading = "Policy")]
    pub(crate) policy: PolicyFlag,
    /// When the market is open, by which a hole is a gap or a break
    #[arg(long, value_enum, default_value = "auto")]
    pub(crate) calendar: CalendarFlag,
    /// Take the new bars where they differ from stored ones; the same as --policy take-new
    #[arg(long, conflicts_with = "policy", help_heading = "Policy")]
    pub(crate) force: bool,
}

/// What a caller knows about a file; what is left out is found from its content.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "What the file holds")]
pub(crate) struct DialectArgs {
    /// Market [default: the symbol column, or from the name of the file]
    #[arg(long, visible_alias = "symbol", value_parser = symbol)]
    pub(crate) token: Option<Symbol>,
    /// Interval of a bar, checked against the spacing [default: from the spacing]
    #[arg(long, value_parser = timeframe)]
    pub(crate) timeframe: Option<Timeframe>,
    /// Zone of stamps that do not say theirs, such as America/New_York or +05:30 [default: UTC]
    #[arg(long, value_parser = Zone::parse, allow_hyphen_values = true)]
    pub(crate) timezone: Option<Zone>,
    /// Which end of its interval a stamp names
    #[arg(long, value_enum)]
    pub(crate) bar_time: Option<BarTimeFlag>,
    /// What each column holds, from left to right, such as time,open,high,low,close,-,volume
    #[arg(long, value_name = "LIST")]
    pub(crate) columns: Option<ColumnList>,
    /// Character between cells: one character, or tab
    #[arg(long, value_name = "CHAR", value_parser = delimiter)]
    pub(crate) delimiter: Option<u8>,
    /// Order of day and month
    #[arg(long, value_enum)]
    pub(crate) date_order: Option<DateOrderFlag>,
    /// Decimal mark
    #[arg(long, value_enum)]
    pub(crate) decimal: Option<DecimalFlag>,
    /// What prices are divided by, as 10000 for prices in ten-thousandths
    #[arg(long, value_name = "X", value_parser = divisor)]
    pub(crate) price_divisor: Option<f64>,
    /// Symbol whose rows are wanted, of a file of many markets
    #[arg(long, value_name = "SYMBOL")]
    pub(crate) rows_of: Option<String>,
    /// Entry of an archive of several
    #[arg(long, value_name = "NAME")]
    pub(crate) entry: Option<String>,
    /// Daily stamps at midnight of another zone are labels of trading days, not instants
    #[arg(long)]
    pub(crate) session_dates: bool,
    /// Seconds added to every stamp
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 0,
        hide_default_value = true,
        allow_negative_numbers = true
    )]
    pub(crate) shift_seconds: i64,
}

/// Flags of `data validate`.
#[derive(Debug, Args)]
pub(crate) struct ValidateArgs {
    /// Files, or tokens that are stored [default: all that is stored, else the embedded sample]
    #[arg(value_name = "FILE|TOKEN", conflicts_with = "request")]
    pub(crate) what: Vec<String>,
    /// Request file, JSON or TOML; - reads JSON from standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) request: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) dialect: DialectArgs,
    /// Checks to make: completeness, duplicates, order, gaps, outliers, ohlc, volume [default: all]
    #[arg(long, value_name = "CHECK,…", value_delimiter = ',', value_parser = check, conflicts_with = "request")]
    pub(crate) checks: Vec<Check>,
    /// When the market is open, by which a hole is a gap or a break [default: auto]
    #[arg(long, value_enum, conflicts_with = "request")]
    pub(crate) calendar: Option<CalendarFlag>,
    /// First open time that is checked, UTC [default: the first bar]
    #[arg(long, value_name = "TIME", conflicts_with = "request")]
    pub(crate) start: Option<String>,
    /// End of the range that is checked, excluded, UTC [default: the end of the last bar]
    #[arg(long, value_name = "TIME", conflicts_with = "request")]
    pub(crate) end: Option<String>,
}

/// Flags of `data show`.
#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// Market
    #[arg(value_parser = symbol)]
    pub(crate) token: Symbol,
    /// Interval of a bar [default: all that are stored]
    #[arg(long, value_parser = timeframe)]
    pub(crate) timeframe: Option<Timeframe>,
}

/// Flags of `data resample`.
#[derive(Debug, Args)]
pub(crate) struct ResampleArgs {
    /// Market
    #[arg(value_parser = symbol)]
    pub(crate) token: Symbol,
    /// Coarser timeframe that is made
    #[arg(long, value_name = "TIMEFRAME", value_parser = timeframe)]
    pub(crate) to: Timeframe,
    /// Finer timeframe that it is made of [default: the finest stored]
    #[arg(long, visible_alias = "timeframe", value_name = "TIMEFRAME", value_parser = timeframe)]
    pub(crate) from: Option<Timeframe>,
    /// Replace bars of that timeframe that are stored
    #[arg(long)]
    pub(crate) force: bool,
}

/// Flags of `data export`.
#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    /// Market
    #[arg(value_parser = symbol)]
    pub(crate) token: Symbol,
    /// File to write: .csv, .csv.gz, .parquet, .feather or .arrow
    #[arg(long, value_name = "FILE")]
    pub(crate) to: PathBuf,
    /// Interval of a bar [default: the one stored]
    #[arg(long, value_parser = timeframe)]
    pub(crate) timeframe: Option<Timeframe>,
    /// First open time that is written, UTC [default: the first bar]
    #[arg(long, value_name = "TIME")]
    pub(crate) start: Option<String>,
    /// End of the range that is written, excluded, UTC [default: the end of the last bar]
    #[arg(long, value_name = "TIME")]
    pub(crate) end: Option<String>,
    /// Overwrite the file if it exists
    #[arg(long)]
    pub(crate) force: bool,
}

/// Declares an enum of flag values beside the values that they stand for.
macro_rules! flag_of {
    ($(#[$doc:meta])* $name:ident for $target:ty { $($variant:ident => $value:expr,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
        pub(crate) enum $name {
            $($variant,)*
        }

        impl From<$name> for $target {
            fn from(flag: $name) -> Self {
                match flag {
                    $($name::$variant => $value,)*
                }
            }
        }
    };
}

flag_of! {
    /// Values of `--bad-rows`.
    BadRowsFlag for BadRows { Refuse => Self::Refuse, Drop => Self::Drop, }
}
flag_of! {
    /// Values of `--duplicates`.
    DuplicatesFlag for Duplicates {
        Refuse => Self::Refuse, KeepFirst => Self::KeepFirst, KeepLast => Self::KeepLast,
    }
}
flag_of! {
    /// Values of `--order`.
    OrderFlag for RowOrder { Refuse => Self::Auto, Sort => Self::Sort, }
}
flag_of! {
    /// Values of `--policy`.
    PolicyFlag for MergePolicy {
        Refuse => Self::Refuse, KeepStored => Self::KeepStored, TakeNew => Self::TakeNew,
    }
}
/// Values of `--calendar`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CalendarFlag {
    /// As the bars show it clearly, else always
    Auto,
    /// Around the clock, weekends included
    Always,
    /// Around the clock, but on Saturday and Sunday (UTC)
    Weekdays,
    /// In the hours of the week that have bars
    Sessions,
}

impl From<CalendarFlag> for DeclaredCalendar {
    fn from(flag: CalendarFlag) -> Self {
        match flag {
            CalendarFlag::Auto => Self::Auto,
            CalendarFlag::Always => Self::Always,
            CalendarFlag::Weekdays => Self::Weekdays,
            CalendarFlag::Sessions => Self::Sessions,
        }
    }
}

flag_of! {
    /// Values of `--bar-time`.
    BarTimeFlag for BarTime { Open => Self::Open, Close => Self::Close, }
}
flag_of! {
    /// Values of `--date-order`.
    DateOrderFlag for DateOrder { Dmy => Self::Dmy, Mdy => Self::Mdy, Ymd => Self::Ymd, }
}
flag_of! {
    /// Values of `--decimal`.
    DecimalFlag for DecimalMark { Point => Self::Point, Comma => Self::Comma, }
}

impl From<&DialectArgs> for threadx::data::ImportOptions {
    fn from(args: &DialectArgs) -> Self {
        Self {
            token: args.token.clone(),
            timeframe: args.timeframe,
            timezone: args.timezone.clone(),
            shift_seconds: args.shift_seconds,
            bar_time: args.bar_time.map_or(BarTime::Auto, Into::into),
            daily: if args.session_dates {
                DailyStamps::SessionDate
            } else {
                DailyStamps::Instant
            },
            delimiter: args.delimiter,
            columns: args.columns.clone(),
            date_order: args.date_order.map(Into::into),
            decimal: args.decimal.map(Into::into),
            price_divisor: args.price_divisor,
            symbol: args.rows_of.clone(),
            entry: args.entry.clone(),
            ..Self::default()
        }
    }
}

fn symbol(text: &str) -> Result<Symbol, String> {
    Symbol::parse(&text.trim().to_ascii_uppercase()).map_err(|error| error.to_string())
}

fn timeframe(text: &str) -> Result<Timeframe, String> {
    Timeframe::parse(text).map_err(|error| error.to_string())
}

fn check(text: &str) -> Result<Check, String> {
    Check::ALL
        .into_iter()
        .find(|check| check.as_str() == text.trim())
        .ok_or_else(|| {
            let names = Check::ALL.map(Check::as_str).join(", ");
            format!("{text:?} is not a check: expected one of {names}")
        })
}

fn delimiter(text: &str) -> Result<u8, String> {
    match text {
        "tab" | "\\t" => Ok(b'\t'),
        _ => match text.as_bytes() {
            [byte]
                if byte.is_ascii()
                    && !byte.is_ascii_alphanumeric()
                    && !matches!(byte, b'"' | b'\n' | b'\r') =>
            {
                Ok(*byte)
            }
            _ => Err("expected one character such as , ; | or the word tab".to_owned()),
        },
    }
}

fn divisor(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() && value > 0.0 => Ok(value),
        _ => Err("expected a number above 0".to_owned()),
    }
}

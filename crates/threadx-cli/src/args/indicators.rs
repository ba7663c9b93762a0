//! Flags of `indicators`.

use clap::Args;

use super::InputArgs;

/// Flags of `indicators`. Each field of a request has a flag of its name.
#[derive(Debug, Args)]
pub(crate) struct IndicatorArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,

    /// Indicator, as name or name:param=value,param=value; may be repeated [default: sma, rsi, bollinger]
    #[arg(
        short = 'i',
        long = "indicator",
        value_name = "NAME[:PARAM=VALUE,…]",
        conflicts_with = "request",
        help_heading = "Request"
    )]
    pub(crate) indicators: Vec<String>,
    /// Market [default: BTCUSDT, or from the name of the data file]
    #[arg(
        long,
        visible_alias = "symbol",
        conflicts_with = "request",
        help_heading = "Request"
    )]
    pub(crate) token: Option<String>,
    /// Interval of a bar [default: 1h, or from the spacing of the data file]
    #[arg(long, conflicts_with = "request", help_heading = "Request")]
    pub(crate) timeframe: Option<String>,
    /// First bar's time, UTC [default: the first stored bar]
    #[arg(
        long,
        visible_alias = "start",
        value_name = "TIME",
        conflicts_with = "request",
        help_heading = "Request"
    )]
    pub(crate) start_date: Option<String>,
    /// End of the range, excluded, UTC [default: the end of the last stored bar]
    #[arg(
        long,
        visible_alias = "end",
        value_name = "TIME",
        conflicts_with = "request",
        help_heading = "Request"
    )]
    pub(crate) end_date: Option<String>,

    /// List the indicators with parameters, defaults, bounds and outputs
    #[arg(long, conflicts_with_all = ["request", "data", "data_dir", "indicators"])]
    pub(crate) list: bool,
    /// Bars that the table shows, the last ones
    #[arg(long, value_name = "N", default_value_t = 10, help_heading = "Results")]
    pub(crate) last: usize,
}

//! How a file writes bars: found from its content, or said by the caller.

mod average_price;
mod column_list;
mod date_order;
mod decimal;
mod header;
mod header_zone;
mod kinds;
mod layout;
mod lean;
mod name;
mod nameless;
mod names;
mod plan;
mod price_order;
mod report;
mod roles;
mod sample;
mod time_columns;

pub use column_list::ColumnList;
pub(crate) use decimal::{decimal, is_missing};
#[cfg(feature = "parquet")]
pub(crate) use header::is_time_name;
pub(crate) use header::names_prices;
pub(crate) use header_zone::NamedZone;
pub(crate) use kinds::Kind;
pub(crate) use layout::Layout;
pub(crate) use name::dialect_name;
pub(crate) use plan::{Midnights, NoPlan, Plan};
pub use report::DialectReport;
pub(crate) use sample::{SAMPLE_ROWS_MAX, Sample};
pub(crate) use time_columns::TimeColumns;

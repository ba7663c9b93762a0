//! Parquet and Arrow IPC (Feather) files.

mod bar_file;
mod batches;
mod cause;
mod fault;
mod feather;
mod gather;
mod ipc_blocks;
mod packing;
mod pages;
mod part;
mod plain;
mod table_file;
mod text_rows;
mod thrift;
mod typed;
mod values;

pub(crate) use bar_file::{BarFileReader, BarFileWriter, export_parquet, fingerprint_of_file, read_bar_file};
pub(crate) use feather::export_feather;
pub(crate) use gather::{Kind, gather};
pub(crate) use table_file::ParquetTable;
pub(crate) use text_rows::rows_as_text;

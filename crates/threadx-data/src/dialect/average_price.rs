//! An average price between the prices and the volume of a file without names, as Kraken's interface gives it.

use super::{Sample, decimal::decimal, kinds::ColumnKinds, roles::Roles};
use crate::DecimalMark;

/// Rows that have to agree: by chance a volume lies between low and high now and then.
const ROWS_MIN: usize = 8;

/// The column of the volume, if the one that stands where it should be holds average prices: between low and high
/// in every row, or 0 where nothing was traded.
pub(crate) fn volume_behind(
    sample: &Sample,
    kinds: &[ColumnKinds],
    roles: &Roles,
    mark: DecimalMark,
) -> Option<usize> {
    let average = roles.volume?;
    let volume = average + 1;
    if !kinds.get(volume)?.is_numbers() {
        return None;
    }
    let [_, high, low, _] = roles.prices;
    let mut between = 0;
    for row in &sample.rows {
        let number = |column: usize| decimal(row.get(column)?.as_bytes(), mark);
        // A row that is no bar says nothing.
        let (Some(high), Some(low), Some(average)) = (number(high), number(low), number(average)) else {
            continue;
        };
        if average == 0.0 {
            continue;
        }
        if average < low || average > high {
            return None;
        }
        between += 1;
    }
    (between >= ROWS_MIN).then_some(volume)
}

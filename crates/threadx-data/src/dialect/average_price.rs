//! A fifth price between the prices and the volume of a file without names: an average one, as Kraken's interface
//! gives it, or an adjusted close, as Yahoo's files have it.

use super::{Sample, decimal::decimal, kinds::ColumnKinds, roles::Roles};
use crate::DecimalMark;

/// Rows that have to agree: by chance a volume lies between low and high now and then.
const ROWS_MIN: usize = 8;

/// Part of a ratio by which it may change from row to row and still be the same: dividends are smaller than moves.
const SAME_RATIO: f64 = 0.002;

/// The column of the volume, if the one that stands where it should be holds prices: average ones, between low and
/// high in every row, or 0 where nothing was traded; or adjusted ones, which bear the same ratio to the close as in
/// the row before in nine rows of ten.
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
    let [_, high, low, close] = roles.prices;
    let (mut rows, mut between, mut steady) = (0, 0, 0);
    let mut ratio_before = f64::NAN;
    for row in &sample.rows {
        let number = |column: usize| decimal(row.get(column)?.as_bytes(), mark);
        // A row that is no bar says nothing.
        let (Some(high), Some(low), Some(close), Some(average)) =
            (number(high), number(low), number(close), number(average))
        else {
            continue;
        };
        if average == 0.0 {
            continue;
        }
        let ratio = average / close;
        rows += 1;
        between += usize::from(low <= average && average <= high);
        steady += usize::from((ratio / ratio_before - 1.0).abs() <= SAME_RATIO);
        ratio_before = ratio;
    }
    let is_price = between == rows || (steady + 1) * 10 >= rows * 9;
    (is_price && rows >= ROWS_MIN).then_some(volume)
}

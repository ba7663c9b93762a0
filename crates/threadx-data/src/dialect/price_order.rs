//! Which of four columns of prices is which, told by the prices.

/// Rows in a hundred that may contradict an order: files have bad rows.
const BAD_ROWS_PERCENT: usize = 20;

/// A usual move from row to row that even prices may show in one column only.
const CALM_MOVE: f64 = 0.02;

/// Times that a column's usual move may be that of another.
const ALIKE: f64 = 6.0;

/// The positions of open, high, low and close among four columns of prices without names, from rows in the
/// order of the file. `None` if no order fits.
///
/// The usual order is taken if it fits. Otherwise, if the columns move alike, low is the column that is the smallest in every row, high
/// the one that is the largest, and of the other two open is the one that a row shares with the close of the
/// row before (after it, in a file that runs backwards); where that does not tell, the left one is open, as
/// in Coinbase's `low, high, open, close` and Bitfinex's `open, close, high, low`.
pub(crate) fn price_order(rows: &[[f64; 4]], descending: bool) -> Option<[usize; 4]> {
    const USUAL: [usize; 4] = [0, 1, 2, 3];
    if fits(rows, USUAL) {
        return Some(USUAL);
    }
    if !move_alike(rows) {
        return None;
    }
    let mut best: Option<(f64, [usize; 4])> = None;
    for low in 0..4 {
        for high in (0..4).filter(|high| *high != low) {
            let rest: Vec<usize> = (0..4).filter(|column| ![low, high].contains(column)).collect();
            let [left, right] = rest[..] else { continue };
            for order in [[left, high, low, right], [right, high, low, left]] {
                if !fits(rows, order) {
                    continue;
                }
                let jump = median_jump(rows, order, descending);
                // Clearly smaller, not by chance.
                if best.is_none_or(|(least, _)| jump < least * 0.5) {
                    best = Some((jump, order));
                }
            }
        }
    }
    best.map(|(_, order)| order)
}

/// Whether the four columns move about as much from row to row, as prices of one market do. A volume that happens to be
/// below the prices looks like a low, but it moves otherwise.
fn move_alike(rows: &[[f64; 4]]) -> bool {
    let moves: [f64; 4] = std::array::from_fn(|column| {
        let moves = rows
            .windows(2)
            .map(|pair| (pair[1][column] / pair[0][column] - 1.0).abs());
        median(moves.collect()).unwrap_or(0.0)
    });
    let most = moves.into_iter().fold(0.0, f64::max);
    let least = moves.into_iter().fold(f64::MAX, f64::min);
    most <= CALM_MOVE || most <= least * ALIKE
}

/// The middle of what is finite.
fn median(mut values: Vec<f64>) -> Option<f64> {
    values.retain(|value| value.is_finite());
    let middle = values.len() / 2;
    if values.is_empty() {
        return None;
    }
    Some(*values.select_nth_unstable_by(middle, f64::total_cmp).1)
}

fn fits(rows: &[[f64; 4]], [open, high, low, close]: [usize; 4]) -> bool {
    let bad = rows
        .iter()
        .filter(|row| {
            let (open, high, low, close) = (row[open], row[high], row[low], row[close]);
            !(low <= open && low <= close && open <= high && close <= high)
        })
        .count();
    bad * 100 <= rows.len() * BAD_ROWS_PERCENT
}

/// Median of |open − close of the bar before| / open.
fn median_jump(rows: &[[f64; 4]], [open, _, _, close]: [usize; 4], descending: bool) -> f64 {
    let jumps = rows.windows(2).map(|pair| {
        let (earlier, later) = if descending {
            (pair[1], pair[0])
        } else {
            (pair[0], pair[1])
        };
        ((later[open] - earlier[close]) / later[open]).abs()
    });
    median(jumps.collect()).unwrap_or(f64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hourly bars of 2019, open, high, low, close.
    fn bars() -> Vec<[f64; 4]> {
        let bars = crate::sample().unwrap().bars;
        (0..500)
            .map(|i| [bars.open()[i], bars.high()[i], bars.low()[i], bars.close()[i]])
            .collect()
    }

    #[test]
    fn every_order_that_is_in_use_is_found() {
        for order in [
            [0, 1, 2, 3],
            [2, 1, 0, 3],
            [0, 2, 3, 1],
            [1, 2, 3, 0],
            [3, 1, 2, 0],
        ] {
            let mut rows: Vec<[f64; 4]> = bars()
                .iter()
                .map(|bar| {
                    let mut row = [0.0; 4];
                    for (value, column) in bar.iter().zip(order) {
                        row[column] = *value;
                    }
                    row
                })
                .collect();
            // Open and close swapped is an order too; only the usual one is preferred to it.
            let swapped = order == [3, 1, 2, 0];
            let expect = if swapped { [0, 1, 2, 3] } else { order };
            assert_eq!(price_order(&rows, false), Some(expect), "{order:?}");
            rows.reverse();
            assert_eq!(price_order(&rows, true), Some(expect), "{order:?} backwards");
        }
    }

    #[test]
    fn columns_that_are_no_prices_have_no_order() {
        let rows: Vec<[f64; 4]> = bars()
            .iter()
            .enumerate()
            .map(|(i, _)| {
                let turn = |k: usize| ((i * 7 + k * 3) % 11) as f64;
                [turn(0), turn(1), turn(2), turn(3)]
            })
            .collect();
        assert_eq!(price_order(&rows, false), None);
    }

    #[test]
    fn a_volume_below_the_prices_is_no_low() {
        let sample = crate::sample().unwrap().bars;
        let bars: Vec<[f64; 4]> = bars()
            .iter()
            .zip(sample.volume())
            .map(|([_, high, low, close], volume)| [*volume, *close, *high, *low])
            .collect();
        assert!(fits(&bars, [1, 2, 0, 3]), "it looks like a low");
        assert_eq!(price_order(&bars, false), None);
    }

    #[test]
    fn a_few_bad_rows_do_not_matter() {
        let mut rows = bars();
        for bad in rows.iter_mut().step_by(6) {
            bad[1] = 1.0;
        }
        assert_eq!(price_order(&rows, false), Some([0, 1, 2, 3]));
    }
}

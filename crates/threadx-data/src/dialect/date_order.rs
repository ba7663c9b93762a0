//! Day first or month first, told by the dates of a column.

use threadx_market::Timestamp;

use crate::{
    DateOrder,
    moment::{DAY, Moment, moment},
};

/// What the dates of a column tell about their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Told {
    /// This order, or that it does not matter.
    Order(DateOrder),
    /// These two are as likely.
    Either(DateOrder, DateOrder),
}

/// The order of day and month in `cells`, which stand in the order of the file.
///
/// An order in which the dates do not exist is out. Of those that are left the one wins in which the rows go
/// one way, then the one in which they lie closest together, as bars do: `01/02 … 09/02` are nine days of
/// February rather than the second of nine months. Two are as likely if they lie equally close (one date
/// only), or if the wider reading is the first of one month after the other, as monthly bars are stamped.
pub(crate) fn date_order<'a>(cells: &(impl Iterator<Item = &'a str> + Clone)) -> Told {
    let readings =
        [DateOrder::Dmy, DateOrder::Mdy, DateOrder::Ymd].map(|order| Reading::of(order, cells.clone()));
    let parsed = readings
        .iter()
        .map(|reading| reading.dates.len())
        .max()
        .unwrap_or(0);
    // Dates with points are written day first wherever they are written.
    let points = cells
        .clone()
        .any(|cell| cell.trim().split(['.', ' ']).count() >= 3 && !cell.contains(['-', '/']));
    let mut possible: Vec<&Reading> = readings
        .iter()
        .filter(|reading| reading.dates.len() * 10 >= parsed * 9)
        .collect();
    if points && possible.iter().any(|reading| reading.order == DateOrder::Dmy) {
        return Told::Order(DateOrder::Dmy);
    }
    possible.sort_by_key(|reading| (reading.turns, reading.span, reading.order));
    match possible[..] {
        [] => Told::Order(DateOrder::Dmy),
        [only] => Told::Order(only.order),
        [best, next, ..] => {
            let same = best.dates == next.dates;
            let unsure = best.turns == next.turns && (best.span == next.span || next.is_monthly());
            if !same && unsure {
                Told::Either(best.order, next.order)
            } else {
                Told::Order(best.order)
            }
        }
    }
}

/// The dates as one order reads them.
#[derive(Debug)]
struct Reading {
    order: DateOrder,
    /// Days from 1970-01-01.
    dates: Vec<i64>,
    /// Steps against the way that most go.
    turns: usize,
    span: i64,
}

impl Reading {
    fn of<'a>(order: DateOrder, cells: impl Iterator<Item = &'a str>) -> Self {
        let dates: Vec<i64> = cells
            .filter_map(|cell| match moment(cell.as_bytes(), order)? {
                Moment::Date(at) | Moment::Local(at) | Moment::Instant(at, _) | Moment::Epoch(at, _) => {
                    Some(at.div_euclid(DAY))
                }
            })
            .collect();
        let steps = |wanted: std::cmp::Ordering| {
            dates
                .windows(2)
                .filter(|pair| pair[1].cmp(&pair[0]) == wanted)
                .count()
        };
        let turns = steps(std::cmp::Ordering::Less).min(steps(std::cmp::Ordering::Greater));
        let span = match (dates.iter().min(), dates.iter().max()) {
            (Some(first), Some(last)) => last - first,
            _ => 0,
        };
        Self {
            order,
            dates,
            turns,
            span,
        }
    }

    /// Whether the rows could be monthly bars: each a month after the one before, all on the first.
    fn is_monthly(&self) -> bool {
        let first_of_month = |date: &i64| {
            let at = Timestamp::from_nanoseconds(date.saturating_mul(DAY));
            at.to_datetime().day() == 1
        };
        self.dates.iter().all(first_of_month)
            && self
                .dates
                .windows(2)
                .all(|pair| (28..=31).contains(&(pair[1] - pair[0]).abs()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(cells: &[&str], expect: Told) {
        assert_eq!(date_order(&cells.iter().copied()), expect, "{cells:?}");
    }

    #[test]
    fn a_day_above_twelve_tells() {
        check(
            &["11/5/2019 9:30", "11/13/2019 9:30"],
            Told::Order(DateOrder::Mdy),
        );
        check(&["5/11/2019", "13/11/2019"], Told::Order(DateOrder::Dmy));
        check(&["19-12-30", "19-12-31"], Told::Order(DateOrder::Ymd));
    }

    #[test]
    fn without_one_the_closest_reading_wins() {
        check(
            &["02/02/2019", "03/02/2019", "04/02/2019"],
            Told::Order(DateOrder::Dmy),
        );
        check(
            &["02/01/2019", "03/01/2019", "04/01/2019", "07/01/2019"],
            Told::Order(DateOrder::Dmy),
        );
        check(
            &["01/02/2019", "01/03/2019", "01/04/2019", "02/01/2019"],
            Told::Order(DateOrder::Mdy),
        );
        check(
            &["4/10/2020", "4/9/2020", "4/8/2020"],
            Told::Order(DateOrder::Mdy),
        );
        check(&["03.04.2019", "04.04.2019"], Told::Order(DateOrder::Dmy));
        check(&["01.02.2019 22:00:00.000"], Told::Order(DateOrder::Dmy));
    }

    #[test]
    fn what_cannot_be_told_is_said_so() {
        check(
            &["01/02/2019", "01/02/2019"],
            Told::Either(DateOrder::Dmy, DateOrder::Mdy),
        );
        check(
            &["1/1/2019", "1/2/2019", "1/3/2019"],
            Told::Either(DateOrder::Mdy, DateOrder::Dmy),
        );
    }

    #[test]
    fn where_it_does_not_matter_any_order_does() {
        check(&["2019-01-02", "2019-02-01"], Told::Order(DateOrder::Dmy));
        check(&["1546300800", "1546304400"], Told::Order(DateOrder::Dmy));
        check(&["05/05/2019"], Told::Order(DateOrder::Dmy));
        check(&[], Told::Order(DateOrder::Dmy));
    }
}

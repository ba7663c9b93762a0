//! In which order rows come, and how far some are from their place.

use threadx_market::Timestamp;

use super::report::EXAMPLES_MAX;

/// In which order rows come, and how far some are from their place.
#[derive(Debug)]
pub(crate) struct Order {
    place_name: &'static str,
    previous: Option<i64>,
    rising: Against,
    falling: Against,
    latest: Option<i64>,
    earliest: Option<i64>,
}

/// What speaks against rows running one way.
#[derive(Debug, Default)]
struct Against {
    rows: u64,
    /// Farthest that a row is behind one that came before it, in nanoseconds.
    farthest: i64,
    examples: Vec<String>,
}

impl Against {
    fn add(&mut self, behind: i64, place: impl FnOnce() -> String, time: i64, previous: i64) {
        self.rows += 1;
        self.farthest = self.farthest.max(behind);
        if self.examples.len() < EXAMPLES_MAX {
            let (time, previous) = (
                Timestamp::from_nanoseconds(time),
                Timestamp::from_nanoseconds(previous),
            );
            self.examples
                .push(format!("{}: {time} after {previous}", place()));
        }
    }
}

impl Order {
    /// Of rows whose place is called `place_name`.
    pub(crate) fn new(place_name: &'static str) -> Self {
        Self {
            place_name,
            previous: None,
            rising: Against::default(),
            falling: Against::default(),
            latest: None,
            earliest: None,
        }
    }

    #[inline]
    pub(crate) fn add(&mut self, place: u64, time: i64) {
        let name = self.place_name;
        let place = || format!("{name} {place}");
        if let Some(previous) = self.previous {
            if time < previous {
                let behind = self.latest.unwrap_or(previous).saturating_sub(time);
                self.rising.add(behind, place, time, previous);
            }
            if time > previous {
                let behind = time.saturating_sub(self.earliest.unwrap_or(previous));
                self.falling.add(behind, place, time, previous);
            }
        }
        self.previous = Some(time);
        self.latest = self.latest.max(Some(time));
        self.earliest = Some(self.earliest.map_or(time, |earliest| earliest.min(time)));
    }

    /// Whether the rows run backwards.
    pub(crate) fn descending(&self) -> bool {
        self.rising.rows > self.falling.rows
    }

    /// Rows that are out of order, how far the farthest is from its place (nanoseconds), and the first.
    pub(crate) fn disorder(&self) -> (u64, i64, &[String]) {
        let against = if self.descending() {
            &self.falling
        } else {
            &self.rising
        };
        (against.rows, against.farthest, &against.examples)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(times: &[i64], descending: bool, rows: u64, farthest: i64) {
        let mut order = Order::new("row");
        for (time, place) in times.iter().zip(2..) {
            order.add(place, *time);
        }
        let (got_rows, got_farthest, _) = order.disorder();
        assert_eq!(
            (order.descending(), got_rows, got_farthest),
            (descending, rows, farthest),
            "{times:?}"
        );
    }

    #[test]
    fn both_ways_are_in_order() {
        check(&[], false, 0, 0);
        check(&[1, 2, 2, 3], false, 0, 0);
        check(&[3, 2, 2, 1], true, 0, 0);
    }

    #[test]
    fn rows_against_the_way_are_counted_with_their_distance() {
        check(&[1, 2, 5, 3, 4, 6], false, 1, 2);
        check(&[9, 8, 3, 5, 4, 1], true, 1, 2);
        check(&[1, 9, 2, 3], false, 1, 7);
    }
}

//! The timeframe of bars, told by their spacing.

use std::collections::BTreeMap;

use threadx_market::{Timeframe, Timestamp};

/// A spacing counts as that of the bars if at least one in this many steps has it.
const SHARE: u64 = 10;

/// The timeframe whose spacing is the most frequent one between neighbouring bars.
///
/// 28 to 31 days are one spacing, the calendar month. Of two that are equally frequent the finer is taken.
/// `None` if there are fewer than two bars, if the most frequent spacing is that of no timeframe, or if
/// fewer than one step in ten has it (ticks, for example, are no bars). Holes, nights and weekends do not
/// matter, as they are rarer than the steps between them. The order of `times` does not matter, but they
/// must be sorted either way for a sensible answer.
///
/// ```
/// use threadx_data::timeframe_of;
/// use threadx_market::{Timeframe, Timestamp};
///
/// let at = |text| Timestamp::parse(text);
/// let times = [at("2019-01-03")?, at("2019-01-04")?, at("2019-01-07")?, at("2019-01-08")?];
/// assert_eq!(timeframe_of(&times), Some(Timeframe::D1));
/// # Ok::<(), threadx_error::DataError>(())
/// ```
#[must_use]
pub fn timeframe_of(times: &[Timestamp]) -> Option<Timeframe> {
    let mut counts = Spacings::default();
    for time in times {
        counts.add(time.nanoseconds());
    }
    counts.timeframe()
}

/// Different spacings that are counted: bars have few, ticks as many as there are.
const SPACINGS_MAX: usize = 1 << 16;

/// Counts of the spacings between neighbouring rows.
#[derive(Debug, Default)]
pub(crate) struct Spacings {
    previous: Option<i64>,
    /// By nanoseconds, the calendar month under the length of its 30 days.
    counts: BTreeMap<i64, u64>,
    /// The spacing added last and how often in a row: nearly always the next one too.
    run: (i64, u64),
    steps: u64,
}

impl Spacings {
    #[inline]
    pub(crate) fn add(&mut self, time: i64) {
        if let Some(previous) = self.previous.replace(time) {
            let step = time.saturating_sub(previous).saturating_abs();
            // Rows of the same time are duplicates, not spacings.
            self.steps += u64::from(step > 0);
            if step == self.run.0 {
                self.run.1 += 1;
            } else {
                self.flush();
                self.run = (step, 1);
            }
        }
    }

    fn flush(&mut self) {
        const MONTH: i64 = 30 * 24 * 3600 * 1_000_000_000;
        let (step, count) = self.run;
        if step > 0 {
            let month = Timeframe::from_spacing(step) == Some(Timeframe::Month1);
            let step = if month { MONTH } else { step };
            if self.counts.len() < SPACINGS_MAX || self.counts.contains_key(&step) {
                *self.counts.entry(step).or_default() += count;
            }
        }
        self.run.1 = 0;
    }

    /// Whether no two rows are closer than the bars of `timeframe`.
    pub(crate) fn allow(&mut self, timeframe: Timeframe) -> bool {
        const SHORTEST_MONTH: i64 = 28 * 24 * 3600 * 1_000_000_000;
        self.flush();
        let least = timeframe.nanoseconds().unwrap_or(SHORTEST_MONTH);
        self.counts.keys().next().is_none_or(|step| *step >= least)
    }

    /// The timeframe whose spacing is the most frequent one.
    pub(crate) fn timeframe(&mut self) -> Option<Timeframe> {
        Timeframe::from_spacing(self.usual()?)
    }

    /// The most frequent spacing, in nanoseconds, if it is that of bars.
    pub(crate) fn usual(&mut self) -> Option<i64> {
        self.flush();
        let mut best: Option<(i64, u64)> = None;
        for (step, count) in &self.counts {
            if best.is_none_or(|(_, most)| *count > most) {
                best = Some((*step, *count));
            }
        }
        let (step, count) = best?;
        (count * SHARE >= self.steps).then_some(step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(seconds: &[i64], expect: Option<Timeframe>) {
        let times: Vec<_> = seconds
            .iter()
            .map(|second| Timestamp::from_nanoseconds(second * 1_000_000_000))
            .collect();
        assert_eq!(timeframe_of(&times), expect, "{seconds:?}");
        let reversed: Vec<_> = times.into_iter().rev().collect();
        assert_eq!(timeframe_of(&reversed), expect, "{seconds:?} reversed");
    }

    #[test]
    fn the_most_frequent_spacing_decides() {
        check(&[0, 60, 120, 180, 480], Some(Timeframe::M1));
        check(&[0, 3600, 7200, 90_000, 93_600], Some(Timeframe::H1));
        check(&[0, 86_400, 345_600], Some(Timeframe::D1));
        check(&[0, 7 * 86_400, 14 * 86_400], Some(Timeframe::W1));
        check(
            &[0, 31 * 86_400, 59 * 86_400, 90 * 86_400],
            Some(Timeframe::Month1),
        );
    }

    #[test]
    fn of_equally_frequent_spacings_the_finer_is_taken() {
        check(&[0, 60, 360], Some(Timeframe::M1));
    }

    #[test]
    fn what_is_spaced_like_no_timeframe_has_none() {
        check(&[], None);
        check(&[0], None);
        check(&[0, 0], None);
        check(&[0, 7, 14], None);
        let ticks: Vec<i64> = (0..50).map(|n| n * n * 3).chain([10_000, 10_060]).collect();
        check(&ticks, None);
    }
}

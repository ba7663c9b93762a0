//! The windows of a walk-forward analysis.

use std::ops::Range;

use threadx_error::SweepError;
use threadx_market::{Bars, Timestamp};
use threadx_spec::WalkForward;

/// Most windows of an analysis.
const WINDOWS_MAX: u32 = 10_000;

/// A train window and the test window behind it. Positions of bars count from 0 at the start of the range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// Start and end, excluded, of the train window.
    pub train_time: [Timestamp; 2],
    /// The bars that are learned from: those that end within the train window, without the purged ones.
    pub train: Range<usize>,
    /// Start and end, excluded, of the test window. The last one may be cut short by the end of the bars.
    pub test_time: [Timestamp; 2],
    /// The bars that are traded: those that end within the test window, without the embargoed ones.
    pub test: Range<usize>,
}

/// The windows of an analysis over `bars`: the first train window begins at the first bar, each test window where its
/// train window ends, and the next pair a test window later.
///
/// A bar belongs to a window if it opens at its start or later and ends at its end or before. Windows follow until the
/// bars end; the last test window may be shorter than the others.
///
/// ```
/// use threadx_engine::walk_forward_windows;
/// use threadx_market::{Bars, Columns, Span, Timeframe, Timestamp};
/// use threadx_spec::WalkForward;
///
/// let day = |n: i64| Timestamp::from_nanoseconds(n * 86_400_000_000_000);
/// let flat = || vec![1.0; 10];
/// let bars = Bars::new(
///     Timeframe::D1,
///     Columns {
///         time: (0..10).map(day).collect(),
///         open: flat(),
///         high: flat(),
///         low: flat(),
///         close: flat(),
///         volume: flat(),
///     },
/// )?;
/// let spec = WalkForward {
///     train: Span::parse("4d").ok_or("a span")?,
///     test: Span::parse("3d").ok_or("a span")?,
///     anchored: false,
///     purge: 1,
///     embargo: 0,
/// };
/// let windows = walk_forward_windows(&bars, &spec)?;
/// assert_eq!((windows[0].train.clone(), windows[0].test.clone()), (0..3, 4..7));
/// assert_eq!((windows[1].train.clone(), windows[1].test.clone()), (3..6, 7..10));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`SweepError::NoWindow`] if no bar is left behind the first train window, or there would be more than 10,000
/// windows.
pub fn walk_forward_windows(bars: &Bars, spec: &WalkForward) -> Result<Vec<Window>, SweepError> {
    let (Some(start), Some(end)) = (bars.first(), bars.end()) else {
        return Err(none(bars, spec, "there are no bars"));
    };
    let first_test = spec.train.after(start, 1);
    let mut windows = Vec::new();
    for number in 0.. {
        // Counted from the start, so that windows of months do not move.
        let tests = [number, number + 1].map(|times| spec.test.after(first_test, times));
        if tests[0] >= end {
            break;
        }
        if number == WINDOWS_MAX {
            return Err(none(bars, spec, "it would be cut into more than 10000 windows"));
        }
        let train_start = if spec.anchored {
            start
        } else {
            spec.test.after(start, number)
        };
        let train_time = [train_start, tests[0]];
        let test_time = [tests[0], tests[1].min(end)];
        let (mut train, mut test) = (whole(bars, train_time), whole(bars, test_time));
        train.end = train.end.saturating_sub(count(spec.purge)).max(train.start);
        test.start = test.start.saturating_add(count(spec.embargo)).min(test.end);
        windows.push(Window {
            train_time,
            train,
            test_time,
            test,
        });
    }
    if windows.iter().all(|window| window.test.is_empty()) {
        return Err(none(bars, spec, "no bar is left to test on"));
    }
    if windows.iter().all(|window| window.train.is_empty()) {
        return Err(none(bars, spec, "no bar is left to train on"));
    }
    Ok(windows)
}

/// The bars that lie wholly within a time.
fn whole(bars: &Bars, [start, end]: [Timestamp; 2]) -> Range<usize> {
    let mut range = bars.positions(start, end);
    while let Some(last) = range.end.checked_sub(1).filter(|last| *last >= range.start) {
        if bars.timeframe().next(bars.time()[last]) <= end {
            break;
        }
        range.end = last;
    }
    range
}

/// More bars than a usize counts is as good as all.
fn count(bars: u64) -> usize {
    usize::try_from(bars).unwrap_or(usize::MAX)
}

fn none(bars: &Bars, spec: &WalkForward, rule: &'static str) -> SweepError {
    SweepError::NoWindow {
        range: match (bars.first(), bars.end()) {
            (Some(first), Some(end)) => format!("{first} to {end}"),
            _ => "nothing".to_owned(),
        },
        train: spec.train.to_string(),
        test: spec.test.to_string(),
        rule,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use threadx_market::{Columns, Span, Timeframe};

    const HOUR: i64 = 3_600_000_000_000;

    /// Bars of 4 hours that open at these multiples of an hour.
    fn bars(hours: impl IntoIterator<Item = i64>) -> Bars {
        let time: Vec<Timestamp> = hours
            .into_iter()
            .map(|hour| Timestamp::from_nanoseconds(hour * HOUR))
            .collect();
        let flat = || vec![1.0; time.len()];
        let columns = Columns {
            open: flat(),
            high: flat(),
            low: flat(),
            close: flat(),
            volume: flat(),
            time: time.clone(),
        };
        Bars::new(Timeframe::H4, columns).unwrap()
    }

    fn spec(train: &str, test: &str) -> WalkForward {
        WalkForward {
            train: Span::parse(train).unwrap(),
            test: Span::parse(test).unwrap(),
            anchored: false,
            purge: 0,
            embargo: 0,
        }
    }

    #[test]
    fn months_are_those_of_the_calendar_and_the_last_window_may_be_short() {
        // Every 4 hours from 2019-01-01, for 130 days.
        let start = Timestamp::parse("2019-01-01").unwrap().nanoseconds() / HOUR;
        let bars = bars((0..130 * 6).map(|bar| start + 4 * bar));
        let windows = walk_forward_windows(&bars, &spec("2M", "1M")).unwrap();
        let days: Vec<_> = windows
            .iter()
            .map(|window| (window.train.len() / 6, window.test.len() / 6))
            .collect();
        assert_eq!(days, [(59, 31), (59, 30), (61, 10)]);
        assert_eq!(windows[2].test_time[1], bars.end().unwrap());
        assert_eq!(windows[1].test_time[0].to_string(), "2019-04-01T00:00:00Z");
    }

    #[test]
    fn a_bar_across_the_edge_of_a_window_belongs_to_none() {
        // Windows of 6 hours cut every second bar.
        let windows = walk_forward_windows(&bars((0..6).map(|bar| 4 * bar)), &spec("6h", "6h")).unwrap();
        let ranges: Vec<_> = windows
            .iter()
            .map(|window| (window.train.clone(), window.test.clone()))
            .collect();
        assert_eq!(ranges, [(0..1, 2..3), (2..3, 3..4), (3..4, 5..6)]);
    }

    #[test]
    fn where_nothing_is_left_the_reason_is_told() {
        let some = bars((0..6).map(|bar| 4 * bar));
        let rule =
            |bars: &Bars, spec: &WalkForward| walk_forward_windows(bars, spec).unwrap_err().to_string();
        assert_eq!(
            rule(&some, &spec("1d", "1d")),
            "1970-01-01T00:00:00Z to 1970-01-02T00:00:00Z cannot be cut into windows of 1d to train and 1d to test: \
             no bar is left to test on"
        );
        let all_purged = WalkForward {
            purge: u64::MAX,
            ..spec("8h", "8h")
        };
        assert!(rule(&some, &all_purged).ends_with("no bar is left to train on"));
        let embargoed = WalkForward {
            embargo: 2,
            ..spec("8h", "8h")
        };
        assert!(rule(&some, &embargoed).ends_with("no bar is left to test on"));
        assert!(rule(&bars([0, 4 * 500_000]), &spec("1m", "1m")).ends_with("more than 10000 windows"));
        assert!(rule(&bars([]), &spec("8h", "8h")).ends_with("there are no bars"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(10_000))]

        #[test]
        fn windows_follow_each_other_and_never_learn_from_their_test(
            gaps in prop::collection::vec(4..40i64, 1..80),
            train in 1..200u32,
            test in 5..200u32,
            anchored: bool,
            purge in 0..5u64,
            embargo in 0..5u64,
        ) {
            let bars = bars(gaps.iter().scan(0, |at, gap| { *at += gap; Some(*at) }));
            let spec = WalkForward {
                anchored, purge, embargo,
                ..spec(&format!("{train}h"), &format!("{test}h"))
            };
            let Ok(windows) = walk_forward_windows(&bars, &spec) else { return Ok(()); };
            for window in &windows {
                prop_assert!(window.train.end <= window.test.start);
                prop_assert_eq!(window.train_time[1], window.test_time[0]);
                prop_assert!(window.train_time[0] == bars.first().unwrap() || !anchored);
                for (range, [start, end]) in [(&window.train, window.train_time), (&window.test, window.test_time)] {
                    for bar in range.clone() {
                        let open = bars.time()[bar];
                        prop_assert!(start <= open && bars.timeframe().next(open) <= end);
                    }
                }
            }
            for pair in windows.windows(2) {
                prop_assert_eq!(pair[0].test_time[1], pair[1].test_time[0]);
                prop_assert!(pair[0].test.end <= pair[1].test.start);
            }
            prop_assert_eq!(windows.last().unwrap().test_time[1], bars.end().unwrap());
        }
    }
}

//! Ranges of time.

use threadx_error::ViolationCode;
use threadx_market::{Timeframe, Timestamp};

use crate::{
    RequestContext,
    field::{Broken, Field},
    read::{RawTime, Scope},
    violations::Violations,
};

/// Start and end, the end after the start and neither later than now plus one bar.
pub(crate) fn range(
    (start_field, start): (&Field, Option<&RawTime>),
    (end_field, end): (&Field, Option<&RawTime>),
    timeframe: Option<Timeframe>,
    scope: &Scope<'_>,
    context: &RequestContext,
    v: &mut Violations,
) -> Option<(Timestamp, Timestamp)> {
    // What is no timestamp was reported by its field's rule.
    let instant = |time: Option<&RawTime>| time.and_then(|time| time.parse().ok());
    let (start, end) = (instant(start), instant(end));
    if let Some(now) = context.present() {
        // Without a timeframe the request is refused anyway; the longest bar refuses nothing that may be right.
        let latest = timeframe.unwrap_or(Timeframe::Month1).next(now);
        for (field, time) in [(start_field, start), (end_field, end)] {
            if let (Some(time), Some(given)) = (time, scope.given(field))
                && time > latest
            {
                v.about(&given.path, given.node, || {
                    let message =
                        format!("must not be after {latest}, which is now plus one bar, got {time}");
                    Broken::new(ViolationCode::InFuture, message)
                });
            }
        }
    }
    let (start, end) = (start?, end?);
    if end <= start
        && let Some(given) = scope.given(end_field)
    {
        v.about(&given.path, given.node, || {
            let message = format!("must be after {} ({start}), got {end}", start_field.name);
            Broken::new(ViolationCode::EndNotAfterStart, message)
        });
    }
    Some((start, end))
}

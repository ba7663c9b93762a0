//! From what a stamp says to the instant that it means.

use super::{
    DailyStamps, ImportOptions,
    report::{Note, NoteCode},
};
use crate::{
    dialect::{Midnights, NamedZone, Plan},
    moment::{DAY, EpochUnit, Moment, SECOND},
    zone::LocalClock,
};

/// Turns the stamps of one file into instants, in the order of its rows.
#[derive(Debug)]
pub(crate) struct Stamps {
    /// The clock of stamps that do not say theirs; UTC if absent.
    clock: Option<LocalClock>,
    /// Nanoseconds that are added to every stamp.
    shift: i64,
    /// Whether the name of the column tells the zone, and nobody else did.
    named: bool,
    midnights: Midnights,
    /// Whether stamps that are midnight at their offset are labels of that day.
    session_dates: bool,
    local: u64,
    with_offset: u64,
    epochs: [u64; UNITS.len()],
}

const UNITS: [EpochUnit; 4] = [
    EpochUnit::Seconds,
    EpochUnit::Milliseconds,
    EpochUnit::Microseconds,
    EpochUnit::Nanoseconds,
];

impl Stamps {
    pub(crate) fn new(plan: &Plan, options: &ImportOptions) -> Self {
        let clock = |zone| LocalClock::new(zone, plan.descending);
        let zone = match (&options.timezone, &plan.zone) {
            (None, NamedZone::Zone(zone)) => Some(zone.clone()),
            (asked, _) => asked.clone(),
        };
        Self {
            clock: zone.map(clock),
            named: options.timezone.is_none() && matches!(plan.zone, NamedZone::Utc | NamedZone::Zone(_)),
            shift: options.shift_seconds.saturating_mul(SECOND),
            midnights: plan.midnights,
            session_dates: options.daily == DailyStamps::SessionDate && plan.midnights == Midnights::AtOffset,
            local: 0,
            with_offset: 0,
            epochs: [0; UNITS.len()],
        }
    }

    /// The instant that a stamp means, nanoseconds since 1970-01-01T00:00:00Z. `None` if its clock never showed
    /// it, or it does not fit.
    #[inline]
    pub(crate) fn instant(&mut self, moment: Moment) -> Option<i64> {
        let instant = match moment {
            Moment::Epoch(at, unit) => {
                self.epochs[unit as usize] += 1;
                at
            }
            Moment::Instant(at, offset) => {
                self.with_offset += 1;
                if self.session_dates {
                    at.checked_add(offset)?
                } else {
                    at
                }
            }
            Moment::Date(at) | Moment::Local(at) if self.midnights == Midnights::Labels && at % DAY == 0 => {
                at
            }
            Moment::Date(at) | Moment::Local(at) => {
                self.local += 1;
                match &mut self.clock {
                    Some(clock) => clock.instant(at)?,
                    None => at,
                }
            }
        };
        instant.checked_add(self.shift)
    }

    /// The instant that a stamp beside another means, if it can be told without knowing its zone or shift.
    pub(crate) fn compared(&self, moment: Moment) -> Option<i64> {
        match moment {
            Moment::Epoch(at, _) | Moment::Instant(at, _) | Moment::Local(at) => at.checked_add(self.shift),
            Moment::Date(_) => None,
        }
    }

    /// What stamps should have been that [`instant`](Self::instant) refused.
    pub(crate) fn expected(&self) -> String {
        let zone = self.clock.as_ref().map(|clock| format!(" in {}", clock.zone()));
        format!("expected a time that clocks{} showed", zone.unwrap_or_default())
    }

    /// What is to be said about the stamps.
    pub(crate) fn notes(&self) -> Vec<Note> {
        let mut notes = Vec::new();
        let mut note = |code, count: u64, message: &str| {
            if count > 0 {
                notes.push(Note::new(code, count, message));
            }
        };
        match &self.clock {
            None if self.named => {}
            None => note(
                NoteCode::AssumedUtc,
                self.local,
                "stamps do not say their zone and were taken as UTC",
            ),
            Some(clock) => note(
                NoteCode::Folds,
                clock.folds(),
                "stamps that the clock showed twice, when it was put back; they follow the rows around them",
            ),
        }
        if let (true, Some(clock)) = (self.named, &self.clock) {
            let message = format!("stamps are in {}, as the name of their column says", clock.zone());
            note(NoteCode::NamedZone, self.local, &message);
        }
        if self.midnights == Midnights::AtOffset && !self.session_dates {
            note(
                NoteCode::LocalMidnights,
                self.with_offset,
                "stamps that are midnight elsewhere were converted to UTC, so the bars open at another hour; daily \
                 bars can keep their date instead",
            );
        }
        let units: Vec<String> = UNITS
            .into_iter()
            .zip(self.epochs)
            .filter(|(_, count)| *count > 0)
            .map(|(unit, count)| format!("{count} in {}", unit.as_str()))
            .collect();
        if units.len() > 1 {
            let message = format!("epochs come in different units: {}", units.join(", "));
            note(NoteCode::MixedEpochs, self.epochs.iter().sum(), &message);
        }
        notes
    }
}

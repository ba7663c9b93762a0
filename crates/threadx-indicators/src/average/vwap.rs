//! The volume-weighted average price of a session.

use threadx_error::IndicatorError;
use threadx_market::{Bars, Timestamp};
use threadx_spec::{IndicatorSpec, ParamSpec, Params};

use crate::{
    Bar, Definition, Hlcv, Indicator, Outputs, Series, Stream,
    indicator::put,
    inputs::typical,
    outs::{Out, outs_of},
    params,
    spec::specification,
};

const NAME: &str = "vwap";

const NANOSECONDS_PER_DAY: i64 = 86_400_000_000_000;
/// From Monday 1969-12-29 to Thursday 1970-01-01.
const MONDAY_BEFORE_EPOCH: i64 = 3 * NANOSECONDS_PER_DAY;

/// When the sums of [`Vwap`] start anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Session {
    /// At midnight UTC.
    #[default]
    Day,
    /// On Monday, midnight UTC.
    Week,
}

impl Session {
    /// Every session with its name.
    pub const NAMES: [(&'static str, Self); 2] = [("day", Self::Day), ("week", Self::Week)];

    /// A number that is equal for instants of one session and another for any other session.
    fn of(self, time: Timestamp) -> i64 {
        let nanoseconds = time.nanoseconds();
        match self {
            Self::Day => nanoseconds.div_euclid(NANOSECONDS_PER_DAY),
            Self::Week => nanoseconds
                .saturating_add(MONDAY_BEFORE_EPOCH)
                .div_euclid(7 * NANOSECONDS_PER_DAY),
        }
    }
}

/// The volume-weighted average price since the session's start: Σ typical price·volume / Σ volume, with
/// typical price (high + low + close)/3.
///
/// While nothing has been traded in a session it is the bar's typical price. James Elkins and others;
/// as charting programs draw it. TA-Lib has none.
///
/// ```
/// use threadx_indicators::{Hlcv, Session, Vwap};
/// use threadx_market::Timestamp;
///
/// let time = [
///     Timestamp::parse("2019-01-01 22:00")?,
///     Timestamp::parse("2019-01-01 23:00")?,
///     Timestamp::parse("2019-01-02 00:00")?,
/// ];
/// let price = [10.0, 13.0, 20.0];
/// let bars = Hlcv::new(&price, &price, &price, &[2.0, 1.0, 0.0])?;
/// let vwap = Vwap::new(Session::Day);
/// assert_eq!(vwap.series(&time, bars)?.valid(), [10.0, 11.0, 20.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Vwap {
    session: Session,
}

impl Vwap {
    /// The average price since the start of `session`.
    #[must_use]
    pub const fn new(session: Session) -> Self {
        Self { session }
    }

    /// Writes the average price at each bar.
    ///
    /// # Errors
    ///
    /// [`IndicatorError::Length`] unless `time` and `out` have one value per bar.
    pub fn fill(&self, time: &[Timestamp], bars: Hlcv<'_>, out: &mut [f64]) -> Result<(), IndicatorError> {
        crate::slices::check_len(NAME, "time", time.len(), bars.len())?;
        crate::slices::check_len(NAME, "out", out.len(), bars.len())?;
        self.kernel(time, bars, Out::Given(out));
        Ok(())
    }

    /// The average price at each bar.
    ///
    /// # Errors
    ///
    /// [`IndicatorError::Length`] unless `time` has one value per bar.
    pub fn series(&self, time: &[Timestamp], bars: Hlcv<'_>) -> Result<Series, IndicatorError> {
        crate::slices::check_len(NAME, "time", time.len(), bars.len())?;
        Ok(self.of(time, bars))
    }

    fn of(&self, time: &[Timestamp], bars: Hlcv<'_>) -> Series {
        Series::filled(0, bars.len(), |out| self.kernel(time, bars, out))
    }

    fn kernel(&self, time: &[Timestamp], bars: Hlcv<'_>, out: Out<'_>) {
        let mut stream = self.stream();
        let prices = bars
            .high()
            .iter()
            .zip(bars.low())
            .zip(bars.close())
            .zip(bars.volume());
        let bars = time.iter().zip(prices);
        out.write_all(
            bars.map(|(time, (((high, low), close), volume))| {
                stream.push(*time, *high, *low, *close, *volume)
            }),
        );
    }

    /// The average price bar by bar.
    #[must_use]
    pub const fn stream(&self) -> VwapStream {
        VwapStream {
            session: self.session,
            current: None,
            turnover: 0.0,
            volume: 0.0,
        }
    }
}

/// [`Vwap`] bar by bar, with the same bits.
#[derive(Debug, Clone)]
pub struct VwapStream {
    session: Session,
    current: Option<i64>,
    turnover: f64,
    volume: f64,
}

impl VwapStream {
    /// Takes the next bar; returns the average price.
    pub fn push(&mut self, time: Timestamp, high: f64, low: f64, close: f64, volume: f64) -> f64 {
        let session = Some(self.session.of(time));
        if self.current != session {
            self.current = session;
            self.turnover = 0.0;
            self.volume = 0.0;
        }
        let price = typical(high, low, close);
        self.turnover += price * volume;
        self.volume += volume;
        if self.volume > 0.0 {
            self.turnover / self.volume
        } else {
            price
        }
    }
}

impl Indicator for Vwap {
    fn warm_up(&self) -> usize {
        0
    }

    fn compute(&self, bars: &Bars) -> Outputs {
        Outputs::new([(NAME, self.of(bars.time(), Hlcv::of(bars)))])
    }

    fn compute_into(&self, bars: &Bars, columns: &mut Vec<Vec<f64>>) {
        let [out] = outs_of(columns, [0], bars.len());
        self.kernel(bars.time(), Hlcv::of(bars), out);
    }

    fn start(&self) -> Box<dyn Stream> {
        Box::new(self.stream())
    }
}

impl Stream for VwapStream {
    fn push_bar(&mut self, bar: &Bar, out: &mut [Option<f64>]) {
        put(
            out,
            [Some(
                self.push(bar.time, bar.high, bar.low, bar.close, bar.volume),
            )],
        );
    }
}

impl Definition for Vwap {
    fn spec() -> IndicatorSpec {
        let inputs = ["high", "low", "close", "volume", "time"];
        let names = Session::NAMES.map(|(name, _)| name);
        specification(
            NAME,
            "volume-weighted average price since the session's start",
            &inputs,
            &[NAME],
        )
        .with(ParamSpec::name(
            "session",
            "day",
            &names,
            "when the sums start anew: at midnight UTC, or on Monday's",
        ))
        .into()
    }

    fn from_params(params: &Params) -> Result<Self, IndicatorError> {
        let name = params::name(NAME, params, "session")?;
        let known = Session::NAMES.into_iter().find(|(known, _)| *known == name);
        known
            .map(|(_, session)| Self::new(session))
            .ok_or_else(|| IndicatorError::Parameter {
                indicator: NAME.to_owned(),
                parameter: "session".to_owned(),
                expected: format!("one of {}", Session::NAMES.map(|(name, _)| name).join(", ")),
                got: name.to_owned(),
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_start_at_midnight_and_on_monday() {
        let check = |session: Session, before: &str, after: &str, same: bool| {
            let [before, after] = [before, after].map(|text| session.of(Timestamp::parse(text).unwrap()));
            assert_eq!(before == after, same);
        };
        check(Session::Day, "2019-06-05 00:00", "2019-06-05 23:59:59", true);
        check(Session::Day, "2019-06-05 23:59:59", "2019-06-06 00:00", false);
        check(Session::Day, "1969-12-31 23:00", "1970-01-01 00:00", false);
        check(Session::Week, "2019-06-03 00:00", "2019-06-09 23:59:59", true);
        check(Session::Week, "2019-06-09 23:59:59", "2019-06-10 00:00", false);
    }

    #[test]
    fn refuses_stamps_that_do_not_fit() {
        let prices = [1.0, 2.0];
        let bars = Hlcv::new(&prices, &prices, &prices, &prices).unwrap();
        let error = Vwap::default().series(&[], bars).unwrap_err();
        assert_eq!(error.to_string(), "vwap: time has 0 values, expected 2");
    }
}

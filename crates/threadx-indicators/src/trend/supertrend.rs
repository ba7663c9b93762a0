//! Supertrend.

use threadx_error::IndicatorError;
use threadx_spec::{IndicatorSpec, ParamSpec, Params};

use crate::{
    Atr, AtrStream, Definition, Hlc, IndicatorSource, Outputs, Series,
    indicator::several_outputs,
    outs::{Out, Outs},
    params,
    parts::part,
    spec::specification,
};

const NAME: &str = "supertrend";

/// The largest number of average true ranges between the middle and a band.
const MULTIPLIER_MAX: f64 = 100.0;

/// Supertrend, two outputs: `supertrend`, a line below the prices in a trend up and above them in one
/// down; `direction`, 1 up, −1 down.
///
/// Bands lie `multiplier` average true ranges over `period` about (high + low)/2; in a trend they only
/// tighten, and the close beyond the band turns it. The first direction is down. Olivier Seban; as
/// `ta.supertrend` of TradingView's Pine Script, with TA-Lib's average true range and 1 for up. TA-Lib
/// has none.
///
/// ```
/// use threadx_indicators::{Hlc, Supertrend};
///
/// let price = [10.0, 11.0, 12.0, 20.0, 21.0];
/// let [line, direction] = Supertrend::new(1, 2.0)?.series(Hlc::new(&price, &price, &price)?);
/// assert_eq!(direction.valid(), [-1.0, -1.0, 1.0, 1.0]);
/// assert_eq!(line.valid(), [13.0, 13.0, 10.0, 19.0]);
/// # Ok::<(), threadx_error::IndicatorError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Supertrend {
    atr: Atr,
    multiplier: f64,
}

/// Supertrend at one bar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SupertrendLine {
    /// The line: the lower band in a trend up, the upper in one down.
    pub supertrend: f64,
    /// 1 in a trend up, −1 in one down.
    pub direction: f64,
}

impl Supertrend {
    /// Bands `multiplier`, 0..=100, average true ranges over `period`,
    /// 1..=[`PERIOD_MAX`](crate::PERIOD_MAX), from the middle.
    ///
    /// # Errors
    ///
    /// [`IndicatorError::Parameter`] for other values.
    pub fn new(period: usize, multiplier: f64) -> Result<Self, IndicatorError> {
        Ok(Self {
            atr: Atr::new(params::check_period(NAME, "period", period, 1)?)?,
            multiplier: params::check_number(NAME, "multiplier", multiplier, 0.0..=MULTIPLIER_MAX)?,
        })
    }

    /// Bars before the first line: `period`.
    #[must_use]
    pub const fn warm_up(&self) -> usize {
        self.atr.warm_up()
    }

    /// The line bar by bar.
    #[must_use]
    pub fn stream(&self) -> SupertrendStream {
        SupertrendStream {
            atr: self.atr.stream(),
            multiplier: self.multiplier,
            last: None,
        }
    }

    fn kernel(&self, prices: Hlc<'_>, outs: [Out<'_>; 2]) {
        self.of(&self.atr.series(prices), prices, outs);
    }

    fn shared(&self, source: &dyn IndicatorSource) -> Result<Outputs, IndicatorError> {
        let atr = part(source, "atr", self.atr.period())?;
        let prices = Hlc::of(source.bars());
        let outputs = Series::filled_all(self.warm_up(), prices.len(), |outs| {
            self.of(&atr, prices, outs);
        });
        Ok(Outputs::new(["supertrend", "direction"].into_iter().zip(outputs)))
    }

    fn of(&self, atr: &Series, prices: Hlc<'_>, mut outs: [Out<'_>; 2]) {
        let mut stream = self.stream();
        let bars = prices.high().iter().zip(prices.low()).zip(prices.close());
        let bars = bars.skip(self.warm_up()).zip(atr.valid());
        outs.write_all(bars.map(|(((high, low), close), atr)| {
            let line = stream.step(0.5 * (high + low), *close, *atr);
            [line.supertrend, line.direction]
        }));
    }
}

/// [`Supertrend`] bar by bar, with the same bits.
#[derive(Debug, Clone)]
pub struct SupertrendStream {
    atr: AtrStream,
    multiplier: f64,
    last: Option<Last>,
}

/// What the next bar needs of the one before.
#[derive(Debug, Clone, Copy)]
struct Last {
    upper: f64,
    lower: f64,
    close: f64,
    up: bool,
}

impl SupertrendStream {
    /// Takes the next bar; returns the line, `None` during the warm-up.
    pub fn push(&mut self, high: f64, low: f64, close: f64) -> Option<SupertrendLine> {
        let atr = self.atr.push(high, low, close)?;
        Some(self.step(0.5 * (high + low), close, atr))
    }

    fn step(&mut self, middle: f64, close: f64, atr: f64) -> SupertrendLine {
        let width = self.multiplier * atr;
        let (mut upper, mut lower, mut up) = (middle + width, middle - width, false);
        if let Some(last) = self.last {
            // A band tightens only, unless the close before was beyond it.
            if !(lower > last.lower || last.close < last.lower) {
                lower = last.lower;
            }
            if !(upper < last.upper || last.close > last.upper) {
                upper = last.upper;
            }
            up = if last.up { close >= lower } else { close > upper };
        }
        self.last = Some(Last {
            upper,
            lower,
            close,
            up,
        });
        SupertrendLine {
            supertrend: if up { lower } else { upper },
            direction: if up { 1.0 } else { -1.0 },
        }
    }
}

several_outputs!(
    Supertrend, SupertrendStream, Hlc<'_>, Hlc::of, (high, low, close),
    SupertrendLine [2] { supertrend, direction }, shared
);

impl Definition for Supertrend {
    fn spec() -> IndicatorSpec {
        let outputs = ["supertrend", "direction"];
        let description = "trailing band of average true ranges, and the trend, 1 up, -1 down";
        specification(NAME, description, &["high", "low", "close"], &outputs)
            .with(params::period_spec(
                "period",
                10,
                1,
                "true ranges in their average",
            ))
            .with(ParamSpec::float(
                "multiplier",
                3.0,
                0.0..=MULTIPLIER_MAX,
                "average true ranges between the middle and a band",
            ))
            .into()
    }

    fn from_params(params: &Params) -> Result<Self, IndicatorError> {
        Self::new(
            params::period(NAME, params, "period")?,
            params::number(NAME, params, "multiplier")?,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_stays_on_its_side_and_tightens() {
        let close: Vec<f64> = (0..200)
            .map(|i| 100.0 + 20.0 * (f64::from(i) / 17.0).sin())
            .collect();
        let high: Vec<f64> = close.iter().map(|close| close + 1.0).collect();
        let low: Vec<f64> = close.iter().map(|close| close - 1.0).collect();
        let prices = Hlc::new(&high, &low, &close).unwrap();
        let [line, direction] = Supertrend::new(10, 3.0).unwrap().series(prices);
        let mut turns = 0;
        for (bar, close) in close.iter().copied().enumerate().take(200).skip(11) {
            let (now, before) = (line.get(bar).unwrap(), line.get(bar - 1).unwrap());
            let up = direction.get(bar) == Some(1.0);
            assert!(if up { now <= close } else { now >= close }, "bar {bar}");
            if direction.get(bar) == direction.get(bar - 1) {
                assert!(if up { now >= before } else { now <= before }, "bar {bar}");
            } else {
                turns += 1;
            }
        }
        assert!(turns >= 3, "{turns}");
    }
}

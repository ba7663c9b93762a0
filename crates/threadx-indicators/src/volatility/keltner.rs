//! Keltner channels.

use threadx_error::IndicatorError;
use threadx_spec::{IndicatorSpec, ParamSpec, Params};

use crate::{
    Atr, AtrStream, Definition, Ema, EmaStream, Hlc, IndicatorSource, Outputs, Series,
    indicator::several_outputs,
    outs::{Out, Outs},
    params,
    parts::part,
    spec::specification,
};

const NAME: &str = "keltner";

/// The largest number of average true ranges between the middle and a band.
const MULTIPLIER_MAX: f64 = 100.0;

/// Keltner channels, three outputs: `middle`, the exponential moving average of the close over `period`;
/// `upper` and `lower`, `multiplier` average true ranges over `atr_period` above and below it.
///
/// Linda Bradford Raschke's form of Chester Keltner's channels (1960). TA-Lib has none.
///
/// ```
/// use threadx_indicators::{Hlc, Keltner};
///
/// let prices = Hlc::new(&[11.0, 12.0, 12.0], &[10.0, 11.0, 10.0], &[10.5, 11.5, 11.0])?;
/// let [upper, middle, lower] = Keltner::new(3, 2, 2.0)?.series(prices);
/// assert_eq!(middle.valid(), [11.0]);
/// assert_eq!((upper.valid(), lower.valid()), (&[14.5][..], &[7.5][..]));
/// # Ok::<(), threadx_error::IndicatorError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Keltner {
    ema: Ema,
    atr: Atr,
    multiplier: f64,
}

/// The channel at one bar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KeltnerChannel {
    /// Middle plus the multiple of the average true range.
    pub upper: f64,
    /// The exponential moving average.
    pub middle: f64,
    /// Middle minus the multiple of the average true range.
    pub lower: f64,
}

impl Keltner {
    /// The channel with an average over `period` bars, true ranges over `atr_period`, each
    /// 1..=[`PERIOD_MAX`](crate::PERIOD_MAX), and a `multiplier` of 0..=100.
    ///
    /// # Errors
    ///
    /// [`IndicatorError::Parameter`] for other values.
    pub fn new(period: usize, atr_period: usize, multiplier: f64) -> Result<Self, IndicatorError> {
        Ok(Self {
            ema: Ema::new(params::check_period(NAME, "period", period, 1)?)?,
            atr: Atr::new(params::check_period(NAME, "atr_period", atr_period, 1)?)?,
            multiplier: params::check_number(NAME, "multiplier", multiplier, 0.0..=MULTIPLIER_MAX)?,
        })
    }

    /// Bars before the first channel: the greater of `period` − 1 and `atr_period`.
    #[must_use]
    pub fn warm_up(&self) -> usize {
        self.ema.warm_up().max(self.atr.warm_up())
    }

    /// The channel bar by bar.
    #[must_use]
    pub fn stream(&self) -> KeltnerStream {
        KeltnerStream {
            ema: self.ema.stream(),
            atr: self.atr.stream(),
            multiplier: self.multiplier,
        }
    }

    fn kernel(&self, prices: Hlc<'_>, outs: [Out<'_>; 3]) {
        self.of(&self.ema.series(prices.close()), &self.atr.series(prices), outs);
    }

    fn shared(&self, source: &dyn IndicatorSource) -> Result<Outputs, IndicatorError> {
        let ema = part(source, "ema", self.ema.period())?;
        let atr = part(source, "atr", self.atr.period())?;
        let outputs = Series::filled_all(self.warm_up(), source.bars().len(), |outs| {
            self.of(&ema, &atr, outs);
        });
        Ok(Outputs::new(
            ["upper", "middle", "lower"].into_iter().zip(outputs),
        ))
    }

    fn of(&self, ema: &Series, atr: &Series, mut outs: [Out<'_>; 3]) {
        let averages = ema.from(self.warm_up()).iter().zip(atr.from(self.warm_up()));
        outs.write_all(averages.map(|(ema, atr)| {
            let channel = channel(*ema, *atr, self.multiplier);
            [channel.upper, channel.middle, channel.lower]
        }));
    }
}

fn channel(ema: f64, atr: f64, multiplier: f64) -> KeltnerChannel {
    let width = multiplier * atr;
    KeltnerChannel {
        upper: ema + width,
        middle: ema,
        lower: ema - width,
    }
}

/// [`Keltner`] bar by bar, with the same bits.
#[derive(Debug, Clone)]
pub struct KeltnerStream {
    ema: EmaStream,
    atr: AtrStream,
    multiplier: f64,
}

impl KeltnerStream {
    /// Takes the next bar; returns the channel, `None` during the warm-up.
    pub fn push(&mut self, high: f64, low: f64, close: f64) -> Option<KeltnerChannel> {
        let (ema, atr) = (self.ema.push(close), self.atr.push(high, low, close));
        Some(channel(ema?, atr?, self.multiplier))
    }
}

several_outputs!(
    Keltner, KeltnerStream, Hlc<'_>, Hlc::of, (high, low, close),
    KeltnerChannel [3] { upper, middle, lower }, shared
);

impl Definition for Keltner {
    fn spec() -> IndicatorSpec {
        let outputs = ["upper", "middle", "lower"];
        specification(
            NAME,
            "Keltner channel of the close",
            &["high", "low", "close"],
            &outputs,
        )
        .with(params::period_spec(
            "period",
            20,
            1,
            "period of the exponential moving average, in bars",
        ))
        .with(params::period_spec(
            "atr_period",
            10,
            1,
            "true ranges in their average",
        ))
        .with(ParamSpec::float(
            "multiplier",
            2.0,
            0.0..=MULTIPLIER_MAX,
            "average true ranges between the middle and a band",
        ))
        .into()
    }

    fn from_params(params: &Params) -> Result<Self, IndicatorError> {
        Self::new(
            params::period(NAME, params, "period")?,
            params::period(NAME, params, "atr_period")?,
            params::number(NAME, params, "multiplier")?,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_for_the_slower_of_both_averages() {
        let price = [5.0; 12];
        let prices = Hlc::new(&price, &price, &price).unwrap();
        let first = |period, atr_period| {
            Keltner::new(period, atr_period, 1.0).unwrap().series(prices)[0].first_valid()
        };
        assert_eq!((first(8, 3), first(3, 8)), (7, 8));
    }
}

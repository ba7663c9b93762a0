//! Ichimoku Kinko Hyo.

use multiversion::multiversion;
use threadx_error::IndicatorError;
use threadx_spec::{IndicatorSpec, Params};

use crate::{
    Definition, Hlc, IndicatorSource, Outputs, Series,
    indicator::staggered_outputs,
    outs::Out,
    params,
    parts::Extremes,
    spec::specification,
    volatility::donchian::middle_of,
    warm::Warm,
    window::{Highest, Lowest, Ring, WindowExtreme, map_channel, window_count},
};

const NAME: &str = "ichimoku";

/// Ichimoku Kinko Hyo, five outputs in units of the price: `conversion` and `base`, the middles between
/// highest high and lowest low of the last `conversion_period` and `base_period` bars; the cloud as it
/// lies at the bar, `span_a`, the mean of both, and `span_b`, the middle of `span_b_period` bars, each
/// computed `displacement` bars earlier; and `lagging`, the close less that of `displacement` bars
/// earlier.
///
/// The lagging span of a chart is today's close drawn `displacement` bars back: a series of it would
/// look ahead. What it tells, whether the close is above the price of back then, is `lagging` > 0.
/// Goichi Hosoda, 1969. TA-Lib has none.
///
/// ```
/// use threadx_indicators::{Hlc, Ichimoku};
///
/// let price = [1.0, 2.0, 3.0, 4.0, 5.0];
/// let lines = Ichimoku::new(1, 2, 3, 1)?.series(Hlc::new(&price, &price, &price)?);
/// let at_3 = lines.each_ref().map(|line| line.get(3));
/// assert_eq!(at_3, [Some(4.0), Some(3.5), Some((3.0 + 2.5) / 2.0), Some(2.0), Some(1.0)]);
/// assert_eq!(lines.map(|line| line.first_valid()), [0, 1, 2, 3, 1]);
/// # Ok::<(), threadx_error::IndicatorError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ichimoku {
    conversion_period: usize,
    base_period: usize,
    span_b_period: usize,
    displacement: usize,
}

/// The lines at one bar, each absent before its first value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct IchimokuLines {
    /// Tenkan-sen.
    pub conversion: Option<f64>,
    /// Kijun-sen.
    pub base: Option<f64>,
    /// Senkou span A.
    pub span_a: Option<f64>,
    /// Senkou span B.
    pub span_b: Option<f64>,
    /// Close less the close that the chikou span is drawn over.
    pub lagging: Option<f64>,
}

impl Ichimoku {
    /// The lines with these periods and this displacement, each 1..=[`PERIOD_MAX`](crate::PERIOD_MAX);
    /// usual are 9, 26, 52 and 26.
    ///
    /// # Errors
    ///
    /// [`IndicatorError::Parameter`] for other values.
    pub fn new(
        conversion_period: usize,
        base_period: usize,
        span_b_period: usize,
        displacement: usize,
    ) -> Result<Self, IndicatorError> {
        Ok(Self {
            conversion_period: params::check_period(NAME, "conversion_period", conversion_period, 1)?,
            base_period: params::check_period(NAME, "base_period", base_period, 1)?,
            span_b_period: params::check_period(NAME, "span_b_period", span_b_period, 1)?,
            displacement: params::check_period(NAME, "displacement", displacement, 1)?,
        })
    }

    /// Bars before the first value of each line.
    #[must_use]
    pub fn warm_ups(&self) -> [usize; 5] {
        [
            self.conversion_period - 1,
            self.base_period - 1,
            self.conversion_period.max(self.base_period) - 1 + self.displacement,
            self.span_b_period - 1 + self.displacement,
            self.displacement,
        ]
    }

    /// The lines bar by bar.
    #[must_use]
    pub fn stream(&self) -> IchimokuStream {
        let before = || Delay::new(self.displacement);
        IchimokuStream {
            middles: [self.conversion_period, self.base_period, self.span_b_period].map(Middle::new),
            span_a: before(),
            span_b: before(),
            close: before(),
        }
    }

    fn kernel(&self, prices: Hlc<'_>, outs: [Out<'_>; 5]) {
        let middles = [self.conversion_period, self.base_period, self.span_b_period].map(|period| {
            let mut middles = Vec::new();
            let windows = window_count(prices.len(), period);
            fill_middles(prices, period, Out::new(&mut middles, windows));
            middles
        });
        self.of(middles.each_ref().map(Vec::as_slice), prices.close(), outs);
    }

    fn shared(&self, source: &dyn IndicatorSource) -> Result<Outputs, IndicatorError> {
        let conversion = Extremes::of(source, self.conversion_period)?;
        let base = Extremes::of(source, self.base_period)?;
        let span_b = Extremes::of(source, self.span_b_period)?;
        let middles = [conversion.middle(), base.middle(), span_b.middle()];
        let close = source.bars().close();
        let outputs = Series::filled_each(self.warm_ups(), close.len(), |outs| self.of(middles, close, outs));
        let names = ["conversion", "base", "span_a", "span_b", "lagging"];
        Ok(Outputs::new(names.into_iter().zip(outputs)))
    }

    /// `middles` has one value for each window of the conversion line, the base line and span B.
    fn of(&self, middles: [&[f64]; 3], close: &[f64], outs: [Out<'_>; 5]) {
        let [conversion_out, base_out, span_a, span_b_out, lagging] = outs;
        let [conversion, base, span_b] = middles;
        conversion_out.write_all(conversion.iter().copied());
        base_out.write_all(base.iter().copied());
        // The last windows are drawn beyond the last bar.
        span_b_out.write_all(span_b.iter().copied());
        let longer = self.conversion_period.max(self.base_period);
        let both = conversion
            .iter()
            .skip(longer - self.conversion_period)
            .zip(base.iter().skip(longer - self.base_period));
        span_a.write_all(both.map(|(conversion, base)| middle_of(*conversion, *base)));
        let pairs = close.iter().zip(close.iter().skip(self.displacement));
        lagging.write_all(pairs.map(|(before, after)| after - before));
    }
}

/// Writes the middle of each window of `period` bars.
#[multiversion(targets("x86_64+avx2"))]
fn fill_middles(prices: Hlc<'_>, period: usize, out: Out<'_>) {
    map_channel(prices, period, [out], |_, highest, lowest| {
        [middle_of(highest, lowest)]
    });
}

/// The middle of the last bars, bar by bar.
#[derive(Debug, Clone)]
struct Middle {
    highest: WindowExtreme<Highest>,
    lowest: WindowExtreme<Lowest>,
    warm: Warm,
}

impl Middle {
    fn new(period: usize) -> Self {
        Self {
            highest: WindowExtreme::new(period),
            lowest: WindowExtreme::new(period),
            warm: Warm::after(period - 1),
        }
    }

    fn push(&mut self, high: f64, low: f64) -> Option<f64> {
        let (highest, lowest) = (self.highest.push(high), self.lowest.push(low));
        self.warm.then(|| middle_of(highest, lowest))
    }
}

/// Gives values back some bars after they were put in.
#[derive(Debug, Clone)]
struct Delay {
    values: Ring,
    bars: usize,
    /// Values put in so far, up to one more than `bars`.
    taken: usize,
}

impl Delay {
    fn new(bars: usize) -> Self {
        Self {
            values: Ring::new(bars + 1),
            bars,
            taken: 0,
        }
    }

    fn push(&mut self, value: Option<f64>) -> Option<f64> {
        self.values.push(value?);
        self.taken = (self.taken + 1).min(self.bars + 1);
        (self.taken > self.bars).then(|| self.values.back(self.bars))
    }
}

/// [`Ichimoku`] bar by bar, with the same bits.
#[derive(Debug, Clone)]
pub struct IchimokuStream {
    middles: [Middle; 3],
    span_a: Delay,
    span_b: Delay,
    close: Delay,
}

impl IchimokuStream {
    /// Takes the next bar; returns the lines, in which is absent what has no value yet.
    pub fn push(&mut self, high: f64, low: f64, close: f64) -> IchimokuLines {
        let [conversion, base, span_b] = self.middles.each_mut().map(|middle| middle.push(high, low));
        let span_a = conversion
            .zip(base)
            .map(|(conversion, base)| middle_of(conversion, base));
        IchimokuLines {
            conversion,
            base,
            span_a: self.span_a.push(span_a),
            span_b: self.span_b.push(span_b),
            lagging: self.close.push(Some(close)).map(|before| close - before),
        }
    }
}

staggered_outputs!(
    Ichimoku, IchimokuStream, Hlc<'_>, Hlc::of, (high, low, close),
    [5] { conversion, base, span_a, span_b, lagging }, shared
);

impl Definition for Ichimoku {
    fn spec() -> IndicatorSpec {
        let outputs = ["conversion", "base", "span_a", "span_b", "lagging"];
        specification(
            NAME,
            "Ichimoku Kinko Hyo: lines and cloud",
            &["high", "low", "close"],
            &outputs,
        )
        .with(params::period_spec(
            "conversion_period",
            9,
            1,
            "bars of the conversion line",
        ))
        .with(params::period_spec("base_period", 26, 1, "bars of the base line"))
        .with(params::period_spec("span_b_period", 52, 1, "bars of span B"))
        .with(params::period_spec(
            "displacement",
            26,
            1,
            "bars by which the spans are displaced",
        ))
        .into()
    }

    fn from_params(params: &Params) -> Result<Self, IndicatorError> {
        Self::new(
            params::period(NAME, params, "conversion_period")?,
            params::period(NAME, params, "base_period")?,
            params::period(NAME, params, "span_b_period")?,
            params::period(NAME, params, "displacement")?,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cloud_is_that_of_bars_before() {
        let high: Vec<f64> = (0..120).map(|i| 100.0 + f64::from(i * i % 37)).collect();
        let low: Vec<f64> = high.iter().map(|high| high - 2.0).collect();
        let prices = Hlc::new(&high, &low, &high).unwrap();
        let [conversion, base, span_a, span_b, lagging] =
            Ichimoku::new(9, 26, 52, 26).unwrap().series(prices);
        assert_eq!([span_a.first_valid(), span_b.first_valid()], [51, 77]);
        for bar in 77..120 {
            let (conversion, base) = (conversion.get(bar - 26).unwrap(), base.get(bar - 26).unwrap());
            assert_eq!(span_a.get(bar), Some((conversion + base) / 2.0));
            let window = bar - 26 - 51..=bar - 26;
            let highest = high[window.clone()].iter().copied().fold(f64::MIN, f64::max);
            let lowest = low[window].iter().copied().fold(f64::MAX, f64::min);
            assert_eq!(span_b.get(bar), Some((highest + lowest) / 2.0));
            assert_eq!(lagging.get(bar), Some(high[bar] - high[bar - 26]));
        }
    }
}

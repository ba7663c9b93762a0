//! Every indicator by name.

use threadx_error::{IndicatorError, nearest};
use threadx_market::Bars;
use threadx_spec::{IndicatorSpec, Params};

use crate::{
    Ad, Adosc, Adx, Aroon, Atr, Bandwidth, Bbands, Cci, Cmf, Definition, Dema, Donchian, Ema, Hma, Ichimoku,
    Indicator, Keltner, LinearregSlope, Macd, Max, Mfi, Min, Mom, Natr, Obv, Outputs, PercentB, PercentRank,
    Roc, RollingVwap, Rsi, Sar, Sma, Stddev, Stoch, StochRsi, Supertrend, Tema, Vwap, Willr, Wma, Zscore,
    params::resolve_with,
};

/// How an indicator of the catalogue is described and made.
struct Entry {
    spec: fn() -> IndicatorSpec,
    build: fn(&Params) -> Result<Box<dyn Indicator>, IndicatorError>,
}

const fn entry<I: Definition>() -> Entry {
    Entry {
        spec: I::spec,
        build: |params| Ok(Box::new(I::from_params(params)?)),
    }
}

/// Grouped as the modules are: averages, momentum, trend, volatility, volume, statistics.
static ENTRIES: &[Entry] = &[
    entry::<Sma>(),
    entry::<Ema>(),
    entry::<Wma>(),
    entry::<Dema>(),
    entry::<Tema>(),
    entry::<Hma>(),
    entry::<Vwap>(),
    entry::<RollingVwap>(),
    entry::<Rsi>(),
    entry::<Stoch>(),
    entry::<StochRsi>(),
    entry::<Macd>(),
    entry::<Roc>(),
    entry::<Mom>(),
    entry::<Cci>(),
    entry::<Willr>(),
    entry::<Mfi>(),
    entry::<Adx>(),
    entry::<Aroon>(),
    entry::<Supertrend>(),
    entry::<Sar>(),
    entry::<Ichimoku>(),
    entry::<Atr>(),
    entry::<Natr>(),
    entry::<Bbands>(),
    entry::<PercentB>(),
    entry::<Bandwidth>(),
    entry::<Keltner>(),
    entry::<Donchian>(),
    entry::<Obv>(),
    entry::<Ad>(),
    entry::<Adosc>(),
    entry::<Cmf>(),
    entry::<Stddev>(),
    entry::<Zscore>(),
    entry::<LinearregSlope>(),
    entry::<Min>(),
    entry::<Max>(),
    entry::<PercentRank>(),
];

/// The specification of every indicator.
///
/// ```
/// let names: Vec<_> = threadx_indicators::specs().map(|spec| spec.name).collect();
/// assert!(names.contains(&"bbands".into()));
/// ```
pub fn specs() -> impl ExactSizeIterator<Item = IndicatorSpec> {
    ENTRIES.iter().map(|entry| (entry.spec)())
}

/// The specification of the indicator `name`.
///
/// # Errors
///
/// [`IndicatorError::Unknown`] with the nearest names.
pub fn spec(name: &str) -> Result<IndicatorSpec, IndicatorError> {
    find(name).map(|(spec, _)| spec)
}

/// All parameters of the indicator `name`: the given ones typed (30.0 is the period 30), the
/// defaults for the others. Equal computations have equal resolved parameters.
///
/// # Errors
///
/// [`IndicatorError`] if the indicator or a parameter is unknown, a value is of another type or
/// outside its bounds, or a rule about two parameters is broken.
pub fn resolve(name: &str, params: &Params) -> Result<Params, IndicatorError> {
    resolve_with(&find(name)?.0, params)
}

/// The name of the indicator `name`, which may be another of its names, and all its parameters as
/// [`resolve`] gives them.
pub(crate) fn canonical(name: &str, params: &Params) -> Result<(String, Params), IndicatorError> {
    let (spec, _) = find(name)?;
    let params = resolve_with(&spec, params)?;
    Ok((spec.name.into_owned(), params))
}

/// The indicator `name` with `params`.
///
/// # Errors
///
/// As [`resolve`].
pub fn build(name: &str, params: &Params) -> Result<Box<dyn Indicator>, IndicatorError> {
    let (spec, entry) = find(name)?;
    (entry.build)(&resolve_with(&spec, params)?)
}

/// Every output of the indicator `name` with `params` over `bars`.
///
/// ```
/// # use threadx_market::{Bars, Columns, Timeframe, Timestamp};
/// use threadx_spec::Params;
///
/// # let first = Timestamp::parse("2019-01-01")?;
/// # let bars = Bars::new(Timeframe::D1, Columns {
/// #     time: vec![first, Timeframe::D1.next(first)],
/// #     open: vec![10.0, 14.0], high: vec![10.0, 14.0], low: vec![10.0, 14.0],
/// #     close: vec![10.0, 14.0], volume: vec![0.0, 0.0],
/// # })?;
/// let bands = threadx_indicators::compute("bbands", &Params::from_iter([("period", 2)]), &bars)?;
/// let names: Vec<_> = bands.iter().map(|(name, _)| name).collect();
/// assert_eq!(names, ["upper", "middle", "lower"]);
/// assert_eq!(bands.get("upper").and_then(|upper| upper.get(1)), Some(16.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// As [`resolve`].
pub fn compute(name: &str, params: &Params, bars: &Bars) -> Result<Outputs, IndicatorError> {
    Ok(build(name, params)?.compute(bars))
}

/// Bars before the first on which every output of the indicator `name` with `params` has a value.
///
/// # Errors
///
/// As [`resolve`].
pub fn warm_up(name: &str, params: &Params) -> Result<usize, IndicatorError> {
    Ok(build(name, params)?.warm_up())
}

fn find(name: &str) -> Result<(IndicatorSpec, &'static Entry), IndicatorError> {
    ENTRIES
        .iter()
        .map(|entry| ((entry.spec)(), entry))
        .find(|(spec, _)| spec.name == name || spec.aliases.iter().any(|alias| alias == name))
        .ok_or_else(|| {
            let names: Vec<_> = specs().map(|spec| spec.name).collect();
            IndicatorError::Unknown {
                name: name.to_owned(),
                nearest: nearest(name, names.iter().map(|name| &**name)),
            }
        })
}

//! Bars and parameters to test with.

use proptest::prelude::*;
use threadx_indicators::spec;
use threadx_market::{Bars, Columns, Timeframe, Timestamp};
use threadx_spec::{IndicatorSpec, ParamKind, ParamRule, ParamValue, Params};

/// Periods up to this are drawn, so that series of a few hundred bars outlast the warm-up.
const PERIOD_DRAWN_MAX: i64 = 40;

/// Hourly bars that walk about: `steps` are (change of the close, reach above, reach below, volume).
/// Prices are multiples of `tick`; a tick that is large beside the steps makes ties and flat runs.
pub(crate) fn walk(steps: &[(f64, f64, f64, f64)], tick: f64) -> Bars {
    let mut columns = Columns::default();
    let mut price = 400.0;
    let mut time = Timestamp::from_nanoseconds(1_546_300_800_000_000_000);
    let round = |price: f64| ((price / tick).round() * tick).max(tick);
    for (change, above, below, volume) in steps {
        let open = round(price);
        price = (price + change).clamp(40.0, 4000.0);
        let close = round(price);
        columns.time.push(time);
        columns.open.push(open);
        columns
            .high
            .push(round(open.max(close) + above).max(open).max(close));
        columns
            .low
            .push(round(open.min(close) - below).min(open).min(close));
        columns.close.push(close);
        columns.volume.push(volume.max(0.0).floor());
        time = Timeframe::H1.next(time);
    }
    Bars::new(Timeframe::H1, columns).unwrap()
}

/// Up to `max` bars: fine, in cents, in quarters, or so coarse that most bars are flat.
pub(crate) fn any_bars(max: usize) -> impl Strategy<Value = Bars> {
    bars_of(max, &[1e-9, 0.01, 0.25, 8.0])
}

/// Up to `max` bars whose prices are whole multiples of a power of two, so that their sums are exact.
pub(crate) fn dyadic_bars(max: usize) -> impl Strategy<Value = Bars> {
    bars_of(max, &[1.0 / (1u64 << 30) as f64, 0.25, 8.0])
}

fn bars_of(max: usize, ticks: &[f64]) -> impl Strategy<Value = Bars> + use<> {
    let step = (-3.0..3.0, 0.0..2.0, 0.0..2.0, -20.0..100.0);
    let tick = prop::sample::select(ticks.to_vec());
    (prop::collection::vec(step, 0..max), tick).prop_map(|(steps, tick)| walk(&steps, tick))
}

/// Parameters of the indicator `name` that keep its bounds and rules.
pub(crate) fn any_params(name: &str) -> impl Strategy<Value = Params> + use<> {
    let spec = spec(name).unwrap();
    prop::collection::vec(0.0..1.0, spec.params.len()).prop_map(move |draws| params(&spec, &draws))
}

fn params(spec: &IndicatorSpec, draws: &[f64]) -> Params {
    let mut params = Params::new();
    for (param, draw) in spec.params.iter().zip(draws) {
        let value = match &param.kind {
            ParamKind::Int { min, max } => {
                let top = PERIOD_DRAWN_MAX.min(*max);
                ParamValue::Int(min + ((top - min + 1) as f64 * draw) as i64)
            }
            ParamKind::Float { min, max, .. } => {
                ParamValue::Float(min + (max.min(5.0) - min) * (0.01 + 0.9 * draw))
            }
            ParamKind::Name { one_of } => {
                ParamValue::Name(one_of[(one_of.len() as f64 * draw) as usize].clone().into_owned())
            }
            ParamKind::Bool => ParamValue::Bool(*draw < 0.5),
            kind => panic!("no values for {kind:?}"),
        };
        params.insert(param.name.clone(), value);
    }
    for rule in &spec.rules {
        if let (ParamRule::Less(low, high), false) = (rule, rule.holds(&params)) {
            let low = params.int(low).unwrap();
            params.insert(high.clone(), low + 1);
        }
    }
    params
}

/// The name of every indicator.
pub(crate) fn names() -> Vec<String> {
    threadx_indicators::specs()
        .map(|spec| spec.name.into_owned())
        .collect()
}

//! What a market without movement gives.

use threadx_indicators::compute;
use threadx_market::{Bars, Columns, Timeframe, Timestamp};
use threadx_spec::Params;

use crate::bars::names;

fn constant(price: f64, len: usize) -> Bars {
    let mut columns = Columns::with_capacity(len);
    let mut time = Timestamp::from_nanoseconds(0);
    for _ in 0..len {
        columns.time.push(time);
        for column in [
            &mut columns.open,
            &mut columns.high,
            &mut columns.low,
            &mut columns.close,
        ] {
            column.push(price);
        }
        columns.volume.push(3.0);
        time = Timeframe::H1.next(time);
    }
    Bars::new(Timeframe::H1, columns).unwrap()
}

/// The value of each output over equal bars at `price`, in the order of the specification.
fn expected(name: &str, price: f64) -> Vec<f64> {
    match name {
        "sma" | "ema" | "wma" | "dema" | "tema" | "hma" | "min" | "max" | "sar" => vec![price],
        "bbands" | "keltner" | "donchian" => vec![price; 3],
        "ichimoku" => vec![price, price, price, price, 0.0],
        "supertrend" => vec![price, -1.0],
        "macd" | "adx" => vec![0.0; 3],
        "stoch" | "stochrsi" => vec![0.0; 2],
        "aroon" => vec![100.0; 2],
        "percent_b" => vec![0.5],
        "percent_rank" => vec![100.0],
        "obv" => vec![3.0],
        "rsi" | "roc" | "mom" | "cci" | "willr" | "mfi" | "atr" | "natr" | "bandwidth" | "ad" | "adosc"
        | "cmf" | "stddev" | "zscore" | "linearreg_slope" => vec![0.0],
        // Sums of products are rounded.
        "vwap" | "rolling_vwap" => vec![f64::NAN],
        other => panic!("what does {other} give on a constant?"),
    }
}

#[test]
fn every_output_is_defined_and_exact() {
    for price in [1e-8, 0.1, 7.3, 98_765.43, 1e12] {
        let bars = constant(price, 400);
        for name in names() {
            let outputs = compute(&name, &Params::new(), &bars).unwrap();
            let expected = expected(&name, price);
            assert_eq!(outputs.iter().len(), expected.len(), "{name}");
            for ((output, series), expect) in outputs.iter().zip(expected) {
                assert!(!series.valid().is_empty(), "{name}: {output}");
                for value in series.valid() {
                    if expect.is_nan() {
                        assert!((value - price).abs() <= 1e-14 * price, "{name}: {output} {value}");
                    } else {
                        assert_eq!(*value, expect, "{name}: {output} of {price}");
                    }
                }
            }
        }
    }
}

//! All forms agree, and nothing sees the future.

use proptest::prelude::*;
use threadx_indicators::{Bar, Outputs, build};
use threadx_market::Bars;
use threadx_spec::Params;

use crate::bars::{any_bars, any_params, names};

/// The bits of every output on every bar, bar by bar.
fn bits(outputs: &Outputs, bars: usize) -> Vec<Vec<Option<u64>>> {
    (0..bars)
        .map(|bar| {
            outputs
                .iter()
                .map(|(_, series)| series.get(bar).map(f64::to_bits))
                .collect()
        })
        .collect()
}

fn check(name: &str, params: &Params, bars: &Bars, cut: usize) -> Result<(), TestCaseError> {
    let indicator = build(name, params).unwrap();
    let outputs = indicator.compute(bars);
    let all = bits(&outputs, bars.len());

    // The warm-up is what it says, and after it every value is a finite number.
    let mut last_first = 0;
    for (output, series) in outputs.iter() {
        prop_assert_eq!(series.len(), bars.len(), "{}", output);
        prop_assert!(
            series.valid().iter().all(|value| value.is_finite()),
            "{name} {params}: {output}"
        );
        last_first = last_first.max(series.first_valid());
    }
    prop_assert_eq!(
        last_first,
        indicator.warm_up().min(bars.len()),
        "{} {}",
        name,
        params
    );

    // Into given memory, in which values of other bars may stand: the same bits.
    let mut columns = vec![vec![7.0; bars.len() / 2]];
    for _ in 0..2 {
        indicator.compute_into(bars, &mut columns);
        prop_assert_eq!(columns.len(), outputs.iter().len());
        for (column, (output, series)) in columns.iter_mut().zip(outputs.iter()) {
            let same = column
                .iter()
                .map(|value| value.to_bits())
                .eq(series.valid().iter().map(|value| value.to_bits()));
            prop_assert!(same, "{name} {params}: {output}");
            column.fill(f64::NAN);
        }
    }

    // Bar by bar: the same bits.
    let mut stream = indicator.start();
    let mut out = vec![None; outputs.iter().len()];
    for (at, expect) in all.iter().enumerate() {
        stream.push_bar(&Bar::at(bars, at).unwrap(), &mut out);
        let got: Vec<_> = out.iter().map(|value| value.map(f64::to_bits)).collect();
        prop_assert_eq!(&got, expect, "{} {} at bar {}", name, params, at);
    }

    // Without the future: the same bits.
    let cut = cut.min(bars.len());
    let past = indicator.compute(&bars.slice(0..cut));
    prop_assert_eq!(
        bits(&past, cut),
        &all[..cut],
        "{} {} cut at {}",
        name,
        params,
        cut
    );
    Ok(())
}

#[test]
fn every_form_gives_the_same_bits() {
    for name in names() {
        let config = ProptestConfig::with_cases(48);
        proptest!(config, |(bars in any_bars(300), params in any_params(&name), cut in 0usize..300)| {
            check(&name, &params, &bars, cut)?;
        });
    }
}

/// Tiles of the kernels end within these.
#[test]
fn long_series_have_no_seams() {
    for name in names() {
        let config = ProptestConfig::with_cases(2);
        let bars = any_bars(300).prop_map(|bars| repeated(&bars, 9_500));
        proptest!(config, |(bars in bars, params in any_params(&name), cut in 0usize..9_500)| {
            check(&name, &params, &bars, cut)?;
        });
    }
}

/// `len` bars made of `bars` over and over; one made-up bar if there are none.
fn repeated(bars: &Bars, len: usize) -> Bars {
    let bars = if bars.is_empty() {
        crate::bars::walk(&[(1.0, 0.5, 0.5, 1.0)], 0.25)
    } else {
        bars.clone()
    };
    let mut columns = threadx_market::Columns::with_capacity(len);
    let mut time = bars.time()[0];
    for at in 0..len {
        let bar = Bar::at(&bars, at % bars.len()).unwrap();
        columns.time.push(time);
        columns.open.push(bar.open);
        columns.high.push(bar.high);
        columns.low.push(bar.low);
        columns.close.push(bar.close);
        columns.volume.push(bar.volume);
        time = bars.timeframe().next(time);
    }
    Bars::new(bars.timeframe(), columns).unwrap()
}

#[test]
fn too_few_bars_leave_nothing_but_warm_up() {
    for name in names() {
        let indicator = build(&name, &Params::new()).unwrap();
        let bars = repeated(&crate::bars::walk(&[], 0.25), indicator.warm_up() + 1);
        for len in 0..=indicator.warm_up() + 1 {
            let outputs = indicator.compute(&bars.slice(0..len));
            for (_, series) in outputs.iter() {
                assert_eq!(series.len(), len, "{name}");
            }
            let complete = outputs.iter().all(|(_, series)| series.last().is_some());
            assert_eq!(complete, len > indicator.warm_up(), "{name}: {len} bars");
        }
    }
}

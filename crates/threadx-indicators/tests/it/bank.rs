//! The bank: the same values, computed once, within its bound, whatever its callers do.

use std::{
    sync::{Arc, Barrier},
    thread,
};

use proptest::prelude::*;
use threadx_indicators::{Bar, Direct, IndicatorBank, IndicatorSource, compute};
use threadx_market::{Bars, Columns};
use threadx_spec::Params;

use crate::bars::{any_bars, any_params, names, walk};

fn never() -> bool {
    false
}

fn period(period: i64) -> Params {
    Params::from_iter([("period", period)])
}

/// Bars long enough that computing takes some time.
fn long() -> Bars {
    let steps: Vec<_> = (0..20_000u32)
        .map(|i| (f64::from(i % 7) - 3.0, 0.5, 0.25, f64::from(i % 11)))
        .collect();
    walk(&steps, 0.01)
}

#[test]
fn gives_the_bits_of_computing_directly() {
    for name in names() {
        let config = ProptestConfig::with_cases(24);
        proptest!(config, |(bars in any_bars(300), params in any_params(&name))| {
            let bank = IndicatorBank::new(1 << 24);
            let shared = bank.source(&bars, &never).outputs(&name, &params).unwrap();
            let direct = Direct::new(&bars).outputs(&name, &params).unwrap();
            for ((output, shared), (_, direct)) in shared.iter().zip(direct.iter()) {
                let bits = |series: &threadx_indicators::Series| -> Vec<Option<u64>> {
                    series.iter().map(|value| value.map(f64::to_bits)).collect()
                };
                prop_assert_eq!(bits(shared), bits(direct), "{} {} {}", name, params, output);
            }
        });
    }
}

#[test]
fn parts_in_common_are_computed_once() {
    let (bank, bars) = (IndicatorBank::new(1 << 24), long());
    let source = bank.source(&bars, &never);
    for name in ["bbands", "percent_b", "bandwidth", "zscore", "stddev", "sma"] {
        source.outputs(name, &period(20)).unwrap();
    }
    // Four computed, and the two parts of which they are made, which then were there.
    assert_eq!(bank.figures().misses, 6);
    assert_eq!((source.usage().misses, source.usage().hits), (4, 2));
}

#[test]
fn another_name_is_the_same_entry() {
    let (bank, bars) = (IndicatorBank::new(1 << 24), long());
    let source = bank.source(&bars, &never);
    let first = source.outputs("bbands", &period(20)).unwrap();
    assert!(Arc::ptr_eq(
        &first,
        &source.outputs("bollinger", &period(20)).unwrap()
    ));
}

#[test]
fn equal_content_is_one_entry_and_any_difference_another() {
    let bars = long();
    let copy = |change: fn(&mut Columns)| {
        let mut columns = Columns::with_capacity(bars.len());
        for at in 0..bars.len() {
            let bar = Bar::at(&bars, at).unwrap();
            columns.time.push(bar.time);
            columns.open.push(bar.open);
            columns.high.push(bar.high);
            columns.low.push(bar.low);
            columns.close.push(bar.close);
            columns.volume.push(bar.volume);
        }
        change(&mut columns);
        Bars::new(bars.timeframe(), columns).unwrap()
    };
    let bank = IndicatorBank::new(1 << 26);
    let get = |bars: &Bars, params: Params| bank.source(bars, &never).outputs("atr", &params).unwrap();
    let first = get(&bars, period(14));
    assert!(Arc::ptr_eq(&first, &get(&copy(|_| {}), period(14))));
    assert!(Arc::ptr_eq(
        &first,
        &get(&bars, Params::from_iter([("period", 14.0)]))
    ));
    assert!(Arc::ptr_eq(&first, &get(&bars, Params::new())));
    assert!(!Arc::ptr_eq(&first, &get(&bars, period(15))));
    assert!(!Arc::ptr_eq(
        &first,
        &get(&copy(|columns| columns.high[7] += 0.01), period(14))
    ));
    assert!(!Arc::ptr_eq(
        &first,
        &get(&copy(|columns| columns.volume[7] += 1.0), period(14))
    ));
    assert!(!Arc::ptr_eq(&first, &get(&bars.slice(1..bars.len()), period(14))));
}

#[test]
fn stays_within_its_bytes_and_forgets_what_was_used_least_recently() {
    let bars = long();
    let one = compute("sma", &period(2), &bars).unwrap().heap_bytes();
    let bank = IndicatorBank::new(3 * one + one / 2);
    let source = bank.source(&bars, &never);
    let get = |length: i64| source.outputs("sma", &period(length)).unwrap();
    let (first, second) = (get(2), get(3));
    get(4);
    assert!(Arc::ptr_eq(&first, &get(2)));
    get(5);
    let figures = bank.figures();
    assert_eq!((figures.entries, figures.evictions), (3, 1));
    assert!(figures.bytes <= figures.bytes_max);
    assert!(Arc::ptr_eq(&first, &get(2)));
    assert!(!Arc::ptr_eq(&second, &get(3)));

    bank.clear();
    assert_eq!((bank.figures().entries, bank.figures().bytes), (0, 0));
    assert!(!Arc::ptr_eq(&first, &get(2)));
}

#[test]
fn what_does_not_fit_is_given_but_not_kept() {
    let (bank, bars) = (IndicatorBank::new(0), long());
    let source = bank.source(&bars, &never);
    for _ in 0..2 {
        let outputs = source.outputs("sma", &period(9)).unwrap();
        assert_eq!(outputs.get("sma").unwrap().len(), bars.len());
    }
    let figures = bank.figures();
    assert_eq!((figures.misses, figures.entries, figures.bytes), (2, 0, 0));
}

#[test]
fn many_threads_at_once_compute_once() {
    let bars = long();
    let bank = IndicatorBank::new(1 << 26);
    let source = bank.source(&bars, &never);
    let start = Barrier::new(8);
    let answers: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(|| {
                    start.wait();
                    source.outputs("cci", &period(500)).unwrap()
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(answers.iter().all(|answer| Arc::ptr_eq(answer, &answers[0])));
    assert_eq!((bank.figures().misses, bank.figures().hits), (1, 7));
}

#[test]
fn unknown_names_claim_nothing() {
    let (bank, bars) = (
        IndicatorBank::new(1 << 20),
        walk(&[(1.0, 0.5, 0.5, 2.0); 30], 0.25),
    );
    let source = bank.source(&bars, &never);
    assert_eq!(
        source.outputs("smaa", &Params::new()).unwrap_err().code(),
        "unknown_indicator"
    );
    assert_eq!(
        source.outputs("sma", &period(0)).unwrap_err().code(),
        "bad_parameter"
    );
    assert_eq!(bank.figures().misses, 0);
}

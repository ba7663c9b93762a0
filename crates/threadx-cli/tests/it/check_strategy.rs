//! `threadx check-strategy`.

use crate::program::threadx;

#[test]
fn a_built_in_strategy_passes_and_says_what_was_compared() {
    let ran = threadx([
        "check-strategy",
        "bb_atr",
        "-p",
        "spacing=2",
        "--end",
        "2019-02-01",
        "--direction",
        "both",
    ]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    for text in [
        "bb_atr version 1",
        "spacing=2",
        "BTCUSDT 1h, 744 bars",
        "no look-ahead found",
    ] {
        assert!(ran.stdout.contains(text), "{text} is not in {}", ran.stdout);
    }
    let document = threadx([
        "check-strategy",
        "macd_cross",
        "--end",
        "2019-02-01",
        "--cuts",
        "9",
        "--output",
        "json",
    ])
    .json();
    assert!(document["leak"].is_null());
    assert!(document["decisions"].as_u64() > Some(10));
    assert!(document["cuts"].as_u64() <= Some(9));
}

#[test]
fn a_wrong_call_is_refused() {
    let check = |arguments: &[&str], code: i32, text: &str| {
        let ran = crate::program::run(
            crate::program::program().arg("check-strategy").args(arguments),
            "",
        );
        assert_eq!(ran.code, Some(code), "{ran:?}");
        assert!(ran.stderr.contains(text), "{}", ran.stderr);
    };
    check(&[], 2, "NAME");
    check(&["ma_crosover"], 3, "the nearest is ma_crossover");
    check(&["ma_crossover", "--cuts", "0"], 2, "--cuts");
    check(&["ma_crossover", "-p", "fast_period=99"], 3, "fast_period");
}

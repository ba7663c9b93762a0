//! The fast path against the full simulator.

use std::sync::Arc;

use proptest::{collection::vec, prelude::*, strategy::Strategy as Arbitrary};
use threadx_error::BacktestError;
use threadx_indicators::Direct;
use threadx_market::{Bars, Columns, Timeframe, Timestamp};
use threadx_spec::{Direction, FillModel, Metric, ParamSpec, ParamValue, Params, StrategySpec};

use super::{Decided, NeedsFull, Prepared, Runner, Words};
use crate::{
    BacktestInput, BacktestOptions, BacktestSpec, BlockReturns, Mask, Metrics, PointOutcome, SignalStrategy,
    Signals, Strategy, StrategyInput, SweepInput, SweepPlan, SweepRows, Uninterrupted, backtest,
    block_returns, run_shard,
};

/// Every metric that the fast path measures.
fn measured() -> Vec<Metric> {
    let all = Metric::ALL.iter().copied();
    all.filter(|metric| super::measures(*metric)).collect()
}

/// Fails unless the metrics that are measured agree: counts and shares exactly, others to 1e-9 of their scale.
pub(super) fn agree(fast: &Metrics, full: &Metrics, value: f64) -> Result<(), TestCaseError> {
    for metric in measured() {
        let (Some(a), Some(b)) = (fast.get(metric), full.get(metric)) else {
            prop_assert_eq!(fast.get(metric), full.get(metric), "{}", metric);
            continue;
        };
        let scale = match metric {
            Metric::TradeCount | Metric::WinRate | Metric::Exposure => 0.0,
            // A quotient is as exact as the depth below it.
            Metric::CalmarRatio => {
                let depth = full.max_drawdown.map_or(1.0, f64::abs);
                b.abs().max(1.0) * (1e-6 / depth).max(1.0)
            }
            Metric::Expectancy | Metric::AvgWin | Metric::AvgLoss => value,
            _ => b.abs().max(1.0),
        };
        prop_assert!((a - b).abs() <= 1e-9 * scale, "{}: fast {} full {}", metric, a, b);
    }
    Ok(())
}

fn agree_by_blocks(fast: &BlockReturns, full: &BlockReturns) -> Result<(), TestCaseError> {
    let pairs = fast.sum.iter().zip(&full.sum);
    for (a, b) in pairs.chain(fast.squares.iter().zip(&full.squares)) {
        prop_assert!(
            (a - b).abs() <= 1e-9 * b.abs().max(1e-3),
            "fast {:?} full {:?}",
            fast,
            full
        );
    }
    Ok(())
}

/// Given masks, one bit of each number: long entry, long exit, short entry, short exit.
struct Given(StrategySpec, Vec<u8>);

impl SignalStrategy for Given {
    fn spec(&self) -> &StrategySpec {
        &self.0
    }

    fn warm_up(&self, _params: &Params) -> Result<usize, BacktestError> {
        Ok(0)
    }

    fn signals(&self, input: &StrategyInput<'_>) -> Result<Signals, BacktestError> {
        let shift = input.int("shift")? as usize;
        let mask = |bit: u8| {
            Mask::from_fn(self.1.len(), |index| {
                self.1[(index + shift) % self.1.len()] >> bit & 1 == 1
            })
        };
        Ok(Signals {
            long_entry: mask(0),
            long_exit: mask(1),
            short_entry: mask(2),
            short_exit: mask(3),
        })
    }
}

/// Bars of a walk by these steps, rounded to a tick so that prices and averages tie.
fn bars(steps: &[(i8, i8, u8, u8)], tick: f64, start: f64) -> Bars {
    let mut columns = Columns::default();
    let round = |price: f64| ((price / tick).round() * tick).max(tick);
    let mut close = start;
    for (index, (gap, step, up, down)) in steps.iter().enumerate() {
        let open = round(close * (1.0 + f64::from(*gap) / 4000.0));
        close = round(open * (1.0 + f64::from(*step) / 2000.0));
        columns
            .time
            .push(Timestamp::from_nanoseconds(index as i64 * 3_600_000_000_000));
        columns
            .high
            .push(round(open.max(close) * (1.0 + f64::from(*up) / 8000.0)).max(open.max(close)));
        columns
            .low
            .push(round(open.min(close) * (1.0 - f64::from(*down) / 8000.0)).min(open.min(close)));
        columns.open.push(open);
        columns.close.push(close);
        columns.volume.push(1.0);
    }
    Bars::new(Timeframe::H1, columns).unwrap()
}

fn options() -> impl Arbitrary<Value = BacktestOptions> {
    let levels = (
        prop_oneof![Just(None), (0.002f64..0.4).prop_map(Some)],
        prop_oneof![Just(None), (0.002f64..1.5).prop_map(Some)],
        prop_oneof![2 => Just(None), 1 => (1usize..60).prop_map(Some)],
    );
    let costs = (
        prop_oneof![Just(0.0), Just(0.001), 0.0f64..0.02],
        prop_oneof![Just(0.0), Just(0.0005), 0.0f64..0.02],
    );
    let kind = (0usize..3, any::<bool>(), any::<bool>(), 0.0f64..0.2);
    (levels, costs, kind).prop_map(
        |(
            (stop_loss, take_profit, max_hold),
            (fee_rate, slippage_rate),
            (side, close, exits, risk_free_rate),
        )| {
            BacktestOptions {
                direction: [Direction::Long, Direction::Short, Direction::Both][side],
                fill: if close {
                    FillModel::Close
                } else {
                    FillModel::NextOpen
                },
                exit_on_signal: exits,
                fee_rate,
                slippage_rate,
                stop_loss,
                take_profit,
                max_hold,
                risk_free_rate,
                ..BacktestOptions::default()
            }
        },
    )
}

/// The metrics of a run that goes over so many words at a time.
fn by_pieces(prepared: &Prepared, words: &Words, piece: usize) -> Result<Metrics, NeedsFull> {
    let mut runner = Runner::new(prepared);
    let mut run = runner.begin();
    for from in (0..words.long_entry.len()).step_by(piece) {
        let part = |words: &[u64]| words[from..words.len().min(from + piece)].to_vec();
        let words = Words {
            long_entry: part(&words.long_entry),
            long_exit: part(&words.long_exit),
            short_entry: part(&words.short_entry),
            short_exit: part(&words.short_exit),
        };
        runner.advance(&mut run, from, &words);
    }
    runner.metrics(run)
}

/// Runs the points fast, as a whole and so many words at a time, and in full.
fn check(
    bars: &Bars,
    first: usize,
    masks: Vec<u8>,
    options: BacktestOptions,
    shifts: i64,
    piece: usize,
) -> Result<(), TestCaseError> {
    let value = options.portfolio_value;
    let spec = BacktestSpec::new(options).unwrap();
    let published =
        StrategySpec::signal("given", 1, "given").param(ParamSpec::int("shift", 0, 0..=999, "bars"));
    let strategy = Strategy::Signal(Arc::new(Given(published.clone(), masks)));
    let axis = (0..shifts).map(ParamValue::Int).collect();
    let plan = SweepPlan::new(&published, vec![("shift".to_owned(), axis)]).unwrap();
    let rows = SweepRows::new(bars, first, &spec, &measured());
    prop_assert!(rows.is_fast());
    let indicators = Direct::new(bars);
    let input = SweepInput {
        plan: &plan,
        indicators: &indicators,
        first,
        strategy: &strategy,
        spec: &spec,
        rows: Some(&rows),
    };
    let shard = run_shard(&input, 0..plan.len(), &Uninterrupted).unwrap();
    prop_assert_eq!(shard.evaluated(), plan.len());
    let combinations: Vec<u64> = shard.points().iter().map(|point| point.combination).collect();
    let mut blocks = block_returns(&input, &combinations, &Uninterrupted)
        .unwrap()
        .into_iter();
    for point in shard.points() {
        let PointOutcome::Evaluated(metrics) = &point.outcome else {
            panic!("{point:?}");
        };
        let params = plan.params(point.combination).unwrap();
        let full = backtest(
            &BacktestInput {
                indicators: &indicators,
                first,
                strategy: &strategy,
                params: &params,
                spec: &spec,
            },
            &Uninterrupted,
        )
        .unwrap();
        agree(metrics, &full.metrics, value)?;
        let (signal, prepared) = input.fast().unwrap();
        let Ok(Decided::ByMasks(signals)) = input.decided(signal, &params) else {
            panic!("masks are given");
        };
        // A run that the full simulator has to do is none of the pieces'.
        if let Ok(metrics) = by_pieces(prepared, &prepared.resolved(&signals), piece) {
            agree(&metrics, &full.metrics, value)?;
        }
        if let Some(expect) = BlockReturns::of(value, &full.equity) {
            agree_by_blocks(&blocks.next().unwrap(), &expect)?;
        }
    }
    prop_assert_eq!(blocks.next(), None);
    Ok(())
}

/// Masks in which about one bar in `rare` has signals.
fn masks(len: usize) -> impl Arbitrary<Value = Vec<u8>> {
    (1u8..40).prop_flat_map(move |rare| {
        vec(
            (0..rare, 0u8..16).prop_map(|(lot, bits)| if lot == 0 { bits } else { 0 }),
            len,
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn random_masks_and_options_give_what_the_full_simulator_gives(
        (steps, masks) in (1usize..400).prop_flat_map(|len| {
            (vec((-20i8..20, -50i8..50, 0u8..40, 0u8..40), len), masks(len))
        }),
        options in options(),
        first in 0usize..100,
        tick in prop_oneof![Just(0.25), Just(1e-6), Just(1.0)],
        piece in 1usize..4,
    ) {
        let bars = bars(&steps, tick, 100.0);
        check(&bars, first.min(bars.len() - 1), masks, options, 3, piece)?;
    }

    #[test]
    fn a_price_that_multiplies_bankrupts_shorts_alike(
        (steps, masks) in (1usize..200).prop_flat_map(|len| {
            (vec((-100i8..127, -127i8..127, 0u8..255, 0u8..255), len), masks(len))
        }),
        options in options(),
        piece in 1usize..4,
    ) {
        // Steps of up to a quarter a bar.
        let steep: Vec<_> = steps.iter().flat_map(|step| [*step; 3]).collect();
        let bars = bars(&steep, 0.01, 100.0);
        let masks = masks.iter().flat_map(|bits| [*bits, 0, 0]).collect();
        check(&bars, 0, masks, options, 1, piece)?;
    }
}

//! What is done with what is wrong.

use std::ops::ControlFlow;

use threadx_data::{BadRows, BarTime, Duplicates, ImportOptions, NoteCode, RowOrder, import_with_progress};
use threadx_error::DataError;
use threadx_market::Timeframe;

use crate::support::{file, import_text, times};

const HEAD: &str = "date,open,high,low,close,volume\n";
const FIRST: &str = "2005-02-23,86.71,88.45,82.47,88.22,23551799\n";
const SECOND: &str = "2005-02-24,88.48,89.92,87.73,88.9,26721628\n";
const THIRD: &str = "2005-02-25,89.62,89.91,88.19,88.97,15696091\n";

fn text(rows: &[&str]) -> String {
    format!("{HEAD}{}", rows.concat())
}

#[test]
fn identical_rows_are_joined() {
    let import = import_text(
        &text(&[FIRST, SECOND, SECOND, THIRD, FIRST]),
        &ImportOptions::default(),
    )
    .unwrap();
    assert_eq!(import.dataset.bars.len(), 3);
    let note = import.report.note(NoteCode::JoinedDuplicates).unwrap();
    assert_eq!(
        (note.count, note.examples[0].as_str()),
        (2, "2005-02-23T00:00:00Z: line 2 and 6")
    );
    assert_eq!(import.report.note(NoteCode::Sorted).unwrap().count, 1);
    assert_eq!((import.report.rows, import.report.bars), (5, 3));
}

#[test]
fn conflicting_rows_are_refused_unless_a_policy_says_which_to_keep() {
    let other = "2005-02-24,88.48,89.92,87.73,88.91,26721628\n";
    let volume = "2005-02-25,89.62,89.91,88.19,88.97,15696092\n";
    let conflicting = text(&[FIRST, SECOND, other, THIRD, volume]);
    let error = import_text(&conflicting, &ImportOptions::default()).unwrap_err();
    match &error {
        DataError::Conflicts {
            count,
            volume_only,
            examples,
            ..
        } => {
            assert_eq!((*count, *volume_only, examples.len()), (2, 1, 2));
            assert!(
                examples[0].starts_with("2005-02-24T00:00:00Z: line 3 and 4 differ: (open 88.48"),
                "{examples:?}"
            );
        }
        other => panic!("{other}"),
    }
    for (duplicates, close, last_volume) in [
        (Duplicates::KeepFirst, 88.9, 15_696_091.0),
        (Duplicates::KeepLast, 88.91, 15_696_092.0),
    ] {
        let options = ImportOptions {
            duplicates,
            ..ImportOptions::default()
        };
        let import = import_text(&conflicting, &options).unwrap();
        assert_eq!(import.dataset.bars.close()[1], close);
        assert_eq!(import.dataset.bars.volume()[2], last_volume);
        assert_eq!(import.report.note(NoteCode::ResolvedConflicts).unwrap().count, 2);
    }
}

#[test]
fn bad_rows_are_refused_all_at_once_or_dropped() {
    let bad = [
        (
            "2005-02-26,1,2,x,2,1\n",
            "line 5, column low: expected a number, got \"x\"",
        ),
        (
            ",1,2,1,2,1\n",
            "line 6, column date: expected a date, a date and time, or an epoch in s, ms, µs or ns, got \"\"",
        ),
        ("2005-02-28,1,2,1\n", "line 7: expected 6 cells, got 4"),
        (
            "2005-03-01,0,0,0,0,0\n",
            "line 8, column open: expected a finite open above 0, got 0",
        ),
        (
            "2005-03-02,3,2,1,2,0\n",
            "line 9: expected low ≤ open, close ≤ high, got open 3, high 2, low 1, close 2",
        ),
        (
            "2005-03-03,1,2,1,2,-1\n",
            "line 10, column volume: expected a finite volume of at least 0, got -1",
        ),
        (
            "\"2005-03-04,1,2,1,2,1\n",
            "line 11: expected a closing quote at the end of a cell, got none",
        ),
        (
            "2005-03-05,1,,1,2,1\n",
            "line 12, column high: expected a number, got \"\"",
        ),
    ];
    let rows: Vec<&str> = [FIRST, SECOND, THIRD]
        .into_iter()
        .chain(bad.iter().map(|(row, _)| *row))
        .collect();
    let error = import_text(&text(&rows), &ImportOptions::default()).unwrap_err();
    match &error {
        DataError::Rows { count, problems, .. } => {
            assert_eq!(*count, bad.len() as u64);
            for (problem, (_, expect)) in problems.iter().zip(bad) {
                assert_eq!(problem.to_string(), expect);
            }
        }
        other => panic!("{other}"),
    }
    assert!(
        error
            .to_string()
            .contains("8 rows cannot be used, the first: line 5, column low"),
        "{error}"
    );
    let options = ImportOptions {
        bad_rows: BadRows::Drop,
        ..ImportOptions::default()
    };
    let import = import_text(&text(&rows), &options).unwrap();
    assert_eq!(import.dataset.bars.len(), 3);
    let note = import.report.note(NoteCode::DroppedRows).unwrap();
    assert_eq!((note.count, note.examples.len()), (8, 5));
    assert_eq!(import.report.rows, 11);
}

#[test]
fn rows_without_prices_and_repeated_headers_are_noted() {
    let import = import_text(
        &text(&[
            FIRST,
            "2005-02-24,null,null,null,null,null\n",
            HEAD,
            THIRD,
            "2005-02-26,1,2,1,2,\n",
        ]),
        &ImportOptions::default(),
    )
    .unwrap();
    assert_eq!(import.dataset.bars.len(), 3);
    assert_eq!(import.dataset.bars.volume()[2], 0.0);
    for code in [
        NoteCode::EmptyBars,
        NoteCode::RepeatedHeaders,
        NoteCode::MissingVolume,
    ] {
        assert_eq!(import.report.note(code).unwrap().count, 1, "{code:?}");
    }
}

#[test]
fn rows_far_out_of_order_are_refused_unless_sorting_is_asked_for() {
    let shuffled = text(&[
        FIRST,
        SECOND,
        THIRD,
        "2004-02-20,1,2,1,2,3\n",
        "2005-03-01,1,2,1,2,3\n",
    ]);
    let error = import_text(&shuffled, &ImportOptions::default()).unwrap_err();
    assert!(matches!(error, DataError::Disorder { count: 1, .. }), "{error}");
    assert!(
        error
            .to_string()
            .contains("line 5: 2004-02-20T00:00:00Z after 2005-02-25T00:00:00Z"),
        "{error}"
    );
    let options = ImportOptions {
        order: RowOrder::Sort,
        ..ImportOptions::default()
    };
    let import = import_text(&shuffled, &options).unwrap();
    assert_eq!(times(&import)[0], "2004-02-20T00:00:00Z");
    assert_eq!(import.report.note(NoteCode::Sorted).unwrap().count, 1);
}

#[test]
fn close_times_and_shifts_move_the_stamps() {
    let options = ImportOptions {
        bar_time: BarTime::Close,
        shift_seconds: 3600,
        ..ImportOptions::default()
    };
    let rows = "time,open,high,low,close\n2005-02-23 10:00,1,2,1,2\n2005-02-23 11:00,1,2,1,2\n";
    let import = import_text(rows, &options).unwrap();
    assert_eq!(times(&import), ["2005-02-23T10:00:00Z", "2005-02-23T11:00:00Z"]);
    assert!(import.report.note(NoteCode::Shifted).is_some());
    assert!(import.report.note(NoteCode::CloseTimes).is_some());
}

#[test]
fn a_declared_timeframe_must_be_that_of_the_bars() {
    let declared = |timeframe, rows: &[&str]| {
        let options = ImportOptions {
            timeframe: Some(timeframe),
            ..ImportOptions::default()
        };
        import_text(&text(rows), &options)
    };
    let error = declared(Timeframe::H1, &[FIRST, SECOND, THIRD]).unwrap_err();
    assert!(
        error.to_string().contains("the bars are spaced 1d, not 1h"),
        "{error}"
    );
    let one = declared(Timeframe::H4, &[FIRST]).unwrap();
    assert_eq!(one.dataset.bars.timeframe(), Timeframe::H4);
}

#[test]
fn files_of_several_symbols_need_to_be_told_which() {
    let rows = "ticker,volume,open,close,high,low,window_start,transactions\n\
                AAPL,10,1,2,3,1,1483308000000000000,1\nMSFT,20,4,5,6,4,1483308000000000000,1\n\
                AAPL,30,2,2,3,1,1483308060000000000,1\nMSFT,40,5,5,6,4,1483308060000000000,1\n";
    let error = import_text(rows, &ImportOptions::default()).unwrap_err();
    assert!(
        error.to_string().contains("several symbols (AAPL, MSFT)"),
        "{error}"
    );
    let options = ImportOptions {
        symbol: Some("MSFT".to_owned()),
        ..ImportOptions::default()
    };
    let import = import_text(rows, &options).unwrap();
    assert_eq!(import.dataset.token.as_str(), "MSFT");
    assert_eq!(import.dataset.bars.volume(), [20.0, 40.0]);
    assert_eq!(import.report.note(NoteCode::OtherSymbols).unwrap().count, 2);
}

#[test]
fn an_import_can_be_watched_and_stopped() {
    let (_dir, path) = file("AAPL.csv", text(&[FIRST, SECOND, THIRD]).as_bytes());
    let mut seen = None;
    import_with_progress(&path, &ImportOptions::default(), &mut |progress| {
        seen = Some(progress);
        ControlFlow::Continue(())
    })
    .unwrap();
    let progress = seen.unwrap();
    assert_eq!((progress.bytes, progress.rows), (progress.bytes_total, 3));
    let stopped = import_with_progress(&path, &ImportOptions::default(), &mut |_| ControlFlow::Break(()));
    assert!(matches!(stopped, Err(DataError::Interrupted { .. })));
}

/// Days of 2021 that are neither in order nor backwards, none of them missing.
fn shuffled(days: i32) -> String {
    let rows = (0..days).map(|day| {
        let date = time::Date::from_ordinal_date(2021, (day * 7 % days) as u16 + 1).unwrap();
        format!("{date},1,2,1,2,5\n")
    });
    HEAD.to_owned() + &rows.collect::<String>()
}

#[test]
fn shuffled_rows_have_the_timeframe_that_they_have_in_order() {
    let import = import_text(&shuffled(20), &ImportOptions::default()).unwrap();
    assert_eq!(import.report.timeframe, Timeframe::D1);
    assert_eq!(import.dataset.bars.len(), 20);
    assert!(import.report.note(NoteCode::Sorted).is_some());

    let far = import_text(&shuffled(300), &ImportOptions::default()).unwrap_err();
    assert!(matches!(far, DataError::Disorder { .. }), "{far}");
    let asked = ImportOptions {
        order: RowOrder::Sort,
        ..ImportOptions::default()
    };
    let import = import_text(&shuffled(300), &asked).unwrap();
    assert_eq!(
        (import.report.timeframe, import.report.bars),
        (Timeframe::D1, 300)
    );
}

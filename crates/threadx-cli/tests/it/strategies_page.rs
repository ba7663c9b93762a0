//! `docs/strategies.md` and its pictures are what the program makes of the strategies that there are.

use std::path::{Path, PathBuf};

use crate::program::{program, run, threadx};

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs")
}

#[test]
fn the_page_is_that_of_the_strategies_that_there_are() {
    let page = threadx(["strategies", "--page"]);
    assert_eq!(page.code, Some(0), "{page:?}");
    let committed = std::fs::read_to_string(docs().join("strategies.md")).unwrap();
    assert!(
        page.stdout == committed,
        "run `threadx strategies --page > docs/strategies.md`"
    );
}

#[test]
fn each_picture_is_what_its_command_draws() {
    let listed = threadx(["strategies", "--output", "json"]).json();
    let folder = tempfile::tempdir().unwrap();
    let mut drawn = Vec::new();
    for spec in listed["strategies"].as_array().unwrap() {
        let name = spec["name"].as_str().unwrap();
        if name == "signals" {
            continue;
        }
        let path = folder.path().join(format!("{name}.svg"));
        let arguments = ["backtest", "--strategy", name, "--direction", "both", "--chart"];
        let ran = run(program().args(arguments).arg(&path), "");
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let picture = std::fs::read_to_string(&path).unwrap();
        let file = format!("{name}.svg");
        let committed = std::fs::read_to_string(docs().join("strategies").join(&file)).unwrap();
        assert!(
            picture == committed,
            "{file} is not what the command of the page draws"
        );
        assert!(picture.len() < 60_000, "{file} has {} bytes", picture.len());
        assert!(
            picture.contains("class=\"long\"") || picture.contains("class=\"short\""),
            "{file}"
        );
        drawn.push(file);
    }
    let mut committed: Vec<String> = std::fs::read_dir(docs().join("strategies"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    committed.sort();
    assert_eq!(committed, drawn, "pictures that belong to no strategy");
}

#[test]
fn a_chart_begins_where_it_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chart.svg");
    let arguments = [
        "backtest",
        "--chart-from",
        "2019-06-01",
        "--chart-bars",
        "48",
        "--chart",
    ];
    let ran = run(program().args(arguments).arg(&path), "");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let picture = std::fs::read_to_string(&path).unwrap();
    assert!(picture.contains(">2019-06-01 00:00<"), "{picture}");
    assert!(picture.contains("sma(10)") && picture.contains("sma(30)"));
    let again = run(program().args(arguments).arg(&path), "");
    assert_eq!(again.code, Some(4), "{again:?}");
    assert_eq!(threadx(["backtest", "--chart-bars", "48"]).code, Some(2));
}

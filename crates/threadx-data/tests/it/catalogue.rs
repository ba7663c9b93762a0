//! A folder of stored bars.

use std::{fs, ops::ControlFlow, path::Path};

use proptest::prelude::*;
use threadx_data::{
    BarSource, Catalogue, Dataset, ImportOptions, MergePolicy, Origin, Progress, StoredImport, sample,
};
use threadx_error::DataError;
use threadx_market::{Bars, Columns, Symbol, Timeframe, resample};

use crate::support::file;

fn quiet(_: Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn import(catalogue: &Catalogue, path: &Path, policy: MergePolicy) -> Result<StoredImport, DataError> {
    catalogue.import(path, &ImportOptions::default(), policy, &mut quiet)
}

fn part(from: usize, to: usize) -> Dataset {
    let sample = sample().unwrap();
    Dataset {
        bars: sample.bars.slice(from..to),
        ..sample
    }
}

/// The bars with another volume in one of them.
fn changed(dataset: &Dataset, row: usize) -> Dataset {
    let bars = &dataset.bars;
    let mut columns = Columns {
        time: bars.time().to_vec(),
        open: bars.open().to_vec(),
        high: bars.high().to_vec(),
        low: bars.low().to_vec(),
        close: bars.close().to_vec(),
        volume: bars.volume().to_vec(),
    };
    columns.volume[row] += 1.0;
    Dataset {
        token: dataset.token.clone(),
        bars: Bars::new(bars.timeframe(), columns).unwrap(),
    }
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn what_is_stored_is_listed_and_loaded() {
    let dir = tempfile::tempdir().unwrap();
    let catalogue = Catalogue::open(&dir.path().join("data"));
    assert_eq!(catalogue.list().unwrap(), []);
    let sample = sample().unwrap();
    catalogue.store(&sample, MergePolicy::Refuse).unwrap();
    let monthly = catalogue
        .resample(&sample.token, Timeframe::H1, Timeframe::Month1)
        .unwrap();
    assert!(matches!(
        monthly.manifest.origins[..],
        [Origin::Resampled {
            from: Timeframe::H1,
            ..
        }]
    ));

    let source = BarSource::catalogue(catalogue.folder());
    let listed: Vec<String> = source
        .list()
        .unwrap()
        .iter()
        .map(|l| format!("{} {} {}", l.token, l.timeframe, l.bars))
        .collect();
    assert_eq!(listed, ["BTCUSDT 1h 8732", "BTCUSDT 1M 12"]);
    assert_eq!(source.load(&sample.token, Timeframe::H1).unwrap(), sample.bars);
    let expect = resample(&sample.bars, Timeframe::Month1).unwrap().bars;
    assert_eq!(source.load(&sample.token, Timeframe::Month1).unwrap(), expect);

    let unknown = source
        .load(&Symbol::parse("BTCUSD").unwrap(), Timeframe::H1)
        .unwrap_err();
    assert_eq!(
        unknown.to_string(),
        "no bars are known for token BTCUSD; the nearest names are BTCUSDT"
    );
    let unknown = source.load(&sample.token, Timeframe::M5).unwrap_err();
    assert_eq!(unknown.to_string(), "BTCUSDT is stored in 1h, 1M, not in 5m");
}

#[test]
fn overlapping_bars_are_joined() {
    let dir = tempfile::tempdir().unwrap();
    let catalogue = Catalogue::open(dir.path());
    catalogue.store(&part(2000, 4000), MergePolicy::Refuse).unwrap();
    let earlier = catalogue.store(&part(1000, 2500), MergePolicy::Refuse).unwrap();
    assert_eq!(
        (earlier.merge.added, earlier.merge.identical, earlier.merge.stored),
        (1000, 500, 2000)
    );
    let later = catalogue.store(&part(5000, 8732), MergePolicy::Refuse).unwrap();
    assert_eq!(
        (later.merge.added, later.merge.identical, later.merge.stored),
        (3732, 0, 3000)
    );
    let all = catalogue.store(&part(0, 8732), MergePolicy::Refuse).unwrap();
    assert_eq!((all.merge.added, all.merge.identical), (2000, 6732));
    let sample = sample().unwrap();
    assert_eq!(catalogue.load(&sample.token, Timeframe::H1).unwrap(), sample.bars);
    assert_eq!(all.manifest.fingerprint, sample.bars.fingerprint());
    assert_eq!(all.manifest.origins.len(), 4);
    // One file of bars and one manifest are left.
    assert_eq!(names(&dir.path().join("BTCUSDT")).len(), 2);
}

#[test]
fn conflicting_bars_are_refused_unless_a_policy_says_which_to_keep() {
    let dir = tempfile::tempdir().unwrap();
    let catalogue = Catalogue::open(dir.path());
    let stored = part(0, 300);
    let other = changed(&part(100, 400), 50);
    catalogue.store(&stored, MergePolicy::Refuse).unwrap();
    let before = names(&dir.path().join("BTCUSDT"));
    let error = catalogue.store(&other, MergePolicy::Refuse).unwrap_err();
    match &error {
        DataError::MergeConflicts {
            count: 1, examples, ..
        } => assert!(examples[0].contains("stored (open"), "{examples:?}"),
        other => panic!("{other}"),
    }
    assert_eq!(catalogue.load(&stored.token, Timeframe::H1).unwrap(), stored.bars);
    assert_eq!(names(&dir.path().join("BTCUSDT")), before);

    let kept = catalogue.store(&other, MergePolicy::KeepStored).unwrap();
    assert_eq!((kept.merge.conflicts, kept.merge.added), (1, 100));
    assert_eq!(
        catalogue.load(&stored.token, Timeframe::H1).unwrap(),
        part(0, 400).bars
    );
    catalogue.store(&other, MergePolicy::TakeNew).unwrap();
    assert_eq!(
        catalogue.load(&stored.token, Timeframe::H1).unwrap().volume()[150],
        other.bars.volume()[50]
    );
}

type Damage = &'static dyn Fn(&mut Vec<u8>);

#[test]
fn a_damaged_file_is_named_and_never_used() {
    let dir = tempfile::tempdir().unwrap();
    let catalogue = Catalogue::open(dir.path());
    let stored = part(0, 300);
    let manifest = catalogue.store(&stored, MergePolicy::Refuse).unwrap().manifest;
    let path = dir.path().join("BTCUSDT").join(&manifest.file);
    let good = fs::read(&path).unwrap();
    let damage: [Damage; 5] = [
        &|bytes| bytes[2000] ^= 1,
        &|bytes| bytes.truncate(3000),
        &|bytes| bytes.clear(),
        &|bytes| bytes.extend_from_slice(b"more"),
        &|bytes| {
            let end = bytes.len();
            bytes[end - 100] ^= 0xff;
        },
    ];
    for (kind, damage) in damage.iter().enumerate() {
        let mut bytes = good.clone();
        damage(&mut bytes);
        fs::write(&path, &bytes).unwrap();
        for error in [
            catalogue.load(&stored.token, Timeframe::H1).unwrap_err(),
            catalogue.store(&part(200, 500), MergePolicy::Refuse).unwrap_err(),
        ] {
            assert!(matches!(error, DataError::Damaged { .. }), "{kind}: {error}");
            assert!(error.to_string().contains(&manifest.file), "{error}");
        }
    }
    fs::remove_file(&path).unwrap();
    assert!(matches!(
        catalogue.load(&stored.token, Timeframe::H1),
        Err(DataError::Damaged { .. })
    ));
    fs::write(&path, good).unwrap();
    assert_eq!(catalogue.load(&stored.token, Timeframe::H1).unwrap(), stored.bars);
}

#[test]
fn a_damaged_manifest_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let catalogue = Catalogue::open(dir.path());
    let stored = part(0, 300);
    catalogue.store(&stored, MergePolicy::Refuse).unwrap();
    let path = dir.path().join("BTCUSDT").join("1h.json");
    let good = fs::read_to_string(&path).unwrap();
    for bad in [
        String::new(),
        good.replace("\"1h\"", "\"5m\""),
        good.replace("\"format\": 1", "\"format\": 2"),
        good.replace("\"file\": \"", "\"file\": \"../"),
    ] {
        fs::write(&path, &bad).unwrap();
        let error = catalogue.load(&stored.token, Timeframe::H1).unwrap_err();
        assert!(
            matches!(&error, DataError::Damaged { path, .. } if path.ends_with("1h.json")),
            "{error}"
        );
        assert!(catalogue.list().is_err());
    }
}

#[test]
fn files_of_any_dialect_are_imported_and_say_where_they_came_from() {
    let dir = tempfile::tempdir().unwrap();
    let catalogue = Catalogue::open(dir.path());
    let (_first, january) = file(
        "X.csv",
        b"Date,Open,High,Low,Close\n2005-02-24,88.48,89.92,87.73,88.90\n2005-02-23,86.71,88.45,82.47,88.22\n",
    );
    let (_second, later) = file(
        "X_more.csv",
        b"20050224;88.48;89.92;87.73;88.90;0\n20050225;89.62;89.91;88.19;88.97;0\n",
    );
    let stored = import(&catalogue, &january, MergePolicy::Refuse).unwrap();
    assert_eq!((stored.report.bars, stored.stored.merge.added), (2, 2));
    let stored = import(&catalogue, &later, MergePolicy::Refuse).unwrap();
    assert_eq!((stored.stored.merge.added, stored.stored.merge.identical), (1, 1));
    let bars = catalogue
        .load(&Symbol::parse("X").unwrap(), Timeframe::D1)
        .unwrap();
    assert_eq!(bars.close(), [88.22, 88.9, 88.97]);
    let [Origin::Import(first), Origin::Import(_)] = &stored.stored.manifest.origins[..] else {
        panic!("{:?}", stored.stored.manifest.origins);
    };
    assert_eq!(first["file"], "X.csv");
    assert_eq!(first["dialect"]["columns"]["close"], "Close");
    assert_eq!(first["notes"][0]["code"], "reversed");
}

#[test]
fn what_a_killed_import_left_is_removed_by_the_next() {
    let dir = tempfile::tempdir().unwrap();
    let catalogue = Catalogue::open(dir.path());
    let stored = catalogue.store(&part(0, 100), MergePolicy::Refuse).unwrap();
    let folder = dir.path().join("BTCUSDT");
    let before = names(&folder);
    // Half a file, and bars whose manifest was never written.
    fs::write(folder.join(".threadx-aqKypF"), "PAR1").unwrap();
    fs::copy(
        folder.join(&stored.manifest.file),
        folder.join("1h-0000000000000000.parquet"),
    )
    .unwrap();
    // Of other timeframes, and of whoever it may be.
    fs::write(folder.join("1d-0000000000000000.parquet"), "").unwrap();
    fs::write(folder.join("notes.txt"), "").unwrap();
    catalogue.store(&part(0, 100), MergePolicy::Refuse).unwrap();
    let mut expect = before;
    expect.extend(["1d-0000000000000000.parquet".to_owned(), "notes.txt".to_owned()]);
    expect.sort();
    assert_eq!(names(&folder), expect);
    assert_eq!(
        catalogue.load(&part(0, 1).token, Timeframe::H1).unwrap().len(),
        100
    );
}

#[test]
fn a_refused_import_leaves_nothing_behind() {
    let dir = tempfile::tempdir().unwrap();
    let catalogue = Catalogue::open(dir.path());
    let (_dir, conflicting) = file(
        "X.csv",
        b"date,open,high,low,close\n2005-02-23,1,2,1,2\n2005-02-24,1,2,1,2\n2005-02-24,1,3,1,2\n",
    );
    assert!(matches!(
        import(&catalogue, &conflicting, MergePolicy::Refuse),
        Err(DataError::Conflicts { .. })
    ));
    assert_eq!(catalogue.list().unwrap(), []);
    assert_eq!(names(&dir.path().join("X")), Vec::<String>::new());
}

#[test]
fn many_writers_at_once_lose_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let catalogue = Catalogue::open(dir.path());
    std::thread::scope(|scope| {
        for writer in 0..8 {
            let catalogue = &catalogue;
            scope.spawn(move || {
                for step in 0..3 {
                    let from = (writer * 3 + step) * 300;
                    catalogue
                        .store(&part(from, from + 400), MergePolicy::Refuse)
                        .unwrap();
                    // What a reader sees is whole at every moment.
                    let bars = catalogue.load(&Symbol::parse("BTCUSDT").unwrap(), Timeframe::H1);
                    assert!(bars.is_ok_and(|bars| bars.len() >= 400));
                }
            });
        }
    });
    let bars = catalogue
        .load(&Symbol::parse("BTCUSDT").unwrap(), Timeframe::H1)
        .unwrap();
    assert_eq!(bars, part(0, 7300).bars);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn parts_in_any_order_make_the_whole(parts in proptest::collection::vec((0usize..8732, 1usize..3000), 1..8)) {
        let dir = tempfile::tempdir().unwrap();
        let catalogue = Catalogue::open(dir.path());
        let mut held = std::collections::BTreeSet::new();
        for (from, len) in &parts {
            let to = (from + len).min(8732);
            catalogue.store(&part(*from, to), MergePolicy::Refuse).unwrap();
            held.extend(*from..to);
        }
        let sample = sample().unwrap();
        let bars = catalogue.load(&sample.token, Timeframe::H1).unwrap();
        let expect: Vec<_> = held.iter().map(|row| (sample.bars.time()[*row], sample.bars.close()[*row])).collect();
        let got: Vec<_> = bars.time().iter().copied().zip(bars.close().iter().copied()).collect();
        prop_assert_eq!(got, expect);
    }
}

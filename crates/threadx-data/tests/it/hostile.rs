//! Files that nobody meant to be read: never a panic, and what is accepted are bars.

use proptest::prelude::*;
use threadx_data::{BadRows, Duplicates, ImportOptions, RowOrder, import};

use crate::support::file;

const SEEDS: [&str; 8] = [
    "timestamp,open,high,low,close,volume\n2005-02-23T00:00:00Z,86.71,88.45,82.47,88.22,23551799\n2005-02-24T00:00:00Z,88.48,89.92,87.73,88.9,26721628\n",
    "\u{feff}\"Date\",\"Price\",\"Open\",\"High\",\"Low\",\"Vol.\"\n\"Feb 24, 2005\",\"88.90\",\"88.48\",\"89.92\",\"87.73\",\"26.72M\"\n",
    "1483308000000,1.05236,1.05253,1.05221,1.05227,1,1483311599999,1,2,3,4,0\n1483311600000,1.05227,1.05426,1.05226,1.05282,2,1483315199999,1,2,3,4,0\n",
    "[[1483308000000,1.05236,1.05253,1.05221,1.05227,143539993.3],[1483311600000,1.05227,1.05426,1.05226,1.05282,253139999.4]]",
    "<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\n2017.01.01\t22:00:00\t1.05236\t1.05253\t1.05221\t1.05227\n",
    "20170101 220000;1.05236;1.05253;1.05221;1.05227;7\n20170101 230000;1.05227;1.05426;1.05226;1.05282;8\n",
    "0,1.05236,1.05253,1.05221,1.05227,143539993.3\n3600000,1.05227,1.05426,1.05226,1.05282,253139999.4\n",
    "Date;Open;High;Low;Close\n02.01.2019;1,5;2,5;1,5;2,5\n03.01.2019;1,5;2,5;1,5;2,5\n",
];

fn options() -> impl Strategy<Value = ImportOptions> {
    (
        any::<bool>(),
        any::<bool>(),
        any::<bool>(),
        any::<bool>(),
        any::<i32>(),
    )
        .prop_map(|(drop, keep, sort, zone, shift)| ImportOptions {
            bad_rows: if drop { BadRows::Drop } else { BadRows::Refuse },
            duplicates: if keep {
                Duplicates::KeepFirst
            } else {
                Duplicates::Refuse
            },
            order: if sort { RowOrder::Sort } else { RowOrder::Auto },
            timezone: zone.then(|| "America/New_York".parse().unwrap()),
            shift_seconds: i64::from(shift),
            ..ImportOptions::default()
        })
}

fn survives(name: &str, bytes: &[u8], options: &ImportOptions) {
    let (_dir, path) = file(name, bytes);
    match import(&path, options) {
        Ok(import) => {
            assert!(!import.dataset.bars.is_empty());
            assert_eq!(import.report.bars, import.dataset.bars.len() as u64);
            assert!(import.report.bars <= import.report.rows);
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..400), options in options()) {
        survives("20170101_x.csv", &bytes, &options);
    }

    #[test]
    fn damaged_files(
        seed in 0usize..SEEDS.len(), cuts in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0usize..4), 0..6), options in options(),
    ) {
        let mut bytes = SEEDS[seed].as_bytes().to_vec();
        for (at, byte, kind) in cuts {
            let at = at.index(bytes.len());
            match kind {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                2 => { bytes.remove(at); }
                _ => {
                    let copy: Vec<u8> = bytes[at..].iter().copied().take(40).collect();
                    bytes.extend(copy);
                }
            }
            if bytes.is_empty() {
                bytes.push(byte);
            }
        }
        survives("20170101_x.csv", &bytes, &options);
    }

    #[test]
    fn words_of_the_trade_in_any_order(
        text in "(([0-9]{1,8}|[0-9.]{1,7}|2019-01-0[1-9]|0?[1-9]:30|Open|Close|Time|PM|Jan|null|\"|NaN|-|\\+|K|e)[,;\t \n/.-]){0,80}", options in options(),
    ) {
        survives("x.csv", text.as_bytes(), &options);
    }
}

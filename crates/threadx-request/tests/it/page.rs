//! The page of the documentation is current.

use std::{fs, path::Path};

use threadx_request::{
    BacktestRequest, DataRequest, IndicatorRequest, RequestContext, RequestKind, SweepRequest, Valid,
    requests_page,
};

#[test]
fn the_page_is_what_the_tables_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/requests.md");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, requests_page()).unwrap();
    }
    let page = fs::read_to_string(&path).unwrap().replace("\r\n", "\n");
    assert!(
        page == requests_page(),
        "docs/requests.md is out of date; write it with `BLESS=1 cargo test -p threadx-request page`"
    );
}

#[test]
fn every_example_of_the_page_is_valid() {
    let page = requests_page();
    let open = RequestContext::open();
    for kind in RequestKind::ALL {
        let text = kind.example();
        assert!(page.contains(text), "{kind}");
        let outcome = match kind {
            RequestKind::Backtest => Valid::<BacktestRequest>::from_json(text, &open).map(drop),
            RequestKind::Indicators => Valid::<IndicatorRequest>::from_json(text, &open).map(drop),
            RequestKind::Sweep => Valid::<SweepRequest>::from_json(text, &open).map(drop),
            RequestKind::Data => Valid::<DataRequest>::from_json(text, &open).map(drop),
        };
        assert_eq!(outcome, Ok(()), "{kind}");
    }
}

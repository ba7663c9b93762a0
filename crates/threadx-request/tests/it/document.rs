//! Documents that are hardly ones: syntax, encoding, size, depth, doubled keys, positions; in JSON and TOML.

use std::fmt::Write;

use serde_json::json;
use threadx_request::{
    BacktestRequest, DataRequest, Document, IndicatorRequest, Limits, RequestContext, SweepRequest, Valid,
    ValidationError, ViolationCode as Code,
};

use crate::support::{broken, context};

/// The broken rules of a document, whatever kind of request it is read as.
#[track_caller]
fn refused(bytes: impl AsRef<[u8]>, context: &RequestContext) -> ValidationError {
    let error = Valid::<BacktestRequest>::from_json(&bytes, context).unwrap_err();
    assert_eq!(
        Valid::<IndicatorRequest>::from_json(&bytes, context).unwrap_err(),
        error
    );
    assert_eq!(
        Valid::<SweepRequest>::from_json(&bytes, context).unwrap_err(),
        error
    );
    assert_eq!(
        Valid::<DataRequest>::from_json(&bytes, context).unwrap_err(),
        error
    );
    error
}

#[track_caller]
fn json_error(bytes: impl AsRef<[u8]>, code: Code, line: u32, column: u32) {
    let error = refused(bytes, &context());
    let [violation] = error.violations() else {
        panic!("{error:?}")
    };
    assert_eq!(
        (violation.field.as_str(), violation.code),
        ("", code),
        "{violation}"
    );
    assert_eq!(
        (violation.line, violation.column),
        (Some(line), Some(column)),
        "{violation}"
    );
}

#[test]
fn only_strict_json_is_json() {
    json_error("", Code::BadSyntax, 1, 1);
    json_error("  ", Code::BadSyntax, 1, 2);
    json_error("{", Code::BadSyntax, 1, 1);
    json_error(r#"{"a": 1,}"#, Code::BadSyntax, 1, 9);
    json_error(r#"{"a": 1 "b": 2}"#, Code::BadSyntax, 1, 9);
    json_error(r#"{"a": 01}"#, Code::BadSyntax, 1, 8);
    json_error(r#"{"a": +1}"#, Code::BadSyntax, 1, 7);
    json_error(r#"{"a": .5}"#, Code::BadSyntax, 1, 7);
    json_error(r#"{"a": 5.}"#, Code::BadSyntax, 1, 9);
    json_error(r#"{"a": 0x10}"#, Code::BadSyntax, 1, 8);
    json_error(r#"{"a": NaN}"#, Code::BadSyntax, 1, 7);
    json_error(r#"{"a": Infinity}"#, Code::BadSyntax, 1, 7);
    json_error(r#"{a: 1}"#, Code::BadSyntax, 1, 2);
    json_error(r#"{'a': 1}"#, Code::BadSyntax, 1, 2);
    json_error("{\"a\": 1} // comment", Code::BadSyntax, 1, 10);
    json_error("{\"a\": \"\u{1}\"}", Code::BadSyntax, 1, 7);
    json_error("{\"a\": \"\n\"}", Code::BadSyntax, 1, 7);
    json_error("{\"ä\":\n  \"ü\" x}", Code::BadSyntax, 2, 7);
    json_error("\u{a0}{}", Code::BadSyntax, 1, 1);
    json_error(r#"{"a": "\x41"}"#, Code::BadSyntax, 1, 9);
    json_error(r#"{} {}"#, Code::BadSyntax, 1, 4);
    json_error("token = \"BTCUSDT\"", Code::BadSyntax, 1, 2);
    // Grammatical, but half a character.
    json_error(r#"{"a": "\ud800"}"#, Code::BadSyntax, 1, 8);
    json_error(r#"{"a": "\udc00\ud800"}"#, Code::BadSyntax, 1, 8);
}

#[test]
fn a_byte_order_mark_is_skipped() {
    let request = format!("\u{feff}{}", crate::backtest::base());
    assert!(Valid::<BacktestRequest>::from_json(&request, &context()).is_ok());
    assert!(Document::from_toml("\u{feff}token = \"BTCUSDT\"", &Limits::default()).is_ok());
}

#[test]
fn bytes_that_are_not_utf_8_are_refused_where_they_stand() {
    json_error(b"\xff{}", Code::NotUtf8, 1, 1);
    json_error(b"{\"t\xc3\xb6ken\":\n \"\xc3\"}", Code::NotUtf8, 2, 3);
    json_error(b"{\"a\": \"\xed\xa0\x80\"}", Code::NotUtf8, 1, 8);
    let utf_16: Vec<u8> = "{}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    json_error([b"\xff\xfe".as_slice(), &utf_16].concat(), Code::NotUtf8, 1, 1);
    let error = Document::from_toml(b"token = \"\xff\"", &Limits::default()).unwrap_err();
    assert_eq!(broken(&error), [("", Code::NotUtf8)]);
}

#[test]
fn nesting_is_limited() {
    let nested = |depth: usize, open: &str, close: &str| {
        let inner = if open == "[" { "" } else { "1" };
        format!("{{\"a\":{}{inner}{}}}", open.repeat(depth), close.repeat(depth))
    };
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        // The document itself is the first level.
        let error = Valid::<BacktestRequest>::from_json(nested(127, open, close), &context()).unwrap_err();
        assert!(broken(&error).contains(&("a", Code::UnknownField)), "{error:?}");
        for depth in [128, 200, 255, 256, 257, 511, 512, 513, 10_000, 150_000] {
            let error = refused(nested(depth, open, close), &context());
            assert_eq!(broken(&error), [("", Code::TooDeep)], "{depth}");
            assert!(error.violations()[0].line.is_some());
        }
    }
    // Unbalanced, so it is no JSON in the first place; and no stack is used up to find out.
    json_error("[".repeat(10_000), Code::BadSyntax, 1, 10_000);
    json_error("{\"a\":".repeat(10_000), Code::BadSyntax, 1, 50_000);

    let shallow = RequestContext::open().limits(Limits::default().depth(1));
    assert!(
        Valid::<BacktestRequest>::from_json(r#"{"params": {}}"#, &shallow).is_err_and(|error| {
            broken(&error) == [("", Code::TooDeep)] && error.violations()[0].column == Some(12)
        })
    );
}

#[test]
fn size_is_limited_by_a_limit_that_can_be_set() {
    let body = |bytes: usize| {
        let mut text = crate::backtest::base().to_string();
        text.push_str(&" ".repeat(bytes - text.len()));
        text
    };
    let of = |text: &str, context: &RequestContext| Valid::<BacktestRequest>::from_json(text, context);
    assert!(of(&body(1 << 20), &context()).is_ok());
    let error = of(&body((1 << 20) + 1), &context()).unwrap_err();
    assert_eq!(broken(&error), [("", Code::TooLarge)]);

    let large = body(50_000_000);
    let error = refused(&large, &context());
    assert_eq!(
        error.to_string(),
        "invalid request: the document must be at most 1048576 bytes long, got 50000000"
    );
    let roomy = context().limits(Limits::default().bytes(50_000_000));
    assert!(of(&large, &roomy).is_ok());
    let tight = context().limits(Limits::default().bytes(49_999_999));
    assert!(of(&large, &tight).is_err());
}

#[test]
fn doubled_keys_are_refused_wherever_they_stand() {
    let mut text = crate::backtest::base().to_string();
    text.pop();
    let text = format!(
        "{text},\n\"token\": \"ETHUSDT\",\n\"params\": {{\"kind\": \"sma\", \"kind\": \"ema\"}},\n\"token\": 1}}"
    );
    let error = Valid::<BacktestRequest>::from_json(&text, &context()).unwrap_err();
    assert_eq!(
        broken(&error),
        [
            ("params.kind", Code::DuplicateKey),
            ("token", Code::DuplicateKey),
            ("token", Code::DuplicateKey),
        ]
    );
    let told: Vec<String> = error
        .violations()
        .iter()
        .map(|violation| {
            format!(
                "{}:{} {violation}",
                violation.line.unwrap(),
                violation.column.unwrap()
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "3:27 params.kind is given twice, before on line 3",
            "2:1 token is given twice, before on line 1",
            "4:1 token is given twice, before on line 2",
        ]
    );
    // An escape does not hide it.
    let hidden = crate::backtest::base()
        .to_string()
        .replacen('{', r#"{"\u0074oken": "BTCUSDT","#, 1);
    let error = Valid::<BacktestRequest>::from_json(&hidden, &context()).unwrap_err();
    assert_eq!(broken(&error), [("token", Code::DuplicateKey)]);
}

#[test]
fn violations_point_at_the_value_or_the_name() {
    let text = "{\n  \"token\": \"BTCUSDT\", \"timeframe\": \"1h\",\n  \"strategy\": \"bb_atr\",\n\
                \t\"start_date\": \"2019-01-01\",\n\"end_date\": \"2018-01-01\",\n\
                  \"params\": {\"ü\": 1, \"period\":   501, \"std\": 3},\n  \"sizing\": {}}";
    let error = Valid::<BacktestRequest>::from_json(text, &context()).unwrap_err();
    let at: Vec<_> = error
        .violations()
        .iter()
        .map(|violation| {
            (
                violation.field.as_str(),
                violation.line.unwrap(),
                violation.column.unwrap(),
            )
        })
        .collect();
    assert_eq!(
        at,
        [
            ("end_date", 5, 13),
            ("params.\"ü\"", 6, 12),
            ("params.period", 6, 32),
            ("sizing", 7, 13),
        ]
    );
}

#[test]
fn toml_is_read_like_json() {
    let toml = "token = \"btcusdt\" # traded\ntimeframe = \"1h\"\nstrategy = \"ma_crossover\"\n\
                start_date = 2019-01-01\nend_date = 2019-06-30T12:00:00+02:00\nfee_rate = 0.002\n\
                max_hold = 0x10\nsizing = { fraction = 0.5 }\n\n[params]\nfast_period = 5\nkind = 'ema'\n";
    let json = json!({
        "token": "btcusdt", "timeframe": "1h", "strategy": "ma_crossover", "start_date": "2019-01-01",
        "end_date": "2019-06-30T12:00:00+02:00", "fee_rate": 0.002, "max_hold": 16, "sizing": {"fraction": 0.5},
        "params": {"fast_period": 5, "kind": "ema"},
    });
    let from_toml = Valid::<BacktestRequest>::from_toml(toml, &context()).unwrap();
    let from_json = Valid::<BacktestRequest>::from_json(json.to_string(), &context()).unwrap();
    assert_eq!(from_toml, from_json);
}

#[test]
fn toml_has_positions_and_its_own_ways_to_be_wrong() {
    let of = |text: &str| Valid::<BacktestRequest>::from_toml(text, &context()).unwrap_err();
    let base = "token = \"BTCUSDT\"\ntimeframe = \"1h\"\nstrategy = \"ma_crossover\"\nstart_date = 2019-01-01\n\
                end_date = 2019-06-30\n";
    let error = of(&format!(
        "{base}fee_rate = nan\nleverage = inf\n[params]\nfast_period = 501\n"
    ));
    let told: Vec<_> = error
        .violations()
        .iter()
        .map(|violation| {
            (
                violation.field.as_str(),
                violation.code,
                violation.line,
                violation.column,
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("fee_rate", Code::NotFinite, Some(6), Some(12)),
            ("leverage", Code::NotFinite, Some(7), Some(12)),
            ("params.fast_period", Code::OutOfRange, Some(9), Some(15)),
        ]
    );
    // A date where text belongs is not text, and an hour is no date.
    assert_eq!(
        broken(&of(&base.replace("\"BTCUSDT\"", "2019-01-01"))),
        [("token", Code::WrongType)]
    );
    assert_eq!(
        broken(&of(&base.replace("= 2019-06-30", "= 12:00:00"))),
        [("end_date", Code::BadTimestamp)]
    );

    let error = of("token = \"a\"\ntoken = \"b\"\nx = \n");
    assert_eq!(broken(&error), [("", Code::DuplicateKey), ("", Code::BadSyntax)]);
    assert_eq!(error.violations()[0].line, Some(2));
    let error = of("token = \n");
    assert_eq!(broken(&error), [("", Code::BadSyntax)]);
    let error = of("{\"token\": 1}");
    assert!(broken(&error).iter().all(|(_, code)| *code == Code::BadSyntax));
}

#[test]
fn toml_nesting_is_limited_too() {
    let of = |text: &str| Valid::<BacktestRequest>::from_toml(text, &RequestContext::open()).unwrap_err();
    for depth in [81, 129, 10_000] {
        let error = of(&format!("a = {}1{}", "[".repeat(depth), "]".repeat(depth)));
        assert!(
            broken(&error).contains(&("", Code::TooDeep)),
            "{depth}: {error:?}"
        );
        let error = of(&format!("a = {}1{}", "{a = ".repeat(depth), "}".repeat(depth)));
        assert!(
            broken(&error).contains(&("", Code::TooDeep)),
            "{depth}: {error:?}"
        );
        let error = of(&format!("[{}a]\nx = 1", "a.".repeat(depth.max(129))));
        assert!(
            broken(&error).contains(&("", Code::TooDeep)),
            "{depth}: {error:?}"
        );
    }
}

#[test]
fn a_document_with_endlessly_many_faults_gets_a_finite_answer() {
    let mut text = String::from("{\"a\": 1");
    for index in 0..30_000 {
        write!(text, ",\"unknown_{index}\":{index}").unwrap();
    }
    text.push('}');
    let error = Valid::<BacktestRequest>::from_json(&text, &RequestContext::open()).unwrap_err();
    assert_eq!(error.violations().len(), 1001);
    assert_eq!(error.violations()[0].code, Code::NotListed);
    let error = Document::from_toml("a=1\n".repeat(5_000), &Limits::default()).unwrap_err();
    assert_eq!(error.violations().len(), 1001);
    let few = RequestContext::open().limits(Limits::default().violations(3));
    let error = Valid::<BacktestRequest>::from_json(&text, &few).unwrap_err();
    assert_eq!(error.violations().len(), 4);
    assert_eq!(
        error.violations()[0].to_string(),
        "the document breaks 30003 more rules than are listed"
    );
}

#[test]
fn long_values_do_not_flood_the_answer() {
    let long = "x".repeat(1000);
    let request =
        json!({"token": long, long.as_str(): long, "timeframe": [long], "params": {long.as_str(): [1]}});
    let error = Valid::<BacktestRequest>::from_json(request.to_string(), &context()).unwrap_err();
    let shown = serde_json::to_string(&error.violations()).unwrap();
    assert!(shown.len() < 4000, "{shown}");
}

//! Tokens of a backtest: their form, aliases and portfolios.

use super::*;

#[test]
fn tokens_are_normalised_and_known() {
    assert_eq!(
        valid(&json!({"token": " btcusdt\n"})).tokens.first().as_str(),
        "BTCUSDT"
    );
    assert_eq!(valid(&json!({"token": "brk.b"})).tokens.first().as_str(), "BRK.B");
    for text in [
        "",
        "  ",
        "@@",
        ".A",
        "A..B",
        "A/B",
        "ÄPFEL",
        &"A".repeat(33),
        "BTC USDT",
    ] {
        refused(&json!({"token": text}), &[("token", Code::BadFormat)]);
    }
    refused(
        &json!({"token": "A".repeat(32)}),
        &[("token", Code::UnknownToken)],
    );
    refused(&json!({"token": 5}), &[("token", Code::WrongType)]);
    assert_eq!(
        message(&json!({"token": "btcusd"})),
        r#"token must be a known token, got "BTCUSD"; the nearest are BTCUSDT, ETHUSDT"#
    );
}

#[test]
fn aliases_stand_for_their_fields_but_not_beside_them() {
    assert_eq!(
        valid(&json!({"token": "-", "symbol": "ethusdt"}))
            .tokens
            .first()
            .as_str(),
        "ETHUSDT"
    );
    assert_eq!(
        valid(&json!({"token": null, "symbol": "ethusdt"}))
            .tokens
            .first()
            .as_str(),
        "ETHUSDT"
    );
    assert_eq!(valid(&json!({"initial_cash": 7})).portfolio_value, 7.0);
    refused(&json!({"symbol": "BTCUSDT"}), &[("symbol", Code::Conflict)]);
    refused(
        &json!({"portfolio_value": 1, "initial_cash": 1}),
        &[("initial_cash", Code::Conflict)],
    );
    // A rule about the field names the alias that was written.
    refused(
        &json!({"token": "-", "symbol": "@"}),
        &[("symbol", Code::BadFormat)],
    );
    refused(&json!({"initial_cash": 0}), &[("initial_cash", Code::OutOfRange)]);
}

#[test]
fn a_portfolio_has_2_to_100_known_tokens_named_once() {
    let request = valid(&json!({"token": "-", "tokens": [" ethusdt", "BTCUSDT"]}));
    assert!(request.tokens.is_portfolio());
    let tokens: Vec<&str> = request.tokens.iter().map(Symbol::as_str).collect();
    assert_eq!(tokens, ["ETHUSDT", "BTCUSDT"]);
    refused(
        &json!({"tokens": ["BTCUSDT", "ETHUSDT"]}),
        &[("tokens", Code::Conflict)],
    );
    refused(&json!({"token": "-"}), &[("token", Code::Missing)]);
    let many: Vec<String> = (0..101).map(|index| format!("T{index}")).collect();
    for tokens in [json!([]), json!(["BTCUSDT"])] {
        refused(
            &json!({"token": "-", "tokens": tokens}),
            &[("tokens", Code::OutOfRange)],
        );
    }
    let open = RequestContext::open();
    let of = |tokens: &[String]| {
        let document = patched(&base(), &json!({"token": "-", "tokens": tokens}));
        Valid::<BacktestRequest>::from_json(document.to_string(), &open)
    };
    assert!(of(&many[..2]).is_ok());
    assert!(of(&many[..100]).is_ok());
    assert_eq!(
        of(&many).unwrap_err().violations()[0].to_string(),
        "tokens must have between 2 and 100 items, got 101"
    );
    refused(
        &json!({"token": "-", "tokens": ["BTCUSDT", " btcusdt", "@", "XRPUSDT", 5]}),
        &[
            ("tokens[1]", Code::Duplicate),
            ("tokens[2]", Code::BadFormat),
            ("tokens[3]", Code::UnknownToken),
            ("tokens[4]", Code::WrongType),
        ],
    );
}

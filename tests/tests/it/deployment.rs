//! The deployment page says what the program does.

use std::collections::BTreeSet;

use threadx::{
    controllers::{Services, ThreadX, open_metrics},
    coordinator::CoordinatorConfig,
    request::Settings,
};

const PAGE: &str = include_str!("../../../docs/deployment.md");

#[test]
fn every_metric_is_documented_and_none_that_is_not_there() {
    let services = Services::builder().build().unwrap();
    let threadx = ThreadX::new(CoordinatorConfig::default(), services).unwrap();
    let text = open_metrics(&threadx).unwrap();
    let told: BTreeSet<_> = text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split(['{', ' ']).next().unwrap())
        .collect();
    let documented: BTreeSet<_> = PAGE
        .lines()
        .filter_map(|line| line.strip_prefix("| `threadx_"))
        .filter(|line| line.contains("counter") || line.contains("gauge"))
        .map(|line| line.split(['`', '{']).next().unwrap())
        .collect();
    let documented: BTreeSet<_> = documented.iter().map(|name| format!("threadx_{name}")).collect();
    assert_eq!(
        told.into_iter().map(str::to_owned).collect::<BTreeSet<_>>(),
        documented
    );
}

#[test]
fn every_setting_that_it_names_exists() {
    for line in PAGE.lines() {
        for word in line.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')) {
            if let Some(key) = word.strip_prefix("THREADX_").filter(|key| !key.is_empty()) {
                let set = Settings::load(None, [(format!("THREADX_{key}").into(), "4096".into())]);
                if let Err(error) = set {
                    assert!(!error.to_string().contains("unknown"), "{key}: {error}");
                }
            }
        }
    }
    let settings = Settings::load(None, []).unwrap();
    let known = serde_json::to_value(&settings).unwrap();
    for name in [
        "workers",
        "queue_capacity",
        "cache_bytes",
        "grace_seconds",
        "max_abandoned",
    ]
    .into_iter()
    .chain([
        "callback_timeout_seconds",
        "callback_threads",
        "callback_capacity",
    ]) {
        assert!(known.get(name).is_some(), "{name} is no setting");
        assert!(PAGE.contains(&format!("`{name}`")), "{name} is not on the page");
    }
}

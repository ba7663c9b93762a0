//! Searches for input that makes the request layer panic, hang or contradict itself.
//!
//! `cargo run --release -p threadx-request --example fuzz -- 600 1` runs for 600 seconds from seed 1; it ends with status 1 at the
//! first finding and prints the input. It runs on stable Rust: instead of the coverage of the code it is guided by the
//! behaviour, keeping an input for further changes if it breaks a set of rules that was not seen before.

use std::{
    collections::BTreeSet,
    io::Write,
    panic::{AssertUnwindSafe, catch_unwind},
    process::ExitCode,
    time::{Duration, Instant},
};

use threadx_market::Timestamp;
use threadx_request::{
    BacktestRequest, DataRequest, IndicatorRequest, Request, RequestContext, RequestKind, Settings,
    SweepRequest, Valid, ValidationError, ViolationCode,
};
use threadx_spec::{ParamSpec, StrategySpec};

/// No input is longer, so that many are tried.
const LONGEST: usize = 4096;
/// No input takes longer, or it is a finding.
const SLOWEST: Duration = Duration::from_secs(2);

/// What is put into inputs, beside their own parts.
const WORDS: &[&str] = &[
    "\"token\"",
    "\"symbol\"",
    "\"tokens\"",
    "\"timeframe\"",
    "\"strategy\"",
    "\"start_date\"",
    "\"end_date\"",
    "\"params\"",
    "\"param_grid\"",
    "\"indicators\"",
    "\"sizing\"",
    "\"risk\"",
    "\"sample\"",
    "\"criteria\"",
    "\"max_combinations\"",
    "\"checks\"",
    "\"min\"",
    "\"max\"",
    "\"step\"",
    "\"name\"",
    "null",
    "true",
    "1e999",
    "-0.0",
    "1e-400",
    "18446744073709551616",
    "9223372036854775807",
    "-9223372036854775808",
    "0.1",
    "\"2019-02-29\"",
    "\"2262-04-11T23:47:16.854775807Z\"",
    "\"1677-09-21\"",
    "+14:00",
    "-00:00",
    "T24:00:00",
    "\\u0000",
    "\\ud800",
    "\u{feff}",
    "[[[[",
    "{\"a\":{\"a\":",
    "]]",
    "}}",
    ",",
    ":",
    "\n",
    "inf",
    "nan",
    "[a.b]",
    "[[x]]",
    "'''",
    "0x7f",
    "1979-05-27T07:32:00Z",
    "\"ma_crossover\"",
    "\"1M\"",
    "\"BTCUSDT\"",
];

/// Small and fast; the same numbers from the same seed (`SplitMix64`).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }
}

fn changed(corpus: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let mut input = corpus[random.below(corpus.len())].clone();
    for _ in 0..=random.below(4) {
        let at = random.below(input.len() + 1);
        let end = (at + random.below(16)).min(input.len());
        match random.below(7) {
            0 => input.insert(at, random.next() as u8),
            1 if at < input.len() => input[at] ^= 1 << random.below(8),
            2 => drop(input.drain(at..end)),
            3 => {
                let part = input[at..end].to_vec();
                input.splice(at..at, part);
            }
            4 => {
                let other = &corpus[random.below(corpus.len())];
                let from = random.below(other.len() + 1);
                let to = (from + random.below(64)).min(other.len());
                input.splice(at..end, other[from..to].iter().copied());
            }
            _ => {
                let word = WORDS[random.below(WORDS.len())];
                input.splice(at..end, word.bytes());
            }
        }
    }
    input.truncate(LONGEST);
    input
}

/// What became of an input, told so that alike is equal.
type Behaviour = BTreeSet<(String, ViolationCode)>;

fn behaviour(error: Option<&ValidationError>) -> Behaviour {
    let violations = error.map_or(&[][..], ValidationError::violations);
    let told = violations.iter().map(|violation| {
        // Names of the input's own would all be new.
        let field = match violation.code {
            ViolationCode::UnknownField | ViolationCode::UnknownParameter | ViolationCode::DuplicateKey => {
                String::new()
            }
            _ => violation
                .field
                .chars()
                .filter(|c| c.is_ascii_lowercase() || matches!(c, '.' | '['))
                .take(40)
                .collect(),
        };
        (field, violation.code)
    });
    told.collect()
}

fn validated<T: Request>(input: &[u8], context: &RequestContext) -> Result<Behaviour, String> {
    let from_toml = Valid::<T>::from_toml(input, context);
    let from_json = Valid::<T>::from_json(input, context);
    for outcome in [&from_toml, &from_json] {
        match outcome {
            Ok(valid) => {
                let text =
                    serde_json::to_string(valid).map_err(|cause| format!("cannot be written: {cause}"))?;
                let again =
                    Valid::<T>::from_json(&text, context).map_err(|error| format!("{text}: {error}"))?;
                if again != *valid {
                    return Err(format!("{text} reads back as another request"));
                }
            }
            Err(error) if error.violations().is_empty() => return Err("refused without a reason".to_owned()),
            Err(_) => {}
        }
    }
    Ok(behaviour(from_json.as_ref().err().or(from_toml.as_ref().err())))
}

/// Gives the input to everything that reads requests, settings or timestamps.
fn run(input: &[u8], contexts: &[RequestContext; 2]) -> Result<Vec<Behaviour>, String> {
    let mut behaviours = Vec::new();
    for context in contexts {
        behaviours.push(validated::<BacktestRequest>(input, context)?);
        behaviours.push(validated::<IndicatorRequest>(input, context)?);
        behaviours.push(validated::<SweepRequest>(input, context)?);
        behaviours.push(validated::<DataRequest>(input, context)?);
    }
    // Whether settings can be used does not matter here, only that the question has an answer.
    if let Ok(settings) = Settings::load(Some(input), []) {
        let times = [settings.grace(), settings.callback_timeout()];
        if times.contains(&Duration::ZERO) {
            return Err("a time of nothing".to_owned());
        }
    }
    let text = String::from_utf8_lossy(input);
    for part in text.split('"').chain([&*text]) {
        if let Ok(instant) = Timestamp::parse(part)
            && Timestamp::parse(&instant.to_string()).ok() != Some(instant)
        {
            return Err(format!(
                "{part:?} reads as {instant}, which reads as something else"
            ));
        }
    }
    Ok(behaviours)
}

fn contexts() -> [RequestContext; 2] {
    let crossover = StrategySpec::signal("ma_crossover", 1, "fast average crosses slow average")
        .param(ParamSpec::int("fast_period", 10, 1..=500, "bars"))
        .param(ParamSpec::int("slow_period", 30, 2..=1000, "bars"))
        .param(ParamSpec::positive("width", 2.0, 10.0, "deviations"))
        .param(ParamSpec::name("kind", "sma", &["sma", "ema"], "kind of average"))
        .less("fast_period", "slow_period");
    let known = RequestContext::open()
        .tokens(["BTCUSDT"])
        .strategies([crossover])
        .indicators([])
        .now(Timestamp::from_nanoseconds(1_767_225_600_000_000_000));
    [RequestContext::open(), known]
}

fn corpus() -> Vec<Vec<u8>> {
    let toml = "token = \"BTCUSDT\"\ntimeframe = \"1h\"\nstrategy = \"ma_crossover\"\nstart_date = 2019-01-01\n\
                end_date = 2019-06-30T12:00:00+02:00\nsizing = { fraction = 0.5 }\n[params]\nfast_period = 5\n";
    let settings = "workers = 2\nqueue_capacity = 64\ngrace_seconds = 0.5\nlog_level = \"info\"\n";
    let examples = RequestKind::ALL.map(|kind| kind.example().as_bytes().to_vec());
    examples
        .into_iter()
        .chain([
            toml.into(),
            settings.into(),
            b"2019-06-30T12:00:00.5+05:30".to_vec(),
        ])
        .collect()
}

fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let seconds: u64 = arguments.next().map_or(Ok(10), |text| text.parse())?;
    let mut random = Random(arguments.next().map_or(Ok(1), |text| text.parse())?);
    let mut out = std::io::stdout().lock();

    let contexts = contexts();
    let mut corpus = corpus();
    let mut seen = BTreeSet::new();
    let (start, mut runs) = (Instant::now(), 0_u64);
    while start.elapsed() < Duration::from_secs(seconds) {
        let input = changed(&corpus, &mut random);
        let began = Instant::now();
        let outcome = catch_unwind(AssertUnwindSafe(|| run(&input, &contexts)));
        let finding = match outcome {
            Err(_) => Some("panicked".to_owned()),
            Ok(Err(contradiction)) => Some(contradiction),
            Ok(Ok(_)) if began.elapsed() > SLOWEST => Some(format!("took {:?}", began.elapsed())),
            Ok(Ok(behaviours)) => {
                if seen.insert(behaviours) {
                    corpus.push(input.clone());
                }
                None
            }
        };
        runs += 1;
        if let Some(finding) = finding {
            writeln!(out, "{finding}: {:?}", String::from_utf8_lossy(&input))?;
            return Ok(ExitCode::FAILURE);
        }
    }
    writeln!(
        out,
        "{runs} inputs, {} kinds of behaviour, no finding",
        seen.len()
    )?;
    Ok(ExitCode::SUCCESS)
}

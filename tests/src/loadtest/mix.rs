//! Which kinds of requests a load is made of, and in what shares.

use std::{fmt, str::FromStr};

/// A kind of request that the load test can make.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A backtest.
    Backtest,
    /// A few indicators over a range of bars.
    Indicator,
    /// A small sweep, whose parts are spread over the workers.
    Sweep,
    /// Checks of a range of bars.
    Data,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Backtest, Self::Indicator, Self::Sweep, Self::Data];

    /// The name in `--mix` and in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Backtest => "backtest",
            Self::Indicator => "indicator",
            Self::Sweep => "sweep",
            Self::Data => "data",
        }
    }
}

/// Shares of kinds, such as `backtest=70,indicator=15`: weights of any sum, at least one of them above 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mix(Vec<(Kind, u32)>);

impl Mix {
    /// A kind, each as often as its share says.
    #[must_use]
    pub fn pick(&self, random: &mut fastrand::Rng) -> Kind {
        let mut at = random.u64(0..self.total());
        for &(kind, share) in &self.0 {
            match at.checked_sub(u64::from(share)) {
                Some(rest) => at = rest,
                None => return kind,
            }
        }
        // Not reached: the shares add up to their total.
        Kind::Backtest
    }

    fn total(&self) -> u64 {
        self.0.iter().map(|&(_, share)| u64::from(share)).sum()
    }
}

impl FromStr for Mix {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = Kind::ALL.map(Kind::as_str).join(", ");
        let mut shares = Vec::new();
        for item in text.split(',') {
            let (name, share) = item
                .split_once('=')
                .ok_or_else(|| format!("expected KIND=SHARE, got {item:?}"))?;
            let name = name.trim();
            let kind = Kind::ALL
                .into_iter()
                .find(|kind| kind.as_str() == name)
                .ok_or_else(|| format!("no load can be made of {name:?}; kinds are {known}"))?;
            if shares.iter().any(|&(other, _)| other == kind) {
                return Err(format!("{name} has two shares"));
            }
            let share = share
                .trim()
                .parse()
                .map_err(|_cause| format!("the share of {name} must be a whole number, got {share:?}"))?;
            shares.push((kind, share));
        }
        let mix = Self(shares);
        if mix.total() == 0 {
            return Err("every share is 0".to_owned());
        }
        Ok(mix)
    }
}

impl fmt::Display for Mix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let items = self
            .0
            .iter()
            .map(|(kind, share)| format!("{}={share}", kind.as_str()));
        f.write_str(&items.collect::<Vec<_>>().join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_kept() {
        let mix: Mix = "backtest=3, indicator=1".parse().unwrap();
        assert_eq!(mix.to_string(), "backtest=3,indicator=1");
        let mut random = fastrand::Rng::with_seed(7);
        let picked = (0..4000).filter(|_| mix.pick(&mut random) == Kind::Backtest);
        let backtests = picked.count();
        assert!((2800..3200).contains(&backtests), "{backtests} of 4000");
        let only: Mix = "backtest=0,indicator=1".parse().unwrap();
        assert!((0..100).all(|_| only.pick(&mut random) == Kind::Indicator));
    }

    #[test]
    fn what_cannot_be_made_is_refused_with_what_can() {
        for (text, says) in [
            (
                "backtest=70,report=5",
                "no load can be made of \"report\"; kinds are backtest, indicator, sweep, data",
            ),
            ("backtest", "expected KIND=SHARE"),
            ("backtest=x", "must be a whole number"),
            ("backtest=1,backtest=2", "two shares"),
            ("backtest=0", "every share is 0"),
        ] {
            let refused = text.parse::<Mix>().unwrap_err();
            assert!(refused.contains(says), "{text}: {refused}");
        }
    }
}

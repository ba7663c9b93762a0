//! An equity curve that is measured while the bar loop draws it, and not kept.

use threadx_market::{Bars, Timestamp};

use super::{
    annualisation::Annualisation,
    equity_stats::{Absorbed, BLOCK, EquityFigures},
    tail::TailRisk,
};
use crate::simulator::{Curve, held};

/// Equity that is measured block by block, in the nearest cache; the same bits as
/// [`Metrics::compute`](crate::Metrics::compute) gives over the whole curve.
#[derive(Debug)]
pub(crate) struct RunningCurve<'a> {
    absorbed: Absorbed,
    /// Open times of the bars that are not absorbed yet.
    time: &'a [Timestamp],
    /// Equity of the first of these bars, as far as it is known; fewer than a block.
    waiting: usize,
    block: [f64; BLOCK],
    /// Every return so far, for what is lost in the tail.
    returns: Option<Vec<f64>>,
}

impl<'a> RunningCurve<'a> {
    /// A curve over `bars` that starts from `starting_value`; `with_tail` if `value_at_risk_95` and `cvar_95` are asked
    /// for, which takes 8 bytes a bar.
    pub(crate) fn new(
        starting_value: f64,
        bars: &'a Bars,
        annualisation: Annualisation,
        with_tail: bool,
    ) -> Self {
        Self {
            absorbed: Absorbed::new(starting_value, bars.timeframe(), annualisation),
            time: bars.time(),
            waiting: 0,
            block: [0.0; BLOCK],
            returns: with_tail.then(|| Vec::with_capacity(bars.len())),
        }
    }

    /// Takes as many bars as still fit the block from `equity`, which gives so many, and goes on.
    fn fill(&mut self, mut bars: usize, mut equity: impl FnMut(&mut [f64])) {
        while bars > 0 {
            let now = bars.min(BLOCK - self.waiting);
            equity(&mut self.block[self.waiting..self.waiting + now]);
            self.waiting += now;
            bars -= now;
            if self.waiting == BLOCK {
                self.absorb();
            }
        }
    }

    fn absorb(&mut self) {
        let (time, later) = self.time.split_at(self.waiting.min(self.time.len()));
        let mut returns = [0.0; BLOCK];
        let equity = &self.block[..time.len()];
        self.absorbed.absorb(time, equity, &mut returns);
        if let Some(kept) = &mut self.returns {
            kept.extend_from_slice(&returns[..equity.len()]);
        }
        self.time = later;
        self.waiting = 0;
    }

    pub(super) fn figures(mut self) -> EquityFigures {
        self.absorb();
        self.absorbed
            .figures(self.returns.as_deref().and_then(TailRisk::of))
    }
}

impl Curve for RunningCurve<'_> {
    fn push(&mut self, equity: f64) {
        self.block[self.waiting] = equity;
        self.waiting += 1;
        if self.waiting == BLOCK {
            self.absorb();
        }
    }

    fn repeat(&mut self, equity: f64, bars: usize) {
        self.fill(bars, |block| block.fill(equity));
    }

    fn hold(&mut self, cash: f64, units: f64, close: &[f64]) {
        let mut rest = close;
        self.fill(close.len(), |block| {
            let (now, later) = rest.split_at(block.len());
            for (equity, close) in block.iter_mut().zip(now) {
                *equity = held(cash, units, *close);
            }
            rest = later;
        });
    }
}

//! Second moments of the last window, value by value.

use super::{Join, Moment, double, double_factor};
use crate::window::{join::MeanOf, parts::Parts, ring::Ring};

/// Mean and moment of the last `period` values, value by value; the same bits as [`map_moments`](super::map_moments).
#[derive(Debug, Clone)]
pub(crate) struct WindowMoment<M> {
    parts: Parts,
    levels: Vec<Level<M>>,
    /// The older and newer halves of the highest part, and its moments.
    halves: [Ring; 2],
    top_moments: Ring,
    top_join: Option<Join<M>>,
    mean_of: MeanOf,
}

/// The windows of one power of two below the highest part.
#[derive(Debug, Clone)]
struct Level<M> {
    sums: Ring,
    moments: Ring,
    double_factor: f64,
    part: Part<M>,
}

/// What a power of two is to the period.
#[derive(Debug, Clone)]
enum Part<M> {
    None,
    Lowest,
    /// A part that joins the lower ones.
    Higher(Join<M>),
}

impl<M: Moment> WindowMoment<M> {
    pub(crate) fn new(period: usize) -> Self {
        let parts = Parts::of(period);
        let join = |exponent: usize| Join::new(1 << exponent, parts.below(exponent));
        let level = |exponent: usize| Level {
            sums: Ring::new(1 << exponent),
            moments: Ring::new(1 << exponent),
            double_factor: double_factor::<M>(1 << exponent),
            part: match (parts.has(exponent), parts.below(exponent)) {
                (false, _) => Part::None,
                (true, 0) => Part::Lowest,
                (true, _) => Part::Higher(join(exponent)),
            },
        };
        Self {
            parts,
            levels: (0..parts.highest()).map(level).collect(),
            halves: [(); 2].map(|()| Ring::new(parts.top())),
            top_moments: Ring::new(parts.top()),
            top_join: parts.lowest().map(|_| join(parts.highest())),
            mean_of: MeanOf::new(parts),
        }
    }

    /// Takes the next value; returns mean and moment, meaningful once `period` values were taken.
    pub(crate) fn push(&mut self, value: f64) -> (f64, f64) {
        let mut joined = (0.0, 0.0);
        let mut newest = (value, 0.0);
        let mut halves = [0.0; 2];
        for level in &mut self.levels {
            let older = (level.sums.push(newest.0), level.moments.push(newest.1));
            match &level.part {
                Part::None => {}
                Part::Lowest => joined = newest,
                Part::Higher(join) => {
                    let before = (level.sums.back(join.joined), level.moments.back(join.joined));
                    joined = join.one(before, joined);
                }
            }
            halves = [older.0, newest.0];
            newest = double::<M>(older, newest, level.double_factor);
        }
        let [older, newer] = &mut self.halves;
        older.push(halves[0]);
        newer.push(halves[1]);
        self.top_moments.push(newest.1);
        match &self.top_join {
            _ if self.parts.period() == 1 => (value, 0.0),
            None => (self.mean_of.halves(halves[0], halves[1]), newest.1),
            Some(join) => {
                let (a, b) = (older.back(join.joined), newer.back(join.joined));
                let (_, moment) = join.one((a + b, self.top_moments.back(join.joined)), joined);
                (self.mean_of.parts(a, b, joined.0), moment)
            }
        }
    }
}

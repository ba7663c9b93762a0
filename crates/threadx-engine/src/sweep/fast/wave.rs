//! Combinations whose lines are compared together.

use std::{collections::HashMap, ops::Range, sync::Arc};

use threadx_indicators::Series;
use threadx_market::Bars;

use super::{LongRun, NeedsFull, Prepared, Runner, Words};
use crate::{
    Control, LineCrossing, LineSignals, Metrics, SharedLine,
    side::{Sides, TILE},
};

/// Bytes of masks that a wave may take.
const MASK_BYTES_MAX: usize = 16 << 20;
/// Words that all points of a wave go through before the next: what their trades look up stays in the second cache.
const PIECE: usize = 64;

/// Combinations whose lines are compared together, tile by tile, so that a tile of a line is read from memory once
/// for all of them; what two combinations both compare is compared once.
#[derive(Debug)]
pub(in crate::sweep) struct Wave<'a> {
    prepared: &'a Prepared,
    /// Words of a mask.
    len: usize,
    /// Where in `lines` a line stands, for look-up only.
    known_lines: HashMap<LineId, usize>,
    lines: Vec<SharedLine>,
    /// Where in `pairs` two lines stand, for look-up only.
    known: HashMap<(usize, usize), usize>,
    pairs: Vec<Pair>,
    /// The sides of each pair, one mask after the other.
    sides: Vec<u64>,
    series: HashMap<usize, ()>,
    series_bytes: usize,
    points: Vec<Point>,
}

/// Two lines.
#[derive(Debug)]
struct Pair {
    a: usize,
    b: usize,
    sides: Sides,
    /// The side at the end of the tiles so far.
    carry: u64,
}

/// A point of the plan and where its masks come from: the pair, and whether its crossings above; `None` where the run does
/// not look at them.
#[derive(Debug)]
struct Point {
    position: u64,
    masks: [Option<(usize, bool)>; 4],
}

/// What a line is, as long as its series are held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum LineId {
    Close,
    Series(usize),
    Band(usize, usize, u64),
    Level(u64),
}

fn address(series: &Arc<Series>) -> usize {
    Arc::as_ptr(series).addr()
}

impl LineId {
    fn of(line: &SharedLine) -> Self {
        match line {
            SharedLine::Close => Self::Close,
            SharedLine::Series(series) => Self::Series(address(series)),
            SharedLine::Band {
                middle,
                deviation,
                times,
            } => Self::Band(address(middle), address(deviation), times.to_bits()),
            SharedLine::Level(level) => Self::Level(level.to_bits()),
        }
    }
}

impl<'a> Wave<'a> {
    pub(in crate::sweep) fn new(prepared: &'a Prepared) -> Self {
        Self {
            prepared,
            len: prepared.rows.bars.len().div_ceil(64),
            known_lines: HashMap::new(),
            lines: Vec::new(),
            known: HashMap::new(),
            pairs: Vec::new(),
            sides: Vec::new(),
            series: HashMap::new(),
            series_bytes: 0,
            points: Vec::new(),
        }
    }

    /// Adds the point at a position of the plan.
    pub(in crate::sweep) fn add(&mut self, position: u64, signals: LineSignals) {
        let options = self.prepared.options();
        let (long, short) = (options.direction.allows_long(), options.direction.allows_short());
        let exits = options.exit_on_signal;
        let masks = [
            (long, signals.long_entry),
            (long && exits, signals.long_exit),
            (short, signals.short_entry),
            (short && exits, signals.short_exit),
        ]
        .map(|(wanted, crossing)| wanted.then(|| self.pair(crossing)));
        self.points.push(Point { position, masks });
    }

    /// Whether it is time to run what was added.
    pub(in crate::sweep) fn is_full(&self) -> bool {
        self.pairs.len() * self.len * size_of::<u64>()
            >= MASK_BYTES_MAX.min(self.prepared.series_bytes_max / 2)
            || self.series_bytes >= self.prepared.series_bytes_max
    }

    fn pair(&mut self, crossing: LineCrossing) -> (usize, bool) {
        let LineCrossing { a, b, above } = crossing;
        let (a, b) = (self.line(a), self.line(b));
        if let Some(known) = self.known.get(&(a, b)) {
            return (*known, above);
        }
        let sides = Sides::new(&self.lines[a], &self.lines[b], &self.prepared.rows.bars);
        self.pairs.push(Pair {
            a,
            b,
            sides,
            carry: sides.initial(),
        });
        self.known.insert((a, b), self.pairs.len() - 1);
        (self.pairs.len() - 1, above)
    }

    /// Where the line stands.
    fn line(&mut self, line: SharedLine) -> usize {
        let id = LineId::of(&line);
        if let Some(known) = self.known_lines.get(&id) {
            return *known;
        }
        self.count(&line);
        self.lines.push(line);
        self.known_lines.insert(id, self.lines.len() - 1);
        self.lines.len() - 1
    }

    fn count(&mut self, line: &SharedLine) {
        let mut count = |series: &Arc<Series>| {
            if self.series.insert(address(series), ()).is_none() {
                self.series_bytes += series.heap_bytes();
            }
        };
        match line {
            SharedLine::Close | SharedLine::Level(_) => {}
            SharedLine::Series(series) => count(series),
            SharedLine::Band {
                middle, deviation, ..
            } => {
                count(middle);
                count(deviation);
            }
        }
    }

    /// Compares the lines, runs each point, hands its position and metrics to `take` and forgets all; `None` if
    /// `control` or `take` says so.
    pub(in crate::sweep) fn flush(
        &mut self,
        runner: &mut Runner<'a>,
        control: &dyn Control,
        mut take: impl FnMut(u64, Result<Metrics, NeedsFull>) -> Option<()>,
    ) -> Option<()> {
        self.compare(&self.prepared.rows.bars, control)?;
        let points = std::mem::take(&mut self.points);
        if runner.goes_by_pieces() {
            for (point, metrics) in points.iter().zip(self.by_pieces(&points, runner, control)?) {
                take(point.position, metrics)?;
            }
        } else {
            let options = self.prepared.options();
            let mut words = Words::new(self.len);
            for point in points {
                if control.cancelled() {
                    return None;
                }
                self.signals(&point, 0..self.len, words.all_mut());
                words.resolve(options.direction, options.exit_on_signal);
                take(point.position, runner.run(&words))?;
            }
        }
        self.known_lines.clear();
        self.lines.clear();
        self.known.clear();
        self.pairs.clear();
        self.series.clear();
        self.series_bytes = 0;
        Some(())
    }

    /// Runs all points piece by piece, so that what trades look up is read from memory once for all of them.
    fn by_pieces(
        &self,
        points: &[Point],
        runner: &mut Runner<'a>,
        control: &dyn Control,
    ) -> Option<Vec<Result<Metrics, NeedsFull>>> {
        let options = self.prepared.options();
        let mut runs: Vec<_> = points.iter().map(|_| LongRun::new(self.prepared)).collect();
        let mut words = Words::new(PIECE);
        for from in (0..self.len).step_by(PIECE) {
            if control.cancelled() {
                return None;
            }
            let to = (from + PIECE).min(self.len);
            words.shorten(to - from);
            for (point, run) in points.iter().zip(&mut runs) {
                self.signals(point, from..to, words.all_mut());
                words.resolve(options.direction, options.exit_on_signal);
                run.advance(
                    runner.rules,
                    from,
                    &words.long_entry,
                    &words.long_exit,
                    &mut runner.edges,
                );
            }
        }
        Some(runs.into_iter().map(LongRun::metrics).collect())
    }

    /// Writes the signals of a point, not resolved, of the words of `range`.
    fn signals(&self, point: &Point, range: Range<usize>, into: [&mut [u64]; 4]) {
        for (into, mask) in into.into_iter().zip(point.masks) {
            if let Some((pair, above)) = mask {
                let sides = &self.sides[pair * self.len..(pair + 1) * self.len];
                let before = match range.start.checked_sub(1) {
                    Some(before) => sides[before] >> 63,
                    None => self.pairs[pair].sides.initial(),
                };
                changes(&sides[range.clone()], before, above, into);
            }
        }
    }

    fn compare(&mut self, bars: &Bars, control: &dyn Control) -> Option<()> {
        self.sides.clear();
        self.sides.resize(self.pairs.len() * self.len, 0);
        let mut values = vec![0.0; self.lines.len() * TILE];
        for tile in 0..self.len.div_ceil(TILE / 64) {
            if control.cancelled() {
                return None;
            }
            let (from, to) = (tile * TILE / 64, ((tile + 1) * TILE / 64).min(self.len));
            for (line, values) in self.lines.iter().zip(values.chunks_exact_mut(TILE)) {
                line.copy_tile(bars, from * 64, values);
            }
            let of = |line: usize| &values[line * TILE..(line + 1) * TILE];
            for (pair, sides) in self.pairs.iter_mut().zip(self.sides.chunks_exact_mut(self.len)) {
                let lines = [of(pair.a), of(pair.b)];
                pair.carry = pair
                    .sides
                    .write_tile(lines, from * 64, pair.carry, &mut sides[from..to]);
            }
        }
        Some(())
    }
}

/// The bars on which the side, `before` them, changes to above, or to below.
fn changes(sides: &[u64], mut before: u64, above: bool, words: &mut [u64]) {
    let flip = if above { 0 } else { u64::MAX };
    for (word, side) in words.iter_mut().zip(sides) {
        let shifted = side << 1 | before;
        before = side >> 63;
        // Now above and not before; or with both complemented, now below and not before.
        *word = (side ^ flip) & !(shifted ^ flip);
    }
}

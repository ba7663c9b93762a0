//! Combinations whose lines are compared together.

use std::{collections::HashMap, ops::Range, sync::Arc};

use threadx_indicators::Series;
use threadx_market::Bars;

use super::{Changes, NeedsFull, Prepared, Run, Runner, Words};
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
        let mut runs: Vec<Run> = points.iter().map(|_| runner.begin()).collect();
        let mut words = Words::new(PIECE);
        for from in (0..self.len).step_by(PIECE) {
            if control.cancelled() {
                return None;
            }
            let piece = from..(from + PIECE).min(self.len);
            words.shorten(piece.len());
            for (point, run) in points.iter().zip(&mut runs) {
                self.advance(point, piece.clone(), run, runner, &mut words);
            }
        }
        for (point, run) in points.iter().zip(runs) {
            take(point.position, runner.metrics(run))?;
        }
        self.known_lines.clear();
        self.lines.clear();
        self.known.clear();
        self.pairs.clear();
        self.series.clear();
        self.series_bytes = 0;
        Some(())
    }

    /// Goes on with the run of a point by the words of `piece`; `words` is scratch.
    fn advance(
        &self,
        point: &Point,
        piece: Range<usize>,
        run: &mut Run,
        runner: &mut Runner<'a>,
        words: &mut Words,
    ) {
        let changes = point
            .masks
            .map(|mask| mask.map(|mask| self.changes(mask, piece.clone())));
        if let [Some(entry), Some(exit), ..] = changes
            && run.takes_turns()
        {
            runner.turn(run, piece.start, [entry, exit]);
            return;
        }
        for (into, changes) in words.all_mut().into_iter().zip(changes) {
            if let Some(changes) = changes {
                changes.write(into);
            }
        }
        let options = self.prepared.options();
        words.resolve(options.direction, options.exit_on_signal);
        runner.advance(run, piece.start, words);
    }

    /// The bars of a piece on which the lines of a pair cross.
    fn changes(&self, (pair, above): (usize, bool), piece: Range<usize>) -> Changes<'_> {
        let sides = &self.sides[pair * self.len..(pair + 1) * self.len];
        let before = match piece.start.checked_sub(1) {
            Some(before) => sides[before] >> 63,
            None => self.pairs[pair].sides.initial(),
        };
        Changes {
            sides: &sides[piece],
            before,
            above,
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

//! Combinations whose lines are compared together.

use std::{collections::HashMap, ops::Range, sync::Arc};

use threadx_indicators::Series;
use threadx_market::Bars;

use super::{Prepared, Run, Runner, Words, turns::Changes};
use crate::{
    Control, LineCrossing, LineSignals, SharedLine,
    side::{LineTile, Sides, TILE},
};

/// Bytes of sides and runs that a wave may take.
const STATE_BYTES_MAX: usize = 16 << 20;
/// Words that all points of a wave go through before the next: what their trades look up stays in the second cache.
const PIECE: usize = 64;
/// Points that go through a piece before cancellation is looked for.
const POINTS: usize = 256;

/// Combinations whose lines are compared together, tile by tile, so that a tile of a line is read from memory once
/// for all of them; what two combinations both compare is compared once.
#[derive(Debug)]
pub(in crate::sweep) struct Wave<'a> {
    prepared: &'a Prepared,
    /// Words of a mask.
    len: usize,
    /// Where in `lines` a line stands, for look-up only.
    known_lines: HashMap<LineId, usize>,
    lines: Vec<Line>,
    /// What the lines are made of: no bands.
    columns: Vec<Column>,
    /// Where in `pairs` two lines stand, for look-up only.
    known: HashMap<(usize, usize), usize>,
    pairs: Vec<Pair>,
    /// The sides of each pair on the bars of one piece.
    sides: Vec<u64>,
    /// The values of each column on the bars of one tile.
    tiles: Vec<Tile>,
    series_bytes: usize,
    points: Vec<Point>,
}

/// Values a bar.
#[derive(Debug)]
enum Column {
    Close,
    Series(Arc<Series>),
    Level(f64),
}

impl Column {
    /// Copies the values of the tile that begins on bar `from` to the front of `tile`; where it has none what was there
    /// stays.
    ///
    /// Series lie in memory at distances that fall into few sets of a cache; copies that lie together do not.
    fn copy(&self, bars: &Bars, from: usize, tile: &mut [f64]) {
        let (values, first) = match self {
            Self::Close => (bars.close(), 0),
            Self::Series(series) => (series.valid(), series.first_valid()),
            Self::Level(level) => return tile.fill(*level),
        };
        let start = first.max(from);
        let to = (first + values.len()).min(from + tile.len());
        if start < to {
            tile[start - from..to - from].copy_from_slice(&values[start - first..to - first]);
        }
    }
}

/// Values of the bars of a tile, each vector of them in one line of the cache.
#[derive(Debug, Clone)]
#[repr(align(64))]
struct Tile([f64; TILE]);

/// A line by the places of its columns.
#[derive(Debug, Clone, Copy)]
enum Line {
    Column(usize),
    /// Middle and deviation, and how many times the deviation is added.
    Band([usize; 2], f64),
}

/// Two lines.
#[derive(Debug)]
struct Pair {
    a: Line,
    b: Line,
    sides: Sides,
    /// The side before the piece that is gone through.
    before: u64,
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
            columns: Vec::new(),
            known: HashMap::new(),
            pairs: Vec::new(),
            sides: Vec::new(),
            tiles: Vec::new(),
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
        let sides = self.pairs.len() * (PIECE * size_of::<u64>() + size_of::<Pair>());
        let runs = self.points.len() * (size_of::<Run>() + size_of::<Point>());
        sides + runs >= STATE_BYTES_MAX.min(self.prepared.series_bytes_max / 2)
            || self.series_bytes >= self.prepared.series_bytes_max
    }

    fn pair(&mut self, crossing: LineCrossing) -> (usize, bool) {
        let LineCrossing { a, b, above } = crossing;
        let places = (self.line(&a), self.line(&b));
        if let Some(known) = self.known.get(&places) {
            return (*known, above);
        }
        let sides = Sides::new(&a, &b, &self.prepared.rows.bars);
        self.pairs.push(Pair {
            a: self.lines[places.0],
            b: self.lines[places.1],
            sides,
            before: sides.initial(),
            carry: sides.initial(),
        });
        self.known.insert(places, self.pairs.len() - 1);
        (self.pairs.len() - 1, above)
    }

    /// Where the line stands.
    fn line(&mut self, line: &SharedLine) -> usize {
        let id = LineId::of(line);
        if let Some(known) = self.known_lines.get(&id) {
            return *known;
        }
        let line = match line {
            SharedLine::Close => self.column(Column::Close),
            SharedLine::Level(level) => self.column(Column::Level(*level)),
            SharedLine::Series(series) => {
                self.series_bytes += series.heap_bytes();
                self.column(Column::Series(Arc::clone(series)))
            }
            SharedLine::Band {
                middle,
                deviation,
                times,
            } => Line::Band([middle, deviation].map(|series| self.series(series)), *times),
        };
        self.lines.push(line);
        self.known_lines.insert(id, self.lines.len() - 1);
        self.lines.len() - 1
    }

    fn column(&mut self, column: Column) -> Line {
        self.columns.push(column);
        Line::Column(self.columns.len() - 1)
    }

    /// The column of a series.
    fn series(&mut self, series: &Arc<Series>) -> usize {
        let line = self.line(&SharedLine::Series(Arc::clone(series)));
        let (Line::Column(column) | Line::Band([column, _], _)) = self.lines[line];
        column
    }

    /// Compares the lines and runs each point, hands its position and what `finish` makes of its run to `take` and
    /// forgets all; `None` if `control` or `take` says so.
    ///
    /// Piece by piece for all points, so that the lines, what they compare to and what trades look up are in the
    /// second cache.
    pub(in crate::sweep) fn flush<T>(
        &mut self,
        runner: &mut Runner<'a>,
        control: &dyn Control,
        finish: impl Fn(&Runner<'a>, Run) -> T,
        mut take: impl FnMut(u64, T) -> Option<()>,
    ) -> Option<()> {
        let points = std::mem::take(&mut self.points);
        let mut runs: Vec<Run> = points.iter().map(|_| runner.begin()).collect();
        let mut words = Words::new(PIECE);
        self.sides.resize(self.pairs.len() * PIECE, 0);
        self.tiles.resize(self.columns.len(), Tile([0.0; TILE]));
        for from in (0..self.len).step_by(PIECE) {
            let piece = from..(from + PIECE).min(self.len);
            self.compare(piece.clone(), control)?;
            words.shorten(piece.len());
            let mut pairs = points.chunks(POINTS).zip(runs.chunks_mut(POINTS));
            pairs.try_for_each(|(points, runs)| {
                for (point, run) in points.iter().zip(runs) {
                    self.advance(point, piece.clone(), run, runner, &mut words);
                }
                (!control.cancelled()).then_some(())
            })?;
        }
        for (point, run) in points.iter().zip(runs) {
            take(point.position, finish(runner, run))?;
        }
        self.known_lines.clear();
        self.lines.clear();
        self.columns.clear();
        self.known.clear();
        self.pairs.clear();
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
        Changes {
            sides: &self.sides[pair * PIECE..][..piece.len()],
            before: self.pairs[pair].before,
            above,
        }
    }

    /// Compares the lines on the bars of a piece.
    fn compare(&mut self, piece: Range<usize>, control: &dyn Control) -> Option<()> {
        for pair in &mut self.pairs {
            pair.before = pair.carry;
        }
        for from in piece.clone().step_by(TILE / 64) {
            if control.cancelled() {
                return None;
            }
            let tile = from - piece.start..(from + TILE / 64).min(piece.end) - piece.start;
            let (bars, begin) = (&self.prepared.rows.bars, from * 64);
            for (column, tile) in self.columns.iter().zip(&mut self.tiles) {
                column.copy(bars, begin, &mut tile.0);
            }
            let columns: Vec<&[f64; TILE]> = self.tiles.iter().map(|tile| &tile.0).collect();
            let column =
                |column: usize, bars: Range<usize>| &columns[column][bars.start - begin..bars.end - begin];
            let values = |at, range| LineTile::Values(column(at, range));
            let band = |[middle, deviation]: [usize; 2], times, range: Range<usize>| LineTile::Band {
                middle: column(middle, range.clone()),
                deviation: column(deviation, range),
                times,
            };
            let of = |line: Line, range| match line {
                Line::Column(at) => values(at, range),
                Line::Band(at, times) => band(at, times, range),
            };
            for (pair, sides) in self.pairs.iter_mut().zip(self.sides.chunks_exact_mut(PIECE)) {
                let words = &mut sides[tile.clone()];
                pair.carry = match (pair.a, pair.b) {
                    // What most pairs are is faster where it is known.
                    (Line::Column(a), Line::Column(b)) => {
                        let lines = |range: Range<usize>| [values(a, range.clone()), values(b, range)];
                        pair.sides.write_tile(lines, begin, pair.carry, words)
                    }
                    (Line::Column(a), Line::Band(b, times)) => {
                        let lines = |range: Range<usize>| [values(a, range.clone()), band(b, times, range)];
                        pair.sides.write_tile(lines, begin, pair.carry, words)
                    }
                    (a, b) => {
                        let lines = |range: Range<usize>| [of(a, range.clone()), of(b, range)];
                        pair.sides.write_tile(lines, begin, pair.carry, words)
                    }
                };
            }
        }
        Some(())
    }
}

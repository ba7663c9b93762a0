//! Combinations whose lines are compared together.

use std::{collections::HashMap, ops::Range, sync::Arc};

use threadx_indicators::Series;

use super::{Changes, Prepared, Run, Runner, Words};
use crate::{
    Control, LineCrossing, LineSignals, SharedLine,
    side::{LineTile, Sides, TILE, copy_closes, copy_series},
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
    values: Vec<f64>,
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

/// A line by the places of its columns.
#[derive(Debug, Clone, Copy)]
enum Line {
    Column(usize),
    Band {
        middle: usize,
        deviation: usize,
        times: f64,
    },
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
            values: Vec::new(),
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
            } => Line::Band {
                middle: self.series(middle),
                deviation: self.series(deviation),
                times: *times,
            },
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
        let (Line::Column(column) | Line::Band { middle: column, .. }) = self.lines[line];
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
        self.values.resize(self.columns.len() * TILE, 0.0);
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
            for (column, values) in self.columns.iter().zip(self.values.chunks_exact_mut(TILE)) {
                match column {
                    Column::Close => copy_closes(&self.prepared.rows.bars, from * 64, values),
                    Column::Series(series) => copy_series(series, from * 64, values),
                    Column::Level(level) => values.fill(*level),
                }
            }
            let column = |column: usize| &self.values[column * TILE..(column + 1) * TILE];
            let of = |line: Line| match line {
                Line::Column(at) => LineTile::Values(column(at)),
                Line::Band {
                    middle,
                    deviation,
                    times,
                } => LineTile::Band {
                    middle: column(middle),
                    deviation: column(deviation),
                    times,
                },
            };
            for (pair, sides) in self.pairs.iter_mut().zip(self.sides.chunks_exact_mut(PIECE)) {
                let lines = [of(pair.a), of(pair.b)];
                let words = &mut sides[tile.clone()];
                pair.carry = pair.sides.write_tile(lines, from * 64, pair.carry, words);
            }
        }
        Some(())
    }
}

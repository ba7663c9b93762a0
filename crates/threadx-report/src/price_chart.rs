//! Bars with the trades that were made on them.

use threadx_engine::{Side, Trade};
use threadx_market::Bars;
use threadx_spec::ExitReason;

use crate::{
    scale::Scale,
    svg::{Points, Svg},
};

const WIDTH: f64 = 960.0;
const PRICE_HEIGHT: f64 = 380.0;
const PANEL_HEIGHT: f64 = 110.0;
const LEFT: f64 = 12.0;
const RIGHT: f64 = 70.0;
const TOP: f64 = 44.0;
const BOTTOM: f64 = 24.0;
/// Colours of the lines, in turn.
const LINES: usize = 5;
const STYLE: &str = "text{font:12px sans-serif;fill:#444}.title{font-weight:bold;fill:#111}.grid{stroke:#e6e6e6}\
    .wick{stroke:#9a9a9a}.up{fill:#fff;stroke:#7d7d7d;stroke-width:.8}.down{fill:#b4b4b4;stroke:#7d7d7d;stroke-width:.8}\
    .line{fill:none;stroke-width:1.4}.c0{stroke:#1f77b4}.c1{stroke:#ff7f0e}.c2{stroke:#9467bd}.c3{stroke:#17becf}\
    .c4{stroke:#8c564b}.k0{fill:#1f77b4}.k1{fill:#ff7f0e}.k2{fill:#9467bd}.k3{fill:#17becf}.k4{fill:#8c564b}\
    .long{fill:#0a7d32}.short{fill:#b3261e}.exit{fill:none;stroke:#111;stroke-width:1.6}.win{stroke:#0a7d32;stroke-width:1.4;\
    stroke-dasharray:5 3}.loss{stroke:#b3261e;stroke-width:1.4;stroke-dasharray:5 3}.stop{stroke:#b3261e;stroke-width:1.6}\
    .level{stroke:#bbb;stroke-dasharray:2 3}";

/// A line over the bars of a chart.
#[derive(Debug, Clone, PartialEq)]
pub struct ChartLine {
    /// What the legend calls it.
    pub name: String,
    /// One value per bar, `None` where there is none.
    pub values: Vec<Option<f64>>,
    /// Whether it is on the scale of the price; other lines share a panel below.
    pub on_price: bool,
    /// Values that are marked by a level across the panel below.
    pub levels: Vec<f64>,
}

/// Bars as candles, with the trades that were made on them, stops where they were met, and lines.
#[derive(Debug, Clone)]
pub struct PriceChart<'a> {
    /// What stands above.
    pub title: String,
    /// The bars that are drawn.
    pub bars: &'a Bars,
    /// The position of the first of `bars` among those that the trades count by.
    pub first: usize,
    /// Trades of the run; those outside `bars` are left out.
    pub trades: &'a [Trade],
    /// Lines over `bars`.
    pub lines: Vec<ChartLine>,
}

impl<'a> PriceChart<'a> {
    /// The chart of bars alone.
    pub fn new(title: impl Into<String>, bars: &'a Bars) -> Self {
        Self {
            title: title.into(),
            bars,
            first: 0,
            trades: &[],
            lines: Vec::new(),
        }
    }

    /// Shows the trades of a run, which count bars from the start of their range; `first` is the position
    /// there of this chart's first bar.
    #[must_use]
    pub fn trades(mut self, trades: &'a [Trade], first: usize) -> Self {
        self.trades = trades;
        self.first = first;
        self
    }

    /// Adds a line.
    #[must_use]
    pub fn line(mut self, line: ChartLine) -> Self {
        self.lines.push(line);
        self
    }

    /// The picture.
    #[must_use]
    pub fn to_svg(&self) -> String {
        let below = self.lines.iter().any(|line| !line.on_price);
        let panel = if below { PANEL_HEIGHT + 14.0 } else { 0.0 };
        let height = TOP + PRICE_HEIGHT + panel + BOTTOM;
        let mut svg = Svg::new(WIDTH, height, STYLE);
        svg.text("title", LEFT, 18.0, &self.title);
        let on_price = |on: bool| self.lines.iter().filter(move |line| line.on_price == on);
        let prices = self.bars.high().iter().chain(self.bars.low()).copied();
        let lines = on_price(true).flat_map(|line| line.values.iter().flatten().copied());
        let scale = Scale::of(prices.chain(lines), TOP + PRICE_HEIGHT, TOP);
        self.grid(&mut svg, &scale, 6);
        self.times(&mut svg, height);
        self.candles(&mut svg, &scale);
        for (index, line) in self.lines.iter().enumerate() {
            if line.on_price {
                self.curve(&mut svg, &scale, line, index);
            }
        }
        self.draw_trades(&mut svg, &scale);
        if below {
            let values = on_price(false).flat_map(|line| {
                let values = line.values.iter().flatten();
                values.chain(&line.levels).copied()
            });
            let bottom = height - BOTTOM;
            let scale = Scale::of(values, bottom, bottom - PANEL_HEIGHT);
            self.grid(&mut svg, &scale, 3);
            for (index, line) in self.lines.iter().enumerate() {
                if !line.on_price {
                    for level in &line.levels {
                        let mut points = Points::default();
                        points.stroke((LEFT, scale.place(*level)), (WIDTH - RIGHT, scale.place(*level)));
                        svg.path("level", points.as_str(), None);
                    }
                    self.curve(&mut svg, &scale, line, index);
                }
            }
        }
        self.legend(&mut svg);
        svg.finish()
    }

    /// Where the middle of a bar is.
    fn x(&self, bar: usize) -> f64 {
        LEFT + (bar as f64 + 0.5) * self.step()
    }

    fn step(&self) -> f64 {
        (WIDTH - LEFT - RIGHT) / self.bars.len().max(1) as f64
    }

    fn grid(&self, svg: &mut Svg, scale: &Scale, count: usize) {
        let mut points = Points::default();
        for value in scale.ticks(count) {
            let y = scale.place(value);
            points.stroke((LEFT, y), (WIDTH - RIGHT, y));
            svg.text("", WIDTH - RIGHT + 6.0, y + 4.0, &short(value));
        }
        svg.path("grid", points.as_str(), None);
    }

    fn times(&self, svg: &mut Svg, height: f64) {
        const SHOWN: usize = 6;
        let bars = self.bars.len();
        for n in 0..SHOWN.min(bars) {
            let bar = n * bars / SHOWN.min(bars);
            let text = self.bars.time()[bar].to_string();
            let text = text.trim_end_matches(":00Z").replace('T', " ");
            svg.text("", self.x(bar) - 4.0, height - 8.0, &text);
        }
    }

    fn candles(&self, svg: &mut Svg, scale: &Scale) {
        let (mut wicks, mut up, mut down) = (Points::default(), Points::default(), Points::default());
        let width = (self.step() * 0.7).max(0.5);
        for bar in 0..self.bars.len() {
            let (open, close) = (self.bars.open()[bar], self.bars.close()[bar]);
            let x = self.x(bar);
            let (high, low) = (self.bars.high()[bar], self.bars.low()[bar]);
            wicks.stroke((x, scale.place(high)), (x, scale.place(low)));
            let top = scale.place(open.max(close));
            let body = (scale.place(open.min(close)) - top).max(0.6);
            let bodies = if close >= open { &mut up } else { &mut down };
            bodies.rectangle(x - width / 2.0, top, width, body);
        }
        svg.path("wick", wicks.as_str(), None);
        svg.path("up", up.as_str(), None);
        svg.path("down", down.as_str(), None);
    }

    fn curve(&self, svg: &mut Svg, scale: &Scale, line: &ChartLine, index: usize) {
        let mut points = Points::default();
        for (bar, value) in line.values.iter().take(self.bars.len()).enumerate() {
            if let Some(value) = value {
                points.go((self.x(bar), scale.place(*value)));
            }
        }
        svg.path(
            &format!("line c{}", index % LINES),
            points.as_str(),
            Some(&line.name),
        );
    }

    fn draw_trades(&self, svg: &mut Svg, scale: &Scale) {
        let visible = |bar: usize| bar.checked_sub(self.first).filter(|bar| *bar < self.bars.len());
        for trade in self.trades {
            let entry = visible(trade.entry_index);
            let exit = trade.exit.and_then(|exit| Some((exit, visible(exit.index)?)));
            let hint = hint(trade);
            if let (Some(entry), Some((exit, bar))) = (entry, exit) {
                let mut points = Points::default();
                let from = (self.x(entry), scale.place(trade.entry_price));
                points.stroke(from, (self.x(bar), scale.place(exit.price)));
                let class = if trade.pnl > 0.0 { "win" } else { "loss" };
                svg.path(class, points.as_str(), Some(&hint));
            }
            if let Some(bar) = entry {
                let mut points = Points::default();
                // Under the bar for a long entry, over it for a short one.
                let (price, side) = match trade.side {
                    Side::Long => (self.bars.low()[bar], 1.0),
                    Side::Short => (self.bars.high()[bar], -1.0),
                };
                points.triangle((self.x(bar), scale.place(price) + side * 4.0), side * 10.0);
                svg.path(trade.side.as_str(), points.as_str(), Some(&hint));
            }
            if let Some((exit, bar)) = exit {
                let (x, y) = (self.x(bar), scale.place(exit.price));
                let mut cross = Points::default();
                cross.stroke((x - 4.0, y - 4.0), (x + 4.0, y + 4.0));
                cross.stroke((x - 4.0, y + 4.0), (x + 4.0, y - 4.0));
                svg.path("exit", cross.as_str(), Some(&hint));
                if is_stop(exit.reason) {
                    let mut level = Points::default();
                    level.stroke((x - 4.0 * self.step(), y), (x + 1.5 * self.step(), y));
                    svg.path("stop", level.as_str(), Some(&hint));
                }
            }
        }
    }

    fn legend(&self, svg: &mut Svg) {
        let mut x = LEFT;
        let marks = "▲ long entry  ▼ short entry  ✕ exit  ━ stop met";
        for (index, line) in self.lines.iter().enumerate() {
            svg.text(&format!("k{}", index % LINES), x, 36.0, &line.name);
            x += 16.0 + 6.4 * line.name.chars().count() as f64;
        }
        svg.text("", WIDTH - RIGHT - 290.0, 18.0, marks);
    }
}

fn is_stop(reason: ExitReason) -> bool {
    matches!(
        reason,
        ExitReason::StopLoss | ExitReason::TrailingStop | ExitReason::StrategyStop | ExitReason::Liquidation
    )
}

fn hint(trade: &Trade) -> String {
    let entry = format!(
        "{} {} at {}",
        trade.side,
        trade.entry_time,
        short(trade.entry_price)
    );
    match trade.exit {
        Some(exit) => format!(
            "{entry}, out {} at {} ({}), {:.2}%",
            exit.time,
            short(exit.price),
            exit.reason,
            trade.return_fraction * 100.0
        ),
        None => format!("{entry}, open"),
    }
}

/// A value in six significant digits.
fn short(value: f64) -> String {
    if value != 0.0 && !(1e-4..1e7).contains(&value.abs()) {
        return format!("{value:.3e}");
    }
    let digits = (5.0 - value.abs().max(1e-4).log10().floor()).clamp(0.0, 9.0);
    let text = format!("{value:.*}", digits as usize);
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use threadx_engine::TradeExit;
    use threadx_market::{Columns, Timeframe, Timestamp};

    use super::*;

    fn bars(prices: &[f64]) -> Bars {
        let day = |n: usize| Timestamp::from_nanoseconds(n as i64 * 86_400_000_000_000);
        let columns = Columns {
            time: (0..prices.len()).map(day).collect(),
            open: prices.to_vec(),
            high: prices.to_vec(),
            low: prices.to_vec(),
            close: prices.to_vec(),
            volume: vec![1.0; prices.len()],
        };
        Bars::new(Timeframe::D1, columns).unwrap()
    }

    fn trade(entry: usize, exit: usize, reason: ExitReason) -> Trade {
        let time = Timestamp::from_nanoseconds(0);
        Trade {
            side: Side::Long,
            entry_index: entry,
            entry_time: time,
            entry_price: 100.0,
            exit: Some(TradeExit {
                index: exit,
                time,
                price: 101.0,
                reason,
            }),
            quantity: 1.0,
            pnl: 1.0,
            return_fraction: 0.01,
            fees: 0.0,
            borrow_cost: 0.0,
            shortfall: 0.0,
        }
    }

    #[test]
    fn trades_within_the_bars_are_drawn_and_others_left_out() {
        let bars = bars(&[100.0, 101.0, 102.0, 99.0]);
        let trades = [
            trade(2, 3, ExitReason::Signal),
            trade(11, 12, ExitReason::StopLoss),
            trade(13, 40, ExitReason::Signal),
        ];
        let count = |svg: &str, class: &str| svg.matches(&format!("<path class=\"{class}\"")).count();
        let svg = PriceChart::new("a <b>", &bars).trades(&trades, 10).to_svg();
        assert_eq!(
            (count(&svg, "long"), count(&svg, "exit"), count(&svg, "win")),
            (2, 1, 1)
        );
        assert_eq!(count(&svg, "stop"), 1);
        assert!(svg.contains("a &lt;b&gt;") && svg.trim_end().ends_with("</svg>"));
        assert_eq!(svg, PriceChart::new("a <b>", &bars).trades(&trades, 10).to_svg());
    }

    #[test]
    fn lines_of_another_scale_get_a_panel() {
        let bars = bars(&[100.0, 101.0]);
        let line = |on_price| ChartLine {
            name: "rsi".to_owned(),
            values: vec![None, Some(30.0)],
            on_price,
            levels: vec![70.0],
        };
        let height = |chart: PriceChart<'_>| {
            let svg = chart.to_svg();
            let rest = svg.split("height=\"").nth(1).unwrap();
            rest.split('"').next().unwrap().parse::<f64>().unwrap()
        };
        let plain = height(PriceChart::new("", &bars).line(line(true)));
        assert!(height(PriceChart::new("", &bars).line(line(false))) > plain);
    }

    #[test]
    fn wild_values_still_make_a_picture() {
        let bars = bars(&[f64::MIN_POSITIVE, f64::MAX]);
        let line = ChartLine {
            name: String::new(),
            values: vec![Some(f64::NAN), Some(f64::INFINITY)],
            on_price: true,
            levels: Vec::new(),
        };
        let svg = PriceChart::new("", &bars).line(line).to_svg();
        assert!(!svg.contains("NaN\"") && !svg.contains("inf "), "{svg}");
        assert_eq!(short(7200.50), "7200.5");
        assert_eq!(short(0.000_123_4), "0.0001234");
        assert_eq!(short(1e12), "1.000e12");
        assert_eq!(short(100_000.0), "100000");
    }
}

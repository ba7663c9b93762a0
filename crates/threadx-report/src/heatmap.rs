//! A metric over two parameters.

use threadx_engine::Surface;

use crate::svg::Svg;

const LEFT: f64 = 96.0;
const TOP: f64 = 40.0;
const BOTTOM: f64 = 52.0;
const RIGHT: f64 = 130.0;
const SIZE: f64 = 640.0;
/// Most labels along an axis.
const LABELS: usize = 10;
const STYLE: &str = "text{font:12px sans-serif;fill:#444}.title{font-weight:bold;fill:#111}.y{text-anchor:end}\
    .x{text-anchor:middle}rect{shape-rendering:crispEdges}.best{fill:none;stroke:#d00;stroke-width:2}";
/// From low to high: the colours of viridis (van der Walt and Smith, 2015), which are ordered for every eye and in grey.
const COLOURS: [[f64; 3]; 9] = [
    [68.0, 1.0, 84.0],
    [71.0, 44.0, 122.0],
    [59.0, 81.0, 139.0],
    [44.0, 113.0, 142.0],
    [33.0, 144.0, 141.0],
    [39.0, 173.0, 129.0],
    [92.0, 200.0, 99.0],
    [170.0, 220.0, 50.0],
    [253.0, 231.0, 37.0],
];

/// Two parameters against a criterion: a cell for each pair of values, the best one framed. Grey is what was not run or is
/// not defined.
///
/// ```
/// use threadx_engine::{StrategyRegistry, Surface, SweepPlan};
/// use threadx_report::Heatmap;
/// use threadx_spec::{Metric, ParamValue::Int};
///
/// let registry = StrategyRegistry::built_in();
/// let axis = |name: &str| (name.to_owned(), vec![Int(5), Int(10), Int(20)]);
/// let axes = vec![axis("fast_period"), axis("slow_period")];
/// let plan = SweepPlan::new(registry.get("ma_crossover")?.spec(), axes)?;
/// let mut surface = Surface::new(&plan, None, Metric::SharpeRatio.into())?;
/// surface.add(&plan, 2, Some(1.5));
/// let svg = Heatmap::new("BTCUSDT 1h", &surface).to_svg();
/// assert!(svg.contains("fast_period 5, slow_period 20: 1.5"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Heatmap<'a> {
    title: String,
    surface: &'a Surface,
}

impl<'a> Heatmap<'a> {
    /// The picture of a surface.
    pub fn new(title: impl Into<String>, surface: &'a Surface) -> Self {
        Self {
            title: title.into(),
            surface,
        }
    }

    /// The picture.
    #[must_use]
    pub fn to_svg(&self) -> String {
        let Self { title, surface } = self;
        let (columns, rows) = (surface.x().labels.len(), surface.y().labels.len());
        let mut svg = Svg::new(LEFT + SIZE + RIGHT, TOP + SIZE + BOTTOM, STYLE);
        svg.text("title", LEFT, 24.0, &format!("{title}: {}", surface.criterion()));
        let (width, height) = (SIZE / columns as f64, SIZE / rows as f64);
        let place = |x: usize, y: usize| (LEFT + x as f64 * width, TOP + (rows - 1 - y) as f64 * height);
        let cells = || (0..rows).flat_map(move |y| (0..columns).map(move |x| (x, y)));
        let values = || cells().filter_map(|(x, y)| Some((surface.value(x, y)?, x, y)));
        let low = values().map(|(value, ..)| value).fold(f64::INFINITY, f64::min);
        let high = values()
            .map(|(value, ..)| value)
            .fold(f64::NEG_INFINITY, f64::max);
        for (x, y) in cells() {
            let value = surface.value(x, y);
            let at = format!(
                "{} {}, {} {}: ",
                surface.x().name,
                surface.x().labels[x],
                surface.y().name,
                surface.y().labels[y]
            );
            let colour = value.map_or_else(|| "#ddd".to_owned(), |value| colour(value, low, high));
            let told = value.map_or_else(|| "–".to_owned(), short);
            svg.cell(place(x, y), (width, height), &colour, Some(&(at + &told)));
        }
        self.labels(&mut svg, (width, height));
        let best = values().min_by(|a, b| surface.criterion().compare(a.0, b.0));
        if let Some((_, x, y)) = best {
            svg.frame("best", place(x, y), (width, height));
            legend(&mut svg, low, high);
        }
        svg.finish()
    }

    fn labels(&self, svg: &mut Svg, (width, height): (f64, f64)) {
        let (x, y) = (self.surface.x(), self.surface.y());
        let rows = y.labels.len();
        let every = |count: usize| count.div_ceil(LABELS).max(1);
        for (index, label) in x.labels.iter().enumerate().step_by(every(x.labels.len())) {
            svg.text(
                "x",
                LEFT + (index as f64 + 0.5) * width,
                TOP + SIZE + 18.0,
                first(label),
            );
        }
        for (index, label) in y.labels.iter().enumerate().step_by(every(rows)) {
            let middle = TOP + ((rows - 1 - index) as f64 + 0.5) * height;
            svg.text("y", LEFT - 8.0, middle + 4.0, first(label));
        }
        svg.text("x title", LEFT + SIZE / 2.0, TOP + SIZE + 40.0, &x.name);
        svg.text("title", 8.0, TOP - 8.0, &y.name);
    }
}

fn legend(svg: &mut Svg, low: f64, high: f64) {
    let steps = 40;
    let (left, step) = (LEFT + SIZE + 20.0, SIZE / f64::from(steps));
    for number in 0..steps {
        let share = (f64::from(number) + 0.5) / f64::from(steps);
        let top = TOP + SIZE - f64::from(number + 1) * step;
        svg.cell((left, top), (18.0, step), &colour(share, 0.0, 1.0), None);
    }
    for share in [0.0, 0.5, 1.0] {
        // Halves, so that the difference of extremes does not leave the range of an f64.
        let value = (low / 2.0 * (1.0 - share) + high / 2.0 * share) * 2.0;
        svg.text("", left + 24.0, TOP + SIZE - share * SIZE + 4.0, &short(value));
    }
}

/// Where a value stands between the lowest and the highest.
fn colour(value: f64, low: f64, high: f64) -> String {
    let share = (value / 2.0 - low / 2.0) / (high / 2.0 - low / 2.0);
    let share = if share.is_nan() {
        0.5
    } else {
        share.clamp(0.0, 1.0)
    };
    let place = share * (COLOURS.len() - 1) as f64;
    let below = (place as usize).min(COLOURS.len() - 2);
    let part = place - below as f64;
    let mixed = [0, 1, 2].map(|band| {
        let (from, to) = (COLOURS[below][band], COLOURS[below + 1][band]);
        (from + (to - from) * part).round() as u8
    });
    format!("#{:02x}{:02x}{:02x}", mixed[0], mixed[1], mixed[2])
}

/// The first value of a cell of several, so that labels do not run into each other.
fn first(label: &str) -> &str {
    label.split(' ').next().unwrap_or(label)
}

/// A number in four digits.
fn short(value: f64) -> String {
    if value != 0.0 && !(1e-3..1e6).contains(&value.abs()) {
        return format!("{value:.3e}");
    }
    let text = format!("{value:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use threadx_engine::{StrategyRegistry, SweepPlan};
    use threadx_spec::{Metric, ParamValue};

    fn surface(values: &[f64]) -> (SweepPlan, Surface) {
        let axis = |name: &str| (name.to_owned(), (1..=3).map(ParamValue::Int).collect());
        let registry = StrategyRegistry::built_in();
        let spec = registry.get("ma_crossover").unwrap().spec();
        let plan = SweepPlan::new(spec, vec![axis("a"), axis("b")]).unwrap();
        let mut surface = Surface::new(&plan, None, Metric::MaxDrawdown.into()).unwrap();
        for (combination, value) in (0..).zip(values) {
            surface.add(&plan, combination, Some(*value));
        }
        (plan, surface)
    }

    #[test]
    fn every_cell_is_drawn_and_the_best_framed() {
        let (_, surface) = surface(&[-0.5, -0.1, -0.25]);
        let svg = Heatmap::new("<BTC>", &surface).to_svg();
        assert_eq!(svg.matches("<title>").count(), 9);
        assert_eq!(svg.matches("class=\"best\"").count(), 1);
        for told in ["&lt;BTC&gt;: max_drawdown", "a 1, b 2: -0.1<", "a 3, b 3: –<"] {
            assert!(svg.contains(told), "{told}");
        }
        // The lowest has the first colour, the highest the last.
        for [cell, fill] in [
            ["a 1, b 1", "#440154"],
            ["a 1, b 2", "#fde725"],
            ["a 3, b 3", "#ddd"],
        ] {
            let drawn = svg.lines().find(|line| line.contains(cell)).unwrap();
            assert!(drawn.contains(fill), "{drawn}");
        }
    }

    #[test]
    fn no_value_breaks_the_picture() {
        for values in [&[][..], &[0.0], &[f64::MAX, f64::MIN, 0.0], &[1e-300, 1e300]] {
            let svg = Heatmap::new("", &surface(values).1).to_svg();
            assert!(!svg.contains("NaN") && !svg.contains("inf"), "{values:?}");
            assert_eq!(
                svg.matches("class=\"best\"").count(),
                usize::from(!values.is_empty())
            );
        }
        assert_eq!(
            ["0", "1.5", "-0.1235"],
            [0.0, 1.5, -0.12345].map(short).each_ref().map(String::as_str)
        );
        assert_eq!(short(1.5e-7), "1.500e-7");
    }
}

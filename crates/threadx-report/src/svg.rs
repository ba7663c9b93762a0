//! Writing SVG.

use std::fmt::Write;

/// An SVG document that grows.
#[derive(Debug)]
pub(crate) struct Svg {
    text: String,
}

impl Svg {
    /// A document of that size, pixels, with these style rules.
    pub(crate) fn new(width: f64, height: f64, style: &str) -> Self {
        let text = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
             height=\"{height}\" role=\"img\">\n<style>{style}</style>\n\
             <rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>\n"
        );
        Self { text }
    }

    /// A path of this class; nothing if it has no points. With a `hint` that shows on hovering.
    pub(crate) fn path(&mut self, class: &str, points: &str, hint: Option<&str>) {
        if points.is_empty() {
            return;
        }
        self.text += &match hint {
            Some(hint) => format!(
                "<path class=\"{class}\" d=\"{points}\"><title>{}</title></path>\n",
                escaped(hint)
            ),
            None => format!("<path class=\"{class}\" d=\"{points}\"/>\n"),
        };
    }

    /// A rectangle of a colour, with a `hint` that shows on hovering.
    pub(crate) fn cell(
        &mut self,
        (x, y): (f64, f64),
        (width, height): (f64, f64),
        colour: &str,
        hint: Option<&str>,
    ) {
        let [x, y, width, height] = [x, y, width, height].map(number);
        let place = format!("x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"{colour}\"");
        self.text += &match hint {
            Some(hint) => format!("<rect {place}><title>{}</title></rect>\n", escaped(hint)),
            None => format!("<rect {place}/>\n"),
        };
    }

    /// The outline of a rectangle, of this class.
    pub(crate) fn frame(&mut self, class: &str, (x, y): (f64, f64), (width, height): (f64, f64)) {
        let [x, y, width, height] = [x, y, width, height].map(number);
        self.text +=
            &format!("<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"/>\n");
    }

    /// A line of text at a place.
    pub(crate) fn text(&mut self, class: &str, x: f64, y: f64, text: &str) {
        self.text += &format!(
            "<text class=\"{class}\" x=\"{}\" y=\"{}\">{}</text>\n",
            number(x),
            number(y),
            escaped(text)
        );
    }

    /// The whole document.
    pub(crate) fn finish(mut self) -> String {
        self.text += "</svg>\n";
        self.text
    }
}

/// Points of a path, as its `d` attribute.
#[derive(Debug, Default)]
pub(crate) struct Points(String);

impl Points {
    /// A stroke between two places.
    pub(crate) fn stroke(&mut self, from: (f64, f64), to: (f64, f64)) {
        self.step('M', from);
        self.step('L', to);
    }

    /// An upright rectangle.
    pub(crate) fn rectangle(&mut self, left: f64, top: f64, width: f64, height: f64) {
        self.step('M', (left, top));
        self.write(format_args!(
            "h{}v{}h-{}z",
            number(width),
            number(height),
            number(width)
        ));
    }

    /// A triangle with its tip at a place, `size` high; upwards if `size` is positive.
    pub(crate) fn triangle(&mut self, (x, y): (f64, f64), size: f64) {
        self.step('M', (x, y));
        let half = number(size.abs() * 0.6);
        self.write(format_args!(
            "l{half} {}h-{}z",
            number(size),
            number(size.abs() * 1.2)
        ));
    }

    /// Goes on to a place: the first step moves there, the others draw.
    pub(crate) fn go(&mut self, to: (f64, f64)) {
        let command = if self.0.is_empty() { 'M' } else { 'L' };
        self.step(command, to);
    }

    fn step(&mut self, command: char, (x, y): (f64, f64)) {
        self.write(format_args!("{command}{} {}", number(x), number(y)));
    }

    fn write(&mut self, part: std::fmt::Arguments<'_>) {
        // Writing to a string does not fail.
        self.0.write_fmt(part).unwrap_or_default();
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// A place to a tenth of a pixel, without needless digits.
pub(crate) fn number(value: f64) -> String {
    let rounded = (value * 10.0).round() / 10.0;
    // -0 is written as 0.
    format!("{}", if rounded.is_finite() { rounded + 0.0 } else { 0.0 })
}

fn escaped(text: &str) -> String {
    text.chars()
        .filter(|character| !character.is_control())
        .map(|character| match character {
            '&' => "&amp;".to_owned(),
            '<' => "&lt;".to_owned(),
            '>' => "&gt;".to_owned(),
            '"' => "&quot;".to_owned(),
            other => other.to_string(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_break_out_and_numbers_are_short() {
        let mut svg = Svg::new(10.0, 10.0, "");
        svg.text("t", 1.26, f64::NAN, "</text><script>&\u{0}");
        let text = svg.finish();
        assert!(
            text.contains("x=\"1.3\" y=\"0\">&lt;/text&gt;&lt;script&gt;&amp;</text>"),
            "{text}"
        );
        assert_eq!(number(-0.01), "0");
        let mut points = Points::default();
        points.rectangle(1.0, 2.0, 3.0, 4.0);
        points.triangle((0.0, 0.0), -5.0);
        assert_eq!(points.as_str(), "M1 2h3v4h-3zM0 0l3 -5h-6z");
    }
}

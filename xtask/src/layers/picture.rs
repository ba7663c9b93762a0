//! The picture of the layers, drawn from the table and kept in a text block of the page.

use std::collections::{BTreeMap, BTreeSet};

use super::table::LayerTable;

/// The line before the block begins with this.
const MARKER: &str = "<!-- picture:";
const OPENING: &str = "```text";
const CLOSING: &str = "```";
/// Columns between the outer walls, unless the names need more; one, two and three cells share them evenly.
const WIDTH_MIN: usize = 65;
/// Columns before the outer wall, where the number of the layer stands.
const MARGIN: usize = 4;

/// Why the place of the picture is not found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PictureError {
    #[error("no line begins with `{MARKER}`")]
    NoMarker,
    #[error("no text block that is closed again follows the line `{MARKER} …`")]
    NoBlock,
}

/// Draws the layers as a wall, the highest on top; packages beside the layers are named under it.
pub(crate) fn draw(table: &LayerTable) -> String {
    let mut layers: BTreeMap<u8, Vec<&str>> = BTreeMap::new();
    let mut beside = Vec::new();
    for row in &table.rows {
        match row.layer {
            Some(layer) => layers.entry(layer).or_default().push(&row.name),
            None => beside.push(row.name.as_str()),
        }
    }
    let width = layers
        .values()
        .map(|names| width_needed(names))
        .max()
        .unwrap_or(0)
        .max(WIDTH_MIN);

    let mut lines = Vec::new();
    let mut above = BTreeSet::new();
    for (position, (layer, names)) in layers.iter().rev().enumerate() {
        let widths = split(width, names.len());
        let below = walls(&widths);
        let ends = if position == 0 {
            ['┌', '┐']
        } else {
            ['├', '┤']
        };
        lines.push(border(width, &above, &below, ends));
        let cells = names
            .iter()
            .zip(&widths)
            .map(|(name, cell)| format!("{name:^cell$}"));
        let number = MARGIN - 2;
        lines.push(format!(
            "{layer:>number$} │{}│",
            cells.collect::<Vec<_>>().join("│")
        ));
        above = below;
    }
    lines.push(border(width, &above, &BTreeSet::new(), ['└', '┘']));
    if !beside.is_empty() {
        lines.push(format!("{:MARGIN$}beside the layers: {}", "", beside.join(", ")));
    }
    lines.join("\n")
}

/// The columns that these names need in cells of one width: a blank on each side of a name, a wall between cells.
fn width_needed(names: &[&str]) -> usize {
    let longest = names.iter().map(|name| name.len()).max().unwrap_or(0);
    (longest + 3) * names.len() - 1
}

/// Shares `width` columns out to `count` cells with a wall between each two; the first ones get what is left over.
fn split(width: usize, count: usize) -> Vec<usize> {
    let free = width + 1 - count;
    (0..count)
        .map(|cell| free / count + usize::from(cell < free % count))
        .collect()
}

/// The columns of the walls between cells of these widths.
fn walls(widths: &[usize]) -> BTreeSet<usize> {
    let ends = widths.iter().scan(0, |column, width| {
        *column += width + 1;
        Some(*column - 1)
    });
    ends.take(widths.len() - 1).collect()
}

fn border(
    width: usize,
    above: &BTreeSet<usize>,
    below: &BTreeSet<usize>,
    [left, right]: [char; 2],
) -> String {
    let joint = |column| match (above.contains(&column), below.contains(&column)) {
        (true, true) => '┼',
        (true, false) => '┴',
        (false, true) => '┬',
        (false, false) => '─',
    };
    format!(
        "{:1$}{left}{2}{right}",
        "",
        MARGIN - 1,
        (0..width).map(joint).collect::<String>()
    )
}

/// The page with `picture` in the text block that follows the marker.
///
/// # Errors
///
/// [`PictureError`] when the marker or a closed text block after it is missing.
pub(crate) fn replace(page: &str, picture: &str) -> Result<String, PictureError> {
    let lines: Vec<&str> = page.lines().collect();
    let after = |start: usize, wanted: &dyn Fn(&str) -> bool| {
        lines
            .iter()
            .skip(start)
            .position(|line| wanted(line))
            .map(|distance| start + distance)
    };
    let marker = after(0, &|line| line.starts_with(MARKER)).ok_or(PictureError::NoMarker)?;
    let opening = after(marker, &|line| line == OPENING).ok_or(PictureError::NoBlock)?;
    let closing = after(opening, &|line| line == CLOSING).ok_or(PictureError::NoBlock)?;

    let (before, rest) = (&lines[..=opening], &lines[closing..]);
    let whole = before
        .iter()
        .copied()
        .chain(picture.lines())
        .chain(rest.iter().copied());
    Ok(whole.flat_map(|line| [line, "\n"]).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "\
| layer | crate | owns | may depend on |
| --- | --- | --- | --- |
| 0 | `error` | x | – |
| 1 | `market` | x | – |
| 1 | `coordinator` | x | – |
| 2 | `a` | x | – |
| 2 | `b` | x | – |
| 2 | `c` | x | – |
| – | `tests` | x | – |
| – | `xtask` | x | – |
";

    const PICTURE: &str = "   \
   ┌─────────────────────┬─────────────────────┬─────────────────────┐
 2 │          a          │          b          │          c          │
   ├─────────────────────┴──────────┬──────────┴─────────────────────┤
 1 │             market             │          coordinator           │
   ├────────────────────────────────┴────────────────────────────────┤
 0 │                              error                              │
   └─────────────────────────────────────────────────────────────────┘
    beside the layers: tests, xtask";

    #[test]
    fn the_highest_layer_is_on_top_and_walls_meet_their_borders() {
        let drawn = draw(&LayerTable::parse(TABLE).unwrap());
        assert_eq!(drawn, PICTURE, "\n{drawn}");
    }

    #[test]
    fn walls_in_the_same_column_cross() {
        let four = TABLE.replace(
            "| 0 | `error` | x | – |",
            "| 0 | `error` | x | – |\n| 0 | `other` | x | – |",
        );
        let drawn = draw(&LayerTable::parse(&four).unwrap());
        assert_eq!(drawn.matches('┼').count(), 1, "\n{drawn}");
    }

    #[test]
    fn every_line_of_the_wall_is_as_wide_as_the_longest_names_need() {
        let longest = "n".repeat(WIDTH_MIN);
        let cases = [
            // Four cells do not share the columns evenly.
            (
                TABLE.replace("| 2 | `c`", "| 2 | `d` | x | – |\n| 2 | `c`"),
                WIDTH_MIN,
            ),
            (
                TABLE.replace("`b`", &format!("`{longest}`")),
                3 * (WIDTH_MIN + 3) - 1,
            ),
        ];
        for (table, between_the_walls) in cases {
            let drawn = draw(&LayerTable::parse(&table).unwrap());
            let widths: BTreeSet<_> = drawn.lines().take(7).map(|line| line.chars().count()).collect();
            assert_eq!(
                widths,
                BTreeSet::from([MARGIN + between_the_walls + 1]),
                "\n{drawn}"
            );
        }
    }

    #[test]
    fn only_the_block_after_the_marker_is_replaced() {
        let page = |block: &str| {
            format!(
                "```text\nkeep\n```\n<!-- picture: x -->\n\n```text\n{block}```\nafter\n```text\nkeep\n```\n"
            )
        };
        assert_eq!(replace(&page("old\nlines\n"), "new").unwrap(), page("new\n"));
        assert_eq!(replace(&page(""), "new").unwrap(), page("new\n"));
        assert_eq!(replace(&page("new\n"), "new").unwrap(), page("new\n"));
    }

    #[test]
    fn a_page_without_a_place_for_the_picture_is_refused() {
        assert_eq!(replace("```text\n```\n", "new"), Err(PictureError::NoMarker));
        for page in ["<!-- picture: x -->\n", "<!-- picture: x -->\n```text\nold\n"] {
            assert_eq!(replace(page, "new"), Err(PictureError::NoBlock), "{page}");
        }
    }
}

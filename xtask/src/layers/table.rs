//! The layer table, read from Markdown.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

/// The cells of the line that the table begins with.
const HEADER: [&str; 4] = ["layer", "crate", "owns", "may depend on"];
/// A cell that says "none".
const NONE: &str = "–";

/// The rows of the table, in their order on the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LayerTable {
    pub(crate) rows: Vec<Row>,
}

/// One crate and what it may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    /// `None` for a package beside the layers, on which nothing may depend.
    pub(crate) layer: Option<u8>,
    pub(crate) name: String,
    pub(crate) allowed: Allowed,
}

/// The last cell of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Allowed {
    /// Crates by name; empty for `–`.
    Crates(BTreeSet<String>),
    /// Every crate of these layers.
    Layers(RangeInclusive<u8>),
}

/// Why the table cannot be read. Lines count from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TableError {
    #[error("there is no table with the columns {}", HEADER.join(", "))]
    Missing,
    #[error("line {line}: the row has {found} cells where {} are expected", HEADER.len())]
    Cells { line: usize, found: usize },
    #[error("line {line}: `{cell}` is neither a layer number nor `{NONE}`")]
    Layer { line: usize, cell: String },
    #[error("line {line}: `{cell}` is not one crate name in backticks")]
    Crate { line: usize, cell: String },
    #[error("line {line}: `{cell}` is neither `{NONE}`, crate names in backticks, nor `layers a–b`")]
    Allowed { line: usize, cell: String },
    #[error("line {line}: {name} has a row already")]
    Twice { line: usize, name: String },
}

impl LayerTable {
    /// Reads the first table of `page` that has the four columns.
    ///
    /// # Errors
    ///
    /// [`TableError`] for a page without such a table and for the first row that cannot be read.
    pub(crate) fn parse(page: &str) -> Result<Self, TableError> {
        let mut lines = (1..)
            .zip(page.lines())
            .skip_while(|(_, line)| cells(line) != HEADER);
        // The header itself and the rule under it.
        if lines.by_ref().take(2).count() < 2 {
            return Err(TableError::Missing);
        }
        let mut rows: Vec<Row> = Vec::new();
        for (number, line) in lines.take_while(|(_, line)| line.starts_with('|')) {
            let row = Row::parse(number, line)?;
            if rows.iter().any(|other| other.name == row.name) {
                return Err(TableError::Twice {
                    line: number,
                    name: row.name,
                });
            }
            rows.push(row);
        }
        Ok(Self { rows })
    }

    /// The row of a crate.
    pub(crate) fn row(&self, name: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.name == name)
    }

    /// Whether `from` may depend on `to`; never for a crate without a row.
    pub(crate) fn allows(&self, from: &str, to: &str) -> bool {
        let (Some(from), Some(to)) = (self.row(from), self.row(to)) else {
            return false;
        };
        match &from.allowed {
            Allowed::Crates(names) => names.contains(&to.name),
            Allowed::Layers(layers) => to.layer.is_some_and(|layer| layers.contains(&layer)),
        }
    }
}

impl Row {
    fn parse(line: usize, text: &str) -> Result<Self, TableError> {
        let cells = cells(text);
        let [layer, name, _, allowed] = cells[..] else {
            return Err(TableError::Cells {
                line,
                found: cells.len(),
            });
        };
        Ok(Self {
            layer: parse_layer(layer).ok_or_else(|| TableError::Layer {
                line,
                cell: layer.to_owned(),
            })?,
            name: parse_name(name).ok_or_else(|| TableError::Crate {
                line,
                cell: name.to_owned(),
            })?,
            allowed: Allowed::parse(allowed).ok_or_else(|| TableError::Allowed {
                line,
                cell: allowed.to_owned(),
            })?,
        })
    }
}

impl Allowed {
    fn parse(cell: &str) -> Option<Self> {
        if cell == NONE {
            return Some(Self::Crates(BTreeSet::new()));
        }
        if let Some(range) = cell.strip_prefix("layers ") {
            let (first, last) = range.split_once('–')?;
            return Some(Self::Layers(first.parse().ok()?..=last.parse().ok()?));
        }
        let names = cell.split(',').map(|name| parse_name(name.trim()));
        names.collect::<Option<_>>().map(Self::Crates)
    }
}

fn parse_layer(cell: &str) -> Option<Option<u8>> {
    if cell == NONE {
        Some(None)
    } else {
        cell.parse().ok().map(Some)
    }
}

fn parse_name(cell: &str) -> Option<String> {
    let name = cell.strip_prefix('`')?.strip_suffix('`')?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    (!name.is_empty() && name.chars().all(is_name)).then(|| name.to_owned())
}

/// The trimmed cells of a table line; none for a line that is not one.
fn cells(line: &str) -> Vec<&str> {
    let inner = line
        .trim()
        .strip_prefix('|')
        .and_then(|line| line.strip_suffix('|'));
    inner.map_or_else(Vec::new, |inner| inner.split('|').map(str::trim).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "# Page\n\n| a | b |\n| --- | --- |\n| 0 | `not-this-one` |\n\n\
                        | layer | crate | owns | may depend on |\n| --- | --- | --- | --- |\n";

    fn parse(rows: &str) -> Result<LayerTable, TableError> {
        LayerTable::parse(&format!("{HEAD}{rows}\nafter\n| 9 | `nor-this` | x | – |\n"))
    }

    #[test]
    fn each_form_of_a_row_is_read() {
        let table = parse(
            "| 0 | `error` | failure | – |\n| 1 | `market` | bars | `error` |\n\
             | 2 | `spec` | words | `error`, `market` |\n| – | `tests` | `Valid<T>` and more | layers 0–1 |",
        )
        .unwrap();
        let names = |names: &[&str]| Allowed::Crates(names.iter().map(|&name| name.to_owned()).collect());
        let row = |layer, name: &str, allowed| Row {
            layer,
            name: name.to_owned(),
            allowed,
        };
        let expected = [
            row(Some(0), "error", names(&[])),
            row(Some(1), "market", names(&["error"])),
            row(Some(2), "spec", names(&["error", "market"])),
            row(None, "tests", Allowed::Layers(0..=1)),
        ];
        assert_eq!(table.rows, expected);
    }

    #[test]
    fn only_what_the_row_says_is_allowed() {
        let table = parse(
            "| 0 | `error` | x | – |\n| 1 | `market` | x | `error` |\n| 2 | `spec` | x | layers 0–1 |\n| – | `xtask` | x | – |",
        )
        .unwrap();
        let all = ["error", "market", "spec", "xtask", "unknown"];
        let edges = all.iter().flat_map(|from| all.iter().map(move |to| (*from, *to)));
        let allowed: Vec<_> = edges.filter(|(from, to)| table.allows(from, to)).collect();
        assert_eq!(
            allowed,
            [("market", "error"), ("spec", "error"), ("spec", "market")]
        );
    }

    #[test]
    fn what_cannot_be_read_is_refused_with_its_line() {
        let cell = String::from;
        let cases = [
            ("| 0 | `a` | x |", TableError::Cells { line: 9, found: 3 }),
            ("| 0 | `a` | x | y | – |", TableError::Cells { line: 9, found: 5 }),
            (
                "| zero | `a` | x | – |",
                TableError::Layer {
                    line: 9,
                    cell: cell("zero"),
                },
            ),
            (
                "| - | `a` | x | – |",
                TableError::Layer {
                    line: 9,
                    cell: cell("-"),
                },
            ),
            (
                "| 0 | a | x | – |",
                TableError::Crate {
                    line: 9,
                    cell: cell("a"),
                },
            ),
            (
                "| 0 | `` | x | – |",
                TableError::Crate {
                    line: 9,
                    cell: cell("``"),
                },
            ),
            (
                "| 0 | `a`, `b` | x | – |",
                TableError::Crate {
                    line: 9,
                    cell: cell("`a`, `b`"),
                },
            ),
            (
                "| 0 | `a` | x | |",
                TableError::Allowed {
                    line: 9,
                    cell: cell(""),
                },
            ),
            (
                "| 0 | `a` | x | all |",
                TableError::Allowed {
                    line: 9,
                    cell: cell("all"),
                },
            ),
            (
                "| 0 | `a` | x | `b` `c` |",
                TableError::Allowed {
                    line: 9,
                    cell: cell("`b` `c`"),
                },
            ),
            (
                "| 0 | `a` | x | layers 0-4 |",
                TableError::Allowed {
                    line: 9,
                    cell: cell("layers 0-4"),
                },
            ),
            (
                "| 0 | `a` | x | – |\n| 1 | `a` | x | – |",
                TableError::Twice {
                    line: 10,
                    name: cell("a"),
                },
            ),
        ];
        for (rows, expected) in cases {
            assert_eq!(parse(rows), Err(expected), "{rows}");
        }
    }

    #[test]
    fn a_page_without_the_table_is_refused() {
        for page in [
            "",
            "| layer | crate | owns |\n| --- | --- | --- |",
            "| layer | crate | owns | may depend on |",
        ] {
            assert_eq!(LayerTable::parse(page), Err(TableError::Missing), "{page}");
        }
    }
}

//! Which of the rows of a JSON text are bars, and what their columns are.

use std::{borrow::Cow, cmp::Reverse, collections::BTreeMap};

use crate::{
    dialect::{Kind, names_prices},
    text::JsonRow,
};

/// How the rows of a JSON text are told from what stands around them.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct JsonShape {
    /// The names of the columns, if the rows name them.
    pub(super) names: Option<Vec<String>>,
    /// Cells in a row.
    pub(super) width: usize,
    /// Whether the key of a row is its time.
    timed: bool,
}

impl JsonShape {
    /// What most of the first rows look like; `None` if there are none.
    pub(super) fn find(first: &[JsonRow]) -> Option<Self> {
        let shape = |row: &JsonRow| (row.keys.clone(), row.cells.len());
        // How many rows have a shape, and the first of them: of two that are as frequent the earlier is taken.
        let mut counts: BTreeMap<_, (usize, Reverse<usize>)> = BTreeMap::new();
        for (index, row) in first.iter().enumerate() {
            counts.entry(shape(row)).or_insert((0, Reverse(index))).0 += 1;
        }
        let ((keys, width), (_, Reverse(typical))) = counts.into_iter().max_by_key(|(_, count)| *count)?;
        let typical = first.get(typical)?;
        let is_time = |key: &String| matches!(Kind::of(key), Kind::Stamp | Kind::Date | Kind::Epoch);
        let timed = typical.key.as_ref().is_some_and(is_time);
        let time = timed.then(|| "time".to_owned());
        Some(Self {
            names: keys.map(|keys| time.into_iter().chain(keys).collect()),
            width: width + usize::from(timed),
            timed,
        })
    }

    /// Whether a row is something else than a bar, such as what stands in front of them about their market.
    pub(super) fn is_foreign(&self, row: &JsonRow) -> bool {
        match (&self.names, &row.keys) {
            (Some(names), Some(keys)) => !keys.iter().any(|key| names.contains(key)),
            (None, None) => row.cells.len() + usize::from(self.timed) != self.width,
            _ => true,
        }
    }

    /// The cells of a row in the order of the names; what a row has not is missing.
    pub(super) fn cells<'a>(&self, row: &'a JsonRow) -> Cow<'a, [String]> {
        let key = || row.key.clone().unwrap_or_default();
        match (&self.names, &row.keys) {
            (Some(names), Some(keys)) if self.timed || keys != names => names
                .iter()
                .enumerate()
                .map(|(index, name)| {
                    if self.timed && index == 0 {
                        return key();
                    }
                    let at = keys.iter().position(|key| key == name);
                    at.and_then(|at| row.cells.get(at)).cloned().unwrap_or_default()
                })
                .collect(),
            (None, _) if self.timed => std::iter::once(key()).chain(row.cells.iter().cloned()).collect(),
            _ => Cow::Borrowed(&row.cells),
        }
    }
}

/// The rows of a text whose arrays are columns (`{"t": […], "o": […]}`), if that is what it holds.
pub(super) fn rows_of_columns(arrays: &[JsonRow]) -> Option<Vec<JsonRow>> {
    let columns: Vec<(&String, &[String])> = arrays
        .iter()
        .filter(|array| array.keys.is_none())
        .filter_map(|array| Some((array.key.as_ref()?, array.cells.as_slice())))
        .collect();
    let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
    let height = names_prices(&names).and_then(|open| Some(columns.get(open)?.1.len()))?;
    let columns: Vec<_> = columns
        .into_iter()
        .filter(|(_, cells)| cells.len() == height)
        .collect();
    let keys: Vec<String> = columns.iter().map(|(name, _)| (*name).clone()).collect();
    let row = |index: usize| JsonRow {
        key: None,
        keys: Some(keys.clone()),
        cells: columns.iter().map(|(_, cells)| cells[index].clone()).collect(),
    };
    Some((0..height).map(row).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(key: Option<&str>, keys: &[&str], cells: &[&str]) -> JsonRow {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        JsonRow {
            key: key.map(str::to_owned),
            keys: (!keys.is_empty()).then(|| owned(keys)),
            cells: owned(cells),
        }
    }

    #[test]
    fn what_most_rows_look_like_is_a_bar() {
        let about = row(Some("Meta Data"), &["Symbol", "Zone"], &["IBM", "x"]);
        let bar = |day: &str| row(Some(day), &["1. open", "4. close"], &["1", "2"]);
        let first = [about.clone(), bar("2019-01-03"), bar("2019-01-02")];
        let shape = JsonShape::find(&first).unwrap();
        assert_eq!(shape.names.as_deref().unwrap(), ["time", "1. open", "4. close"]);
        assert_eq!(shape.width, 3);
        assert!(shape.is_foreign(&about) && !shape.is_foreign(&first[1]));
        assert_eq!(*shape.cells(&first[1]), ["2019-01-03", "1", "2"]);
        // One that lacks a value is still one.
        let part = row(Some("2019-01-01"), &["4. close"], &["2"]);
        assert!(!shape.is_foreign(&part));
        assert_eq!(*shape.cells(&part), ["2019-01-01", "", "2"]);
        assert_eq!(JsonShape::find(&[]), None);
    }

    #[test]
    fn arrays_that_are_columns_become_rows() {
        let column = |key: &str, cells: &[&str]| row(Some(key), &[], cells);
        let arrays = [
            column("t", &["10", "20"]),
            column("o", &["1", "2"]),
            column("h", &["3", "4"]),
            column("l", &["1", "2"]),
            column("c", &["3", "4"]),
            column("ranges", &["1d", "5d", "1mo"]),
        ];
        let rows = rows_of_columns(&arrays).unwrap();
        assert_eq!(
            rows[1],
            row(None, &["t", "o", "h", "l", "c"], &["20", "2", "4", "2", "4"])
        );
        assert_eq!(rows.len(), 2);
        assert_eq!(rows_of_columns(&arrays[..3]), None);
    }
}

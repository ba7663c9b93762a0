//! What the columns hold, in the caller's words.

use threadx_error::DataError;

use super::header::Role;

/// What the columns of a file hold, from left to right, as a list such as `time,open,high,low,close,-,volume`.
///
/// Known are `time`, `close_time`, `open`, `high`, `low`, `close`, `volume`, `symbol`, and `-` for a column
/// that is left out; columns behind the list are left out too. Two columns named `time` are a date and a
/// clock time.
///
/// ```
/// use threadx_data::ColumnList;
///
/// assert!("time,low,high,open,close,volume".parse::<ColumnList>().is_ok());
/// let error = "time,open,close".parse::<ColumnList>().unwrap_err();
/// assert!(error.to_string().contains("high"), "{error}");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnList {
    pub(crate) roles: Vec<Option<Role>>,
}

/// The words of the list.
const WORDS: [(&str, Role); 8] = [
    ("time", Role::Time),
    ("close_time", Role::CloseTime),
    ("open", Role::Open),
    ("high", Role::High),
    ("low", Role::Low),
    ("close", Role::Close),
    ("volume", Role::Volume),
    ("symbol", Role::Symbol),
];

impl std::str::FromStr for ColumnList {
    type Err = DataError;

    fn from_str(text: &str) -> Result<Self, DataError> {
        let refuse = |why: String| DataError::Columns {
            text: text.to_owned(),
            why,
        };
        let mut roles = Vec::new();
        for word in text.split(',').map(str::trim) {
            let role = WORDS
                .iter()
                .find(|(name, _)| *name == word)
                .map(|(_, role)| *role);
            if role.is_none() && word != "-" {
                let names: Vec<_> = WORDS.iter().map(|(name, _)| *name).collect();
                return Err(refuse(format!(
                    "expected {} or -, got {word:?}",
                    names.join(", ")
                )));
            }
            roles.push(role);
        }
        let count = |role| roles.iter().filter(|held| **held == Some(role)).count();
        for (name, role) in WORDS {
            let (least, most) = match role {
                Role::Time if count(Role::CloseTime) == 0 => (1, 2),
                Role::Time => (0, 0),
                Role::Open | Role::High | Role::Low | Role::Close => (1, 1),
                _ => (0, 1),
            };
            if count(role) < least {
                return Err(refuse(format!("{name} is missing")));
            }
            if count(role) > most {
                return Err(refuse(format!("{name} is named too often")));
            }
        }
        Ok(Self { roles })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_and_checked() {
        let check = |text: &str, expect: Result<usize, &str>| {
            let got = text.parse::<ColumnList>();
            match (got, expect) {
                (Ok(list), Ok(len)) => assert_eq!(list.roles.len(), len, "{text:?}"),
                (Err(error), Err(part)) => assert!(error.to_string().contains(part), "{error}"),
                (got, _) => panic!("{text:?}: {got:?}"),
            }
        };
        check("time,open,high,low,close", Ok(5));
        check("time, time, open,high,low,close,-,volume", Ok(8));
        check("-,open,high,low,close,volume,close_time", Ok(7));
        check("time,open,high,low", Err("close is missing"));
        check("open,high,low,close", Err("time is missing"));
        check("time,open,open,high,low,close", Err("open is named too often"));
        check(
            "time,open,high,low,close,close_time",
            Err("time is named too often"),
        );
        check("date,open,high,low,close", Err("expected time, close_time"));
        check("", Err("got \"\""));
    }
}

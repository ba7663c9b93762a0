//! Names near to one that is not known.

/// The known names nearest to `name`, best first, at most three; none if nothing is near.
///
/// Case is ignored. A name is near if at least half of its letters would stay
/// (Damerau–Levenshtein similarity of 0.5 or more).
///
/// ```
/// let known = ["fast_period", "slow_period", "kind"];
/// assert_eq!(threadx_error::nearest("fast_perod", known), ["fast_period", "slow_period"]);
/// assert!(threadx_error::nearest("zzz", known).is_empty());
/// ```
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let name = name.to_lowercase();
    let mut scored: Vec<(f64, &str)> = known
        .into_iter()
        .map(|known| {
            (
                strsim::normalized_damerau_levenshtein(&name, &known.to_lowercase()),
                known,
            )
        })
        .filter(|(score, _)| *score >= 0.5)
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    scored
        .into_iter()
        .take(3)
        .map(|(_, known)| known.to_owned())
        .collect()
}

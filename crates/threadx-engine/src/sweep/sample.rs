//! Drawing combinations.

use std::collections::BTreeSet;

/// `n` different numbers below `total`, ascending, the same for the same seed on every machine.
///
/// Floyd's algorithm (Bentley and Floyd, "Programming Pearls: A Sample of Brilliance", 1987) over `SplitMix64`.
pub(super) fn sample(total: u64, n: u64, seed: u64) -> Vec<u64> {
    let mut state = seed;
    let mut drawn = BTreeSet::new();
    for last in total - n.min(total)..total {
        let candidate = below(&mut state, last + 1);
        if !drawn.insert(candidate) {
            drawn.insert(last);
        }
    }
    drawn.into_iter().collect()
}

/// A number below `bound`, without bias (Lemire, "Fast Random Integer Generation in an Interval", 2019).
fn below(state: &mut u64, bound: u64) -> u64 {
    let threshold = bound.wrapping_neg() % bound;
    loop {
        let product = u128::from(split_mix(state)) * u128::from(bound);
        if product as u64 >= threshold {
            return (product >> 64) as u64;
        }
    }
}

/// `SplitMix64` (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", 2014).
fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn draws_different_numbers_below_the_total(total in 1u64..5000, share in 0.0f64..=1.0, seed: u64) {
            let n = (total as f64 * share) as u64;
            let drawn = sample(total, n, seed);
            prop_assert_eq!(drawn.len() as u64, n);
            prop_assert!(drawn.windows(2).all(|pair| pair[0] < pair[1]));
            prop_assert!(drawn.iter().all(|one| *one < total));
            prop_assert_eq!(sample(total, n, seed), drawn);
        }
    }

    #[test]
    fn the_generator_is_that_of_the_paper() {
        let mut state = 1_234_567;
        let first: Vec<u64> = (0..3).map(|_| split_mix(&mut state)).collect();
        assert_eq!(
            first,
            [
                6_457_827_717_110_365_317,
                3_203_168_211_198_807_973,
                9_817_491_932_198_370_423
            ]
        );
    }
}

//! Drawing combinations.

use std::collections::BTreeSet;

use threadx_spec::SampleMethod;

/// Points of the Sobol sequence that there are.
const SOBOL_MAX: u64 = 1 << 16;

/// At most `n` different combinations of axes with these numbers of values, ascending, the same for the same seed on
/// every machine.
pub(super) fn sample(method: SampleMethod, lengths: &[u64], n: u64, seed: u64) -> Vec<u64> {
    match method {
        SampleMethod::Random => uniform(lengths.iter().product(), n, seed),
        SampleMethod::LatinHypercube => latin_hypercube(lengths, n, seed),
        SampleMethod::Sobol => sobol(lengths, n, seed),
    }
}

/// Floyd's algorithm (Bentley and Floyd, "Programming Pearls: A Sample of Brilliance", 1987) over `SplitMix64`.
fn uniform(total: u64, n: u64, seed: u64) -> Vec<u64> {
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

/// Each axis is cut into `n` strata of equal length; draw k takes the stratum of each axis that a random permutation
/// of its own gives it (`McKay`, Beckman and Conover, "A Comparison of Three Methods for Selecting Values of Input
/// Variables", 1979), at its middle.
fn latin_hypercube(lengths: &[u64], n: u64, seed: u64) -> Vec<u64> {
    let mut state = seed;
    let mut combinations = vec![0u64; usize::try_from(n).unwrap_or(usize::MAX)];
    let mut strata: Vec<u64> = (0..n).collect();
    for &length in lengths {
        // Fisher and Yates.
        for last in (1..strata.len()).rev() {
            let other = below(&mut state, last as u64 + 1);
            strata.swap(last, other as usize);
        }
        for (combination, stratum) in combinations.iter_mut().zip(&strata) {
            // floor((stratum + ½)/n · length) in whole numbers.
            let index = (u128::from(2 * stratum + 1) * u128::from(length)) / (2 * u128::from(n));
            *combination = *combination * length + index as u64;
        }
    }
    distinct(combinations)
}

/// The first points of an Owen-scrambled Sobol sequence, one dimension an axis, until `n` different combinations were
/// drawn or the sequence is at its end.
fn sobol(lengths: &[u64], n: u64, seed: u64) -> Vec<u64> {
    // Both halves of the seed count.
    let seed = (seed ^ (seed >> 32)) as u32;
    let mut drawn = BTreeSet::new();
    for point in 0..SOBOL_MAX as u32 {
        if drawn.len() as u64 >= n {
            break;
        }
        let combination = (0u32..)
            .zip(lengths)
            .fold(0, |combination, (dimension, &length)| {
                // Dimensions beyond the sequence's are scrambled apart by a seed of their own.
                let block = dimension / sobol_burley::NUM_DIMENSIONS;
                let at = sobol_burley::sample(
                    point,
                    dimension % sobol_burley::NUM_DIMENSIONS,
                    seed.wrapping_add(block.wrapping_mul(0x9E37_79B9)),
                );
                let index = (f64::from(at) * length as f64) as u64;
                combination * length + index.min(length - 1)
            });
        drawn.insert(combination);
    }
    drawn.into_iter().collect()
}

fn distinct(mut combinations: Vec<u64>) -> Vec<u64> {
    combinations.sort_unstable();
    combinations.dedup();
    combinations
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
    use SampleMethod::{LatinHypercube, Random, Sobol};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn draws_different_combinations_by_the_seed(
            lengths in prop::collection::vec(1u64..12, 1..5),
            share in 0.0f64..=1.0,
            seed: u64,
        ) {
            let total: u64 = lengths.iter().product();
            let n = (total as f64 * share) as u64;
            for method in [Random, LatinHypercube, Sobol] {
                let drawn = sample(method, &lengths, n, seed);
                prop_assert!(drawn.len() as u64 <= n);
                prop_assert!(method != Random || drawn.len() as u64 == n);
                prop_assert!(drawn.windows(2).all(|pair| pair[0] < pair[1]));
                prop_assert!(drawn.iter().all(|one| *one < total));
                prop_assert_eq!(sample(method, &lengths, n, seed), drawn);
            }
        }

        /// With as many strata as an axis has values, each value is drawn once.
        #[test]
        fn a_latin_hypercube_draws_every_value_of_every_axis(n in 1u64..60, seed: u64) {
            let drawn = latin_hypercube(&[n, n, n], n, seed);
            for axis in [1, n, n * n] {
                let values: BTreeSet<u64> = drawn.iter().map(|combination| combination / axis % n).collect();
                prop_assert_eq!(values.len() as u64, n);
            }
        }

        /// The property that defines the sequence's first two dimensions: of its first 64 points, one lies in each
        /// of the 8 × 8 squares.
        #[test]
        fn a_sobol_sample_is_even_over_two_axes(seed: u64) {
            let drawn = sobol(&[8, 8], 64, seed);
            prop_assert_eq!(drawn, (0..64).collect::<Vec<_>>());
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

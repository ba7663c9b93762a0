//! Sums in a fixed order that vector units can follow.

/// Partial sums that run side by side.
pub(super) const LANES: usize = 8;

/// Σ term(v) over the values.
///
/// Value i goes to partial sum i mod 8, and the eight are added at the end. The order is part of the
/// code, so a target with wide registers and one without give the same bits.
#[inline(always)]
pub(super) fn sum(values: &[f64], term: impl Fn(f64) -> f64) -> f64 {
    let [sum] = sums(values, |values| [each(values, &term)]);
    sum
}

/// Several sums at once, each the bits of [`sum`]: an addition waits for the one before it of its own sum only.
///
/// `terms` makes eight terms of each sum from eight values.
#[inline(always)]
pub(super) fn sums<const N: usize>(
    values: &[f64],
    terms: impl Fn([f64; LANES]) -> [[f64; LANES]; N],
) -> [f64; N] {
    let mut partial = [[0.0; LANES]; N];
    let (chunks, rest) = values.as_chunks::<LANES>();
    for chunk in chunks {
        for (partial, terms) in partial.iter_mut().zip(terms(*chunk)) {
            for (partial, term) in partial.iter_mut().zip(terms) {
                *partial += term;
            }
        }
    }
    if !rest.is_empty() {
        let mut padded = [0.0; LANES];
        padded[..rest.len()].copy_from_slice(rest);
        for (partial, terms) in partial.iter_mut().zip(terms(padded)) {
            for (partial, term) in partial.iter_mut().zip(terms).take(rest.len()) {
                *partial += term;
            }
        }
    }
    partial.map(|[a, b, c, d, e, f, g, h]| ((a + b) + (c + d)) + ((e + f) + (g + h)))
}

/// f of eight values: `array::map` is not always put where it is used, and then nothing runs side by side.
#[inline(always)]
pub(super) fn each(values: [f64; LANES], f: impl Fn(f64) -> f64) -> [f64; LANES] {
    let mut results = values;
    for value in &mut results {
        *value = f(*value);
    }
    results
}

/// The products of two times eight values.
#[inline(always)]
pub(super) fn times(a: [f64; LANES], b: [f64; LANES]) -> [f64; LANES] {
    let mut products = a;
    for (product, b) in products.iter_mut().zip(b) {
        *product *= b;
    }
    products
}

/// The largest term(v) over the values, `floor` if none is above it.
#[inline(always)]
pub(super) fn max(values: &[f64], floor: f64, term: impl Fn(f64) -> f64) -> f64 {
    let mut partial = [floor; LANES];
    let larger = |so_far: f64, value: f64| if value > so_far { value } else { so_far };
    let (chunks, rest) = values.as_chunks::<LANES>();
    for chunk in chunks {
        for (partial, value) in partial.iter_mut().zip(chunk) {
            *partial = larger(*partial, term(*value));
        }
    }
    for (partial, value) in partial.iter_mut().zip(rest) {
        *partial = larger(*partial, term(*value));
    }
    partial.into_iter().fold(floor, larger)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_counts_once() {
        for len in 0..40 {
            let values: Vec<f64> = (1..=len).map(f64::from).collect();
            assert_eq!(
                sum(&values, |value| value * value),
                f64::from(len * (len + 1) * (2 * len + 1) / 6)
            );
            assert_eq!(max(&values, 0.5, |value| value), f64::from(len).max(0.5));
            for shift in 0..values.len() {
                let mut rotated = values.clone();
                rotated.rotate_left(shift);
                assert_eq!(max(&rotated, 0.5, |value| value), f64::from(len));
                assert_eq!(max(&rotated, -9e9, |value| -value), -1.0);
            }
        }
    }
}

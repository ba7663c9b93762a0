//! Sums in a fixed order that vector units can follow.

/// Partial sums that run side by side.
const LANES: usize = 8;

/// Σ term(v) over the values.
///
/// Value i goes to partial sum i mod 8, and the eight are added at the end. The order is part of the
/// code, so a target with wide registers and one without give the same bits.
#[inline(always)]
pub(super) fn sum(values: &[f64], term: impl Fn(f64) -> f64) -> f64 {
    let mut partial = [0.0; LANES];
    let (chunks, rest) = values.as_chunks::<LANES>();
    for chunk in chunks {
        for (partial, value) in partial.iter_mut().zip(chunk) {
            *partial += term(*value);
        }
    }
    for (partial, value) in partial.iter_mut().zip(rest) {
        *partial += term(*value);
    }
    let [a, b, c, d, e, f, g, h] = partial;
    ((a + b) + (c + d)) + ((e + f) + (g + h))
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

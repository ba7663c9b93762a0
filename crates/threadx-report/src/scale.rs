//! From values to places in a picture.

/// Maps a range of values to a range of places, linearly.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scale {
    low: f64,
    high: f64,
    /// Place of the lowest value.
    from: f64,
    /// Place of the highest value.
    to: f64,
}

impl Scale {
    /// The scale on which all finite `values` lie between `from` and `to`, with a margin of a twentieth.
    pub(crate) fn of(values: impl Iterator<Item = f64>, from: f64, to: f64) -> Self {
        let (low, high) = values
            .filter(|value| value.is_finite())
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
                (low.min(value), high.max(value))
            });
        let (low, high) = if low <= high { (low, high) } else { (0.0, 1.0) };
        // Halves, so that the difference of extremes does not leave the range of an f64.
        let margin = (high / 2.0 - low / 2.0) / 10.0;
        let margin = if margin > 0.0 { margin } else { 0.5 };
        Self {
            low: low - margin,
            high: high + margin,
            from,
            to,
        }
    }

    /// The place of a value, kept within the picture.
    pub(crate) fn place(&self, value: f64) -> f64 {
        let share = (value / 2.0 - self.low / 2.0) / (self.high / 2.0 - self.low / 2.0);
        let share = if share.is_nan() {
            0.5
        } else {
            share.clamp(-0.5, 1.5)
        };
        self.from + share * (self.to - self.from)
    }

    /// Round values on the scale, about `count` of them.
    pub(crate) fn ticks(&self, count: usize) -> Vec<f64> {
        let rough = (self.high / 2.0 - self.low / 2.0) * 2.0 / count.max(1) as f64;
        if !rough.is_finite() || rough <= 0.0 {
            return Vec::new();
        }
        let unit = 10f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0]
            .into_iter()
            .map(|factor| factor * unit)
            .find(|step| *step >= rough)
            .unwrap_or(10.0 * unit);
        let first = (self.low / step).ceil();
        (0..2 * count)
            .map(|n| (first + n as f64) * step)
            .take_while(|value| *value <= self.high)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_has_a_place_and_round_ones_a_tick() {
        let scale = Scale::of([100.0, 200.0].into_iter(), 300.0, 0.0);
        assert!(scale.place(100.0) > scale.place(200.0));
        assert_eq!(scale.ticks(5), [100.0, 150.0, 200.0]);
        for values in [vec![], vec![5.0], vec![f64::NAN], vec![f64::MAX, f64::MIN]] {
            let scale = Scale::of(values.iter().copied(), 10.0, 0.0);
            assert!(scale.place(values.first().copied().unwrap_or(0.0)).is_finite());
            assert!(scale.ticks(5).len() <= 10);
        }
    }
}

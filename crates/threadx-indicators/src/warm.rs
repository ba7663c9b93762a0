//! The warm-up of an incremental form.

/// Counts down the values of a warm-up.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Warm {
    left: usize,
}

impl Warm {
    /// Values are absent for the first `values`.
    pub(crate) const fn after(values: usize) -> Self {
        Self { left: values }
    }

    /// Counts one value; whether it lies after the warm-up.
    pub(crate) fn tick(&mut self) -> bool {
        let warm = self.left == 0;
        self.left = self.left.saturating_sub(1);
        warm
    }

    /// Counts one value; `value()` if it lies after the warm-up.
    pub(crate) fn then<T>(&mut self, value: impl FnOnce() -> T) -> Option<T> {
        self.tick().then(value)
    }
}

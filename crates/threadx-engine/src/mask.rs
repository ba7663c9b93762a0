//! One bit per bar.

/// One bit per bar, 64 bars a word, lowest bit first.
///
/// ```
/// use threadx_engine::Mask;
///
/// let mut mask = Mask::new(100);
/// mask.set(3);
/// mask.set(64);
/// assert_eq!(mask.iter().collect::<Vec<_>>(), [3, 64]);
/// assert!(mask.get(64) && !mask.get(65) && !mask.get(1000));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mask {
    /// Bits at and beyond `len` are 0.
    words: Vec<u64>,
    len: usize,
}

impl Mask {
    /// `len` bars, none set.
    #[must_use]
    pub fn new(len: usize) -> Self {
        Self {
            words: vec![0; len.div_ceil(64)],
            len,
        }
    }

    /// The mask of these words, lowest bit first, cut to `len` bars; missing words are 0.
    #[must_use]
    pub fn from_words(mut words: Vec<u64>, len: usize) -> Self {
        words.resize(len.div_ceil(64), 0);
        if let (Some(last), rest @ 1..) = (words.last_mut(), len % 64) {
            *last &= u64::MAX >> (64 - rest);
        }
        Self { words, len }
    }

    /// The mask of the bars for which `set` is true.
    #[must_use]
    pub fn from_fn(len: usize, mut set: impl FnMut(usize) -> bool) -> Self {
        let mut mask = Self::new(len);
        for index in 0..len {
            if set(index) {
                mask.set(index);
            }
        }
        mask
    }

    /// Number of bars.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are no bars.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Whether bar `index` is set; false beyond the end.
    #[must_use]
    pub fn get(&self, index: usize) -> bool {
        self.words
            .get(index / 64)
            .is_some_and(|word| word >> (index % 64) & 1 == 1)
    }

    /// Sets bar `index`; does nothing beyond the end.
    pub fn set(&mut self, index: usize) {
        if index < self.len {
            self.words[index / 64] |= 1 << (index % 64);
        }
    }

    /// The words, lowest bit first; bits beyond the last bar are 0.
    #[must_use]
    pub fn words(&self) -> &[u64] {
        &self.words
    }

    /// Number of bars that are set.
    #[must_use]
    pub fn count(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// The bars that are set, in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.words.iter().enumerate().flat_map(|(position, &word)| {
            std::iter::successors((word != 0).then_some(word), |word| {
                let rest = word & (word - 1);
                (rest != 0).then_some(rest)
            })
            .map(move |word| position * 64 + word.trailing_zeros() as usize)
        })
    }

    /// The first bar from `from` on that is set.
    #[must_use]
    pub fn next_set(&self, from: usize) -> Option<usize> {
        let first = self.words.get(from / 64)? & (u64::MAX << (from % 64));
        let rest = self.words[from / 64 + 1..].iter().copied();
        std::iter::once(first)
            .chain(rest)
            .position(|word| word != 0)
            .map(|skipped| {
                let word = from / 64 + skipped;
                let bits = if skipped == 0 { first } else { self.words[word] };
                word * 64 + bits.trailing_zeros() as usize
            })
    }

    /// The bars that are set in `self` and not in `other`; both have the same length.
    #[must_use]
    pub fn and_not(&self, other: &Self) -> Self {
        let words = self
            .words
            .iter()
            .enumerate()
            .map(|(position, word)| word & !other.words.get(position).copied().unwrap_or(0))
            .collect();
        Self { words, len: self.len }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_mask_is_the_vector_of_its_bits(bits in proptest::collection::vec(any::<bool>(), 0..300), index in 0usize..400) {
            let mask = Mask::from_fn(bits.len(), |index| bits[index]);
            prop_assert_eq!(mask.len(), bits.len());
            prop_assert_eq!(mask.get(index), bits.get(index).copied().unwrap_or(false));
            prop_assert_eq!(mask.count(), bits.iter().filter(|bit| **bit).count());
            let ones: Vec<usize> = bits.iter().enumerate().filter(|(_, bit)| **bit).map(|(index, _)| index).collect();
            prop_assert_eq!(mask.next_set(index), ones.iter().copied().find(|one| *one >= index));
            prop_assert_eq!(mask.iter().collect::<Vec<_>>(), ones);
            prop_assert_eq!(Mask::from_words(mask.words().to_vec(), bits.len()), mask.clone());
            prop_assert_eq!(Mask::from_words(vec![u64::MAX; 9], bits.len()).count(), bits.len());
            prop_assert_eq!(mask.and_not(&mask).count(), 0);
        }
    }
}

//! Numbered places that are used again.

use std::marker::PhantomData;

/// The number of a place of a [`Slab`]; it never names a later tenant of the same place.
///
/// `K` is a marker that keeps the keys of different slabs apart.
pub(crate) struct Key<K> {
    index: u32,
    generation: u32,
    of: PhantomData<fn() -> K>,
}

impl<K> Clone for Key<K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K> Copy for Key<K> {}

impl<K> PartialEq for Key<K> {
    fn eq(&self, other: &Self) -> bool {
        (self.index, self.generation) == (other.index, other.generation)
    }
}

impl<K> Eq for Key<K> {}

impl<K> std::fmt::Debug for Key<K> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.index, self.generation)
    }
}

#[derive(Debug)]
struct Place<T> {
    generation: u32,
    tenant: Option<T>,
}

/// Numbered places that are used again: insertion, look-up and removal in constant time, memory for
/// as many tenants as ever were there at once.
#[derive(Debug)]
pub(crate) struct Slab<K, T> {
    places: Vec<Place<T>>,
    free: Vec<u32>,
    keys: PhantomData<fn() -> K>,
}

impl<K, T> Slab<K, T> {
    pub(crate) const fn new() -> Self {
        Self {
            places: Vec::new(),
            free: Vec::new(),
            keys: PhantomData,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.places.len() - self.free.len()
    }

    /// How many more tenants there are numbers for.
    pub(crate) fn room(&self) -> usize {
        (u32::MAX as usize).saturating_sub(self.len())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The key of the new tenant; `tenant` comes back if all `u32::MAX` places are taken.
    pub(crate) fn insert(&mut self, tenant: T) -> Result<Key<K>, T> {
        if let Some(index) = self.free.pop()
            && let Some(place) = self.places.get_mut(index as usize)
        {
            place.tenant = Some(tenant);
            return Ok(Key::new(index, place.generation));
        }
        let Ok(index) = u32::try_from(self.places.len()) else {
            return Err(tenant);
        };
        self.places.push(Place {
            generation: 0,
            tenant: Some(tenant),
        });
        Ok(Key::new(index, 0))
    }

    pub(crate) fn get_mut(&mut self, key: Key<K>) -> Option<&mut T> {
        self.places
            .get_mut(key.index as usize)
            .filter(|place| place.generation == key.generation)
            .and_then(|place| place.tenant.as_mut())
    }

    pub(crate) fn get(&self, key: Key<K>) -> Option<&T> {
        self.places
            .get(key.index as usize)
            .filter(|place| place.generation == key.generation)
            .and_then(|place| place.tenant.as_ref())
    }

    pub(crate) fn remove(&mut self, key: Key<K>) -> Option<T> {
        let place = self
            .places
            .get_mut(key.index as usize)
            .filter(|place| place.generation == key.generation)?;
        let tenant = place.tenant.take()?;
        // Four thousand million tenants later a number could come back; nothing holds a key that long
        // except a handle, whose task has ended long since and which asks its cell first.
        place.generation = place.generation.wrapping_add(1);
        self.free.push(key.index);
        Some(tenant)
    }

    /// The tenants in the order of their places.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Key<K>, &T)> {
        self.places.iter().zip(0..).filter_map(|(place, index)| {
            let tenant = place.tenant.as_ref()?;
            Some((Key::new(index, place.generation), tenant))
        })
    }

    /// The keys of the tenants that `wanted` picks, in the order of their places.
    pub(crate) fn keys_of(&self, wanted: impl Fn(&T) -> bool) -> Vec<Key<K>> {
        self.iter()
            .filter(|(_, tenant)| wanted(tenant))
            .map(|(key, _)| key)
            .collect()
    }
}

impl<K> Key<K> {
    /// The key as a number, for a place without a lock.
    pub(crate) const fn to_bits(self) -> u64 {
        (self.generation as u64) << 32 | self.index as u64
    }

    #[expect(clippy::cast_possible_truncation, reason = "the two halves are taken apart")]
    pub(crate) const fn from_bits(bits: u64) -> Self {
        Self::new(bits as u32, (bits >> 32) as u32)
    }

    const fn new(index: u32, generation: u32) -> Self {
        Self {
            index,
            generation,
            of: PhantomData,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Slab;

    #[test]
    fn a_key_never_names_a_later_tenant() {
        let mut slab: Slab<(), &str> = Slab::new();
        let first = slab.insert("first").unwrap();
        assert_eq!(slab.remove(first), Some("first"));
        let second = slab.insert("second").unwrap();
        assert_eq!(slab.get(first), None);
        assert_eq!(slab.remove(first), None);
        assert_eq!(slab.get_mut(second), Some(&mut "second"));
        assert_eq!((slab.len(), slab.places.len()), (1, 1));
    }
}

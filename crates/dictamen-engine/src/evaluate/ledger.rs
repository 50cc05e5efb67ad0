//! Places that a run fills one after another.
//!
//! There are as many as the policy can fill, so that a loop over them need not ask for room.

use std::slice;

/// Places, of which the first are filled.
#[derive(Debug)]
pub(super) struct Ledger<T> {
    places: Vec<T>,
    filled: usize,
}

impl<T> Default for Ledger<T> {
    fn default() -> Self {
        Self {
            places: Vec::new(),
            filled: 0,
        }
    }
}

impl<T: Clone> Ledger<T> {
    /// Makes room, with something to stand in a place that is not filled.
    pub(super) fn make_room(&mut self, places: usize, blank: T) {
        self.places.resize(places.max(self.places.len()), blank);
    }

    pub(super) fn clear(&mut self) {
        self.filled = 0;
    }

    pub(super) fn len(&self) -> usize {
        self.filled
    }

    /// Fills the next place.
    #[inline]
    pub(super) fn push(&mut self, value: T) {
        match self.places.get_mut(self.filled) {
            Some(place) => *place = value,
            None => self.places.push(value),
        }
        self.filled = self.filled.wrapping_add(1);
    }

    /// The places that are free; [`fill`](Self::fill) then says how many were filled.
    #[inline]
    pub(super) fn free(&mut self) -> slice::IterMut<'_, T> {
        self.places
            .get_mut(self.filled..)
            .unwrap_or_default()
            .iter_mut()
    }

    #[inline]
    pub(super) fn fill(&mut self, places: usize) {
        self.filled = self.filled.saturating_add(places).min(self.places.len());
    }

    /// What was filled in.
    pub(super) fn filled(&self) -> &[T] {
        self.places.get(..self.filled).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_filled_in_order_and_again() {
        let mut ledger = Ledger::default();
        ledger.make_room(2, 0);
        for _ in 0..2 {
            ledger.push(1);
            let mut free = ledger.free();
            *free.next().unwrap() = 2;
            assert!(free.next().is_none());
            ledger.fill(1);
            assert_eq!(ledger.filled(), [1, 2]);
            ledger.clear();
        }
        for value in 0..4 {
            ledger.push(value);
        }
        assert_eq!(ledger.filled(), [0, 1, 2, 3]);
        ledger.fill(9);
        assert_eq!(ledger.len(), 4);
    }
}

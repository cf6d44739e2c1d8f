//! Code of an application that panics.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

/// How often code that is called is still to panic. Clones count together.
#[derive(Clone, Debug)]
pub struct Panics(Arc<AtomicU32>);

impl Panics {
    /// Begins without.
    #[must_use]
    pub fn none() -> Self {
        Self(Arc::default())
    }

    /// Has the next so many calls panic.
    pub fn set(&self, times: u32) {
        self.0.store(times, Ordering::Relaxed);
    }

    /// Returns how many have not come yet.
    #[must_use]
    pub fn left(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }

    /// Is called by the code.
    pub fn next(&self) {
        let less = |times: u32| times.checked_sub(1);
        let is_to_panic = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).is_ok();
        assert!(!is_to_panic, "as told");
    }
}

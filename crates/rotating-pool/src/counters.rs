//! What has happened to a pool's connections.

use std::sync::atomic::{AtomicU64, Ordering};

/// What has happened since the pool was made.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Counters {
    /// Logins that were put in the place of another.
    pub swapped: u64,
    /// Connections of old logins that were replaced when nobody used them.
    pub drained: u64,
    /// Connections of old logins that were in use until the login's end, and were ended.
    pub drained_late: u64,
    /// Connections that were closed because their login was gone.
    pub poisoned: u64,
    /// Connections that were being opened with an old login during a swap, and were opened again.
    pub straddled: u64,
}

#[derive(Default)]
pub(crate) struct Counts {
    pub(crate) swapped: Count,
    pub(crate) drained: Count,
    pub(crate) drained_late: Count,
    pub(crate) poisoned: Count,
    pub(crate) straddled: Count,
}

impl Counts {
    pub(crate) fn read(&self) -> Counters {
        Counters {
            swapped: self.swapped.get(),
            drained: self.drained.get(),
            drained_late: self.drained_late.get(),
            poisoned: self.poisoned.get(),
            straddled: self.straddled.get(),
        }
    }
}

#[derive(Default)]
pub(crate) struct Count(AtomicU64);

impl Count {
    pub(crate) fn add(&self, more: u64) {
        self.0.fetch_add(more, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

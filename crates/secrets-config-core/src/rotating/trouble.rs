//! What keeps a value from being replaced.

use std::{
    error::Error,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Why the value is not replaced, as its publisher sees it at the moment. Clones show the same; none holds anything of
/// the value, or counts as one who uses it.
#[derive(Clone, Debug, Default)]
pub struct Trouble(Arc<Mutex<Option<Cause>>>);

type Cause = Arc<dyn Error + Send + Sync>;

impl Trouble {
    /// Returns what is wrong, if anything is: for the sources of an error of somebody who needs a new value.
    #[must_use]
    pub fn cause(&self) -> Option<Arc<dyn Error + Send + Sync>> {
        self.lock().clone()
    }

    pub(super) fn set(&self, cause: Option<Cause>) {
        // Dropped when the lock is free again: what that runs is not ours.
        let _before = std::mem::replace(&mut *self.lock(), cause);
    }

    fn lock(&self) -> MutexGuard<'_, Option<Cause>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

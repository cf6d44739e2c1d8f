//! What those who use a value ask of its publisher.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use tokio::sync::Notify;

/// What was asked for and not yet looked at.
#[derive(Debug, Default)]
pub(super) struct Requests {
    made: Notify,
    /// The newest generation of which somebody says that it is of no use; 0 is none.
    useless: AtomicU64,
}

impl Requests {
    pub(super) fn refresh(&self) {
        self.made.notify_one();
    }

    pub(super) fn replace(&self, generation: u64) {
        self.useless.fetch_max(generation, Ordering::Release);
        self.made.notify_one();
    }
}

/// What somebody who uses the newest generation asks for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Request {
    /// To look whether it still works.
    Refresh,
    /// To have another one: this one is of no use.
    Replacement {
        /// The number of the one that is of no use. The newest may have a greater one by now.
        generation: u64,
    },
}

/// Requests about the newest generation.
#[derive(Debug)]
pub struct RefreshRequests {
    requests: Arc<Requests>,
}

impl RefreshRequests {
    pub(super) fn new(requests: Arc<Requests>) -> Self {
        Self { requests }
    }

    /// Waits for the next request. Of several, one for a replacement is returned. Does not end with the publisher.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: a request that was not returned is returned by the next call.
    pub async fn next(&mut self) -> Request {
        self.requests.made.notified().await;
        match self.requests.useless.swap(0, Ordering::Acquire) {
            0 => Request::Refresh,
            generation => Request::Replacement { generation },
        }
    }
}

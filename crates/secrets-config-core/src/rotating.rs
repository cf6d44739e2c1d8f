//! A value that is replaced while the process runs, and knows when its old versions are no longer used.
//!
//! Each version is a [`Generation`]. Whatever depends on one (a pool's connection on the login it was opened with)
//! keeps its `Arc`; the publisher learns from [`Retired::released`] when nothing depends on it any longer, and only
//! then takes it back: revokes a lease, say.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let (mut publisher, mut password) = secrets_config_core::rotating::channel("first");
//! let in_use = password.current().hold();
//!
//! let retired = publisher.publish("second");
//! assert_eq!(**password.changed().await.unwrap(), "second");
//!
//! drop(in_use);
//! retired.released().await;
//! # }
//! ```

mod request;
#[cfg(test)]
mod tests;
mod trouble;

use std::{
    convert::Infallible,
    error::Error,
    fmt,
    ops::Deref,
    sync::{
        Arc,
        atomic::{Ordering, fence},
    },
    time::Instant,
};

use arc_swap::{ArcSwap, Guard};
use tokio::sync::{oneshot, watch};

use self::request::Requests;
pub use self::{
    request::{RefreshRequests, Request},
    trouble::Trouble,
};

/// Returns both ends of a value whose first generation, number 1, is `value`.
#[must_use]
pub fn channel<T>(value: T) -> (Publisher<T>, Rotating<T>) {
    const FIRST: u64 = 1;
    let (generation, retired) = Generation::new(FIRST, value, None);
    let current = Arc::new(ArcSwap::from_pointee(generation));
    let (numbers, changes) = watch::channel(FIRST);
    let requests = Arc::new(Requests::default());
    let trouble = Trouble::default();
    let publisher = Publisher {
        current: Arc::clone(&current),
        numbers,
        retired,
        requests: Arc::clone(&requests),
        trouble: trouble.clone(),
    };
    (publisher, Rotating { current, changes, seen: FIRST, requests, trouble })
}

/// Reads a value that changes while the process runs. Clones see the same value.
pub struct Rotating<T> {
    current: Arc<ArcSwap<Generation<T>>>,
    changes: watch::Receiver<u64>,
    seen: u64,
    requests: Arc<Requests>,
    trouble: Trouble,
}

impl<T> Rotating<T> {
    /// Waits for a generation newer than the last one this handle has seen, and returns the newest.
    ///
    /// A handle has seen what [`changed`](Self::changed) returned and what was given to
    /// [`mark_seen`](Self::mark_seen); a new one has seen the first generation, a clone what its original has.
    ///
    /// Returns `None` when there will be no more: the publisher is gone. The current value stays readable.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: a change that was not returned is returned by the next call.
    pub async fn changed(&mut self) -> Option<Arc<Generation<T>>> {
        let seen = self.seen;
        self.changes.wait_for(|number| *number > seen).await.ok()?;
        let generation = self.current.load_full();
        self.seen = generation.number();
        Some(generation)
    }

    /// Makes [`changed`](Self::changed) wait for a generation newer than this one.
    pub fn mark_seen(&mut self, generation: &Generation<T>) {
        self.seen = self.seen.max(generation.number());
    }

    /// Returns the newest generation. Lock-free.
    ///
    /// The guard is for a short look; [`Current::hold`] gives an owner.
    #[must_use]
    pub fn current(&self) -> Current<T> {
        Current(self.current.load())
    }

    /// Returns the number of the newest generation; the first is 1.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.current().number()
    }

    /// Tells the publisher that `generation` no longer works. It decides what to do about it; many requests before it
    /// looks are one. About a generation that is not the newest any more there is nothing to tell.
    pub fn request_refresh(&self, generation: &Generation<T>) {
        if generation.number() == self.generation() {
            self.requests.refresh();
        }
    }

    /// Tells the publisher that `generation` is of no use, though it may be good where it comes from: a database login
    /// that lacks a grant. More time for it does not help, another one may. The publisher decides how often it makes
    /// one; about a generation that is not the newest any more there is nothing to tell.
    pub fn request_replacement(&self, generation: &Generation<T>) {
        if generation.number() == self.generation() {
            self.requests.replace(generation.number());
        }
    }

    /// Returns a view of what keeps the publisher from replacing the value.
    #[must_use]
    pub fn trouble(&self) -> Trouble {
        self.trouble.clone()
    }
}

impl<T> Clone for Rotating<T> {
    fn clone(&self) -> Self {
        Self {
            current: Arc::clone(&self.current),
            changes: self.changes.clone(),
            seen: self.seen,
            requests: Arc::clone(&self.requests),
            trouble: self.trouble.clone(),
        }
    }
}

impl<T: fmt::Debug> fmt::Debug for Rotating<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Rotating").field(&*self.current()).finish()
    }
}

/// One version of a rotating value. Derefs to the value.
pub struct Generation<T> {
    value: T,
    number: u64,
    expiry: watch::Sender<Option<Instant>>,
    /// Dropped with the generation, which is what [`Retired`] waits for.
    _in_use: oneshot::Sender<Infallible>,
}

impl<T> Generation<T> {
    fn new(number: u64, value: T, expires: Option<Instant>) -> (Self, Retired) {
        let (in_use, released) = oneshot::channel();
        let expiry = watch::Sender::new(expires);
        (Self { value, number, expiry, _in_use: in_use }, Retired { released })
    }

    /// Returns the number of this generation; the first is 1.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Returns when the value stops being good, as far as its publisher knows now; `None` is never.
    #[must_use]
    pub fn expires(&self) -> Option<Instant> {
        *self.expiry.borrow()
    }

    /// Returns a view of [`expires`](Self::expires) that follows every change, such as a lease that is renewed.
    #[must_use]
    pub fn expiry(&self) -> watch::Receiver<Option<Instant>> {
        self.expiry.subscribe()
    }
}

impl<T> Deref for Generation<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: fmt::Debug> fmt::Debug for Generation<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Generation").field("number", &self.number).field("value", &self.value).finish()
    }
}

/// A short look at the newest generation, to which it derefs.
pub struct Current<T>(Guard<Arc<Generation<T>>>);

impl<T> Current<T> {
    /// Returns an owner of the generation. It counts as in use until the last owner is dropped.
    #[must_use]
    pub fn hold(self) -> Arc<Generation<T>> {
        Guard::into_inner(self.0)
    }
}

impl<T> Deref for Current<T> {
    type Target = Generation<T>;

    fn deref(&self) -> &Generation<T> {
        &self.0
    }
}

impl<T: fmt::Debug> fmt::Debug for Current<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

/// Replaces the value. When it is dropped the value stays as it is and [`Rotating::changed`] ends.
pub struct Publisher<T> {
    current: Arc<ArcSwap<Generation<T>>>,
    numbers: watch::Sender<u64>,
    retired: Retired,
    requests: Arc<Requests>,
    trouble: Trouble,
}

impl<T> Publisher<T> {
    /// Makes `value` the newest generation and returns the one before, which may still be in use.
    pub fn publish(&mut self, value: T) -> Retired {
        self.publish_until(value, None)
    }

    /// As [`publish`](Self::publish), with when the value stops being good; `None` is never.
    pub fn publish_until(&mut self, value: T, expires: Option<Instant>) -> Retired {
        let number = *self.numbers.borrow() + 1;
        let (generation, retired) = Generation::new(number, value, expires);
        self.current.store(Arc::new(generation));
        self.numbers.send_replace(number);
        std::mem::replace(&mut self.retired, retired)
    }

    /// Returns the number of the newest generation.
    #[must_use]
    pub fn generation(&self) -> u64 {
        *self.numbers.borrow()
    }

    /// Returns whether nobody sees the value any more, nor ever will: every handle is gone, and everybody who held the
    /// newest generation.
    #[must_use]
    pub fn is_abandoned(&self) -> bool {
        if !self.numbers.is_closed() || Arc::strong_count(&self.current) > 1 {
            return false;
        }
        // What was held through a handle was so before the handle was dropped, which was seen just now.
        fence(Ordering::Acquire);
        let newest = self.current.load_full();
        // A short look that is still going on is counted among the owners from here on.
        self.current.store(Arc::clone(&newest));
        const OURS: usize = 2;
        Arc::strong_count(&newest) == OURS
    }

    /// Says when the newest generation stops being good; `None` is never, which is what a first generation starts with.
    pub fn set_expires(&self, expires: Option<Instant>) {
        self.current.load().expiry.send_if_modified(|known| std::mem::replace(known, expires) != expires);
    }

    /// Says what keeps the value from being replaced, or good; `None` is nothing, which it starts with. It counts until
    /// something else is said: a new generation does not end it.
    ///
    /// # Security
    ///
    /// It is shown and logged with errors of those who need a new value: it must not hold the secret.
    pub fn set_trouble(&self, cause: Option<Arc<dyn Error + Send + Sync>>) {
        self.trouble.set(cause);
    }

    /// Returns what [`Rotating::request_refresh`] and [`Rotating::request_replacement`] ask for. The value has one such
    /// view that is served: of several, each request reaches one.
    #[must_use]
    pub fn refresh_requests(&self) -> RefreshRequests {
        RefreshRequests::new(Arc::clone(&self.requests))
    }
}

impl<T> fmt::Debug for Publisher<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Publisher").field("generation", &self.generation()).finish_non_exhaustive()
    }
}

/// A generation that has been replaced.
#[derive(Debug)]
#[must_use = "what the old generation stood for can be taken back once it is released"]
pub struct Retired {
    released: oneshot::Receiver<Infallible>,
}

impl Retired {
    /// Waits until nobody holds the generation any longer.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future drops the wait, nothing else.
    pub async fn released(self) {
        // The sender is never used: the error of its drop is the news.
        match self.released.await {
            Ok(never) => match never {},
            Err(_dropped) => {}
        }
    }
}

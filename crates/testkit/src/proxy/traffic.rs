//! What passed, and what is to go wrong: shared by the proxy and its connections.

use std::{
    fmt,
    net::SocketAddr,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use hyper::Method;
use tokio::sync::watch;

use super::{Fault, When};

/// A request that a proxy has seen.
#[derive(Clone)]
#[non_exhaustive]
pub struct Seen {
    /// The method, such as `GET`.
    pub method: String,
    /// The path, such as `/v1/sys/health`.
    pub path: String,
    /// When it came.
    pub at: Instant,
    /// When its answer was passed back.
    pub answered_at: Option<Instant>,
    /// The status of the answer, once it was passed back.
    pub status: Option<u16>,
    /// The token it was sent with.
    pub token: Option<String>,
    /// The body of the answer.
    pub answer: String,
}

impl fmt::Debug for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { method, path, status, .. } = self;
        write!(
            f,
            "{method} {path} {}",
            status.map_or_else(|| "unanswered".to_owned(), |code| code.to_string())
        )
    }
}

#[derive(Debug)]
pub(super) struct Traffic {
    upstream: Mutex<SocketAddr>,
    faults: Mutex<Vec<(When, Fault)>>,
    seen: Mutex<Vec<Seen>>,
    connections: Mutex<usize>,
    orders: watch::Sender<Orders>,
}

/// What every connection heeds.
#[derive(Clone, Copy, Debug, Default)]
struct Orders {
    clears: u64,
    cuts: u64,
    silences: u64,
    frozen: bool,
}

impl Traffic {
    pub(super) fn new(upstream: SocketAddr) -> Self {
        Self {
            upstream: Mutex::new(upstream),
            faults: Mutex::default(),
            seen: Mutex::default(),
            connections: Mutex::default(),
            orders: watch::channel(Orders::default()).0,
        }
    }

    pub(super) fn inject(&self, when: When, fault: Fault) {
        lock(&self.faults).push((when, fault));
    }

    pub(super) fn clear(&self) {
        lock(&self.faults).clear();
        self.orders.send_modify(|orders| orders.clears += 1);
    }

    pub(super) fn cut(&self) {
        self.orders.send_modify(|orders| orders.cuts += 1);
    }

    pub(super) fn freeze(&self, frozen: bool) {
        self.orders.send_modify(|orders| orders.frozen = frozen);
    }

    pub(super) fn silence(&self) {
        self.orders.send_modify(|orders| orders.silences += 1);
    }

    pub(super) fn upstream(&self) -> SocketAddr {
        *lock(&self.upstream)
    }

    pub(super) fn set_upstream(&self, upstream: SocketAddr) {
        *lock(&self.upstream) = upstream;
    }

    /// Returns what is to go wrong with this request.
    pub(super) fn fault(&self, method: &Method, path: &str) -> Option<Fault> {
        let mut faults = lock(&self.faults);
        faults.iter_mut().rev().find_map(|(when, fault)| when.take(method, path).then(|| fault.clone()))
    }

    /// Counts a connection and returns when it is to be cut.
    pub(super) fn connected(&self) -> impl Future<Output = ()> + Send + use<> {
        *lock(&self.connections) += 1;
        self.change(|before, now| now.cuts > before.cuts)
    }

    /// Returns when the faults are taken back.
    pub(super) fn cleared(&self) -> impl Future<Output = ()> + Send + use<> {
        self.change(|before, now| now.clears > before.clears)
    }

    /// Returns when connections that have begun by now are silenced.
    pub(super) fn silenced(&self) -> impl Future<Output = ()> + Send + use<> {
        self.change(|before, now| now.silences > before.silences)
    }

    /// Returns when nothing is frozen.
    pub(super) fn thawed(&self) -> impl Future<Output = ()> + Send + use<> {
        self.change(|_, now| !now.frozen)
    }

    fn change(&self, holds: fn(&Orders, &Orders) -> bool) -> impl Future<Output = ()> + Send + use<> {
        let mut orders = self.orders.subscribe();
        let before = *orders.borrow();
        async move {
            // The sender lives as long as any connection.
            let _gone = orders.wait_for(|now| holds(&before, now)).await;
        }
    }

    /// Records a request and returns its place.
    pub(super) fn saw(&self, seen: Seen) -> usize {
        let mut all = lock(&self.seen);
        all.push(seen);
        all.len() - 1
    }

    pub(super) fn answered(&self, place: usize, status: u16, body: &[u8]) {
        let seen = &mut lock(&self.seen)[place];
        seen.answered_at = Some(Instant::now());
        seen.status = Some(status);
        seen.answer = String::from_utf8_lossy(body).into_owned();
    }

    pub(super) fn requests(&self, prefix: &str) -> Vec<Seen> {
        lock(&self.seen).iter().filter(|seen| seen.path.starts_with(prefix)).cloned().collect()
    }

    pub(super) fn connections(&self) -> usize {
        *lock(&self.connections)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

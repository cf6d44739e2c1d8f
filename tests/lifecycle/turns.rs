//! Futures that are dropped in the middle, at every place there is.
//!
//! A *turn* is one poll of the future and then one of whatever task is next. The runtime has one thread and a paused
//! clock, and looks at its sockets between any two tasks, so that turns are the finest places to cut at. It never
//! sleeps, since a paused clock would jump then, past the answers that are on their way.

use std::{
    cell::Cell,
    future::{Future, poll_fn},
    pin::pin,
    sync::Once,
    task::Poll,
    time::{Duration, Instant},
};

use tokio::{
    runtime::{Builder, Handle},
    task::yield_now,
    time::advance,
};

/// Runs `test` with 0 turns, 1, 2 and so on, each in a runtime of its own, until it says that the future it cuts was
/// completed. Returns how many turns that took.
///
/// # Panics
///
/// If a task did.
pub fn at_every_turn<F: Future<Output = bool>>(test: impl Fn(usize) -> F) -> usize {
    const MOST: usize = 5_000;
    count_panics();
    let turns = (0..MOST).find(|turns| {
        let runtime =
            Builder::new_current_thread().enable_all().start_paused(true).event_interval(1).build().unwrap();
        let completed = runtime.block_on(test(*turns));
        assert_eq!(PANICS.get(), 0, "a task panicked when cut after {turns} turns");
        completed
    });
    turns.expect("the future completes")
}

/// Polls `future` for so many turns, each of which takes `time`, and drops it if it has not completed then.
pub async fn cut_after<F: Future>(turns: usize, time: Duration, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    for _ in 0..turns {
        if let Poll::Ready(output) = poll_fn(|context| Poll::Ready(future.as_mut().poll(context))).await {
            return Some(output);
        }
        pass(time).await;
    }
    None
}

/// Polls `future` to its end. Time passes only if it seems to wait for that, and at most a hundred times as fast as
/// outside: what is on its way to a server or back takes time that the paused clock does not know of.
pub async fn complete<F: Future>(future: F) -> F::Output {
    const STEP: Duration = Duration::from_millis(10);
    const AT_MOST: Duration = Duration::from_micros(100);
    let mut future = pin!(future);
    let mut stepped = Instant::now() + Duration::from_millis(1);
    loop {
        if let Poll::Ready(output) = poll_fn(|context| Poll::Ready(future.as_mut().poll(context))).await {
            return output;
        }
        let is_quiet = stepped.elapsed() >= AT_MOST;
        pass(if is_quiet { STEP } else { Duration::ZERO }).await;
        if is_quiet {
            stepped = Instant::now();
        }
    }
}

/// Takes turns until `holds`.
///
/// # Panics
///
/// If it never does.
pub async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    const LIMIT: Duration = Duration::from_secs(10);
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < LIMIT, "still not: {what}");
        yield_now().await;
    }
}

/// Takes so many turns that everybody can do what is due.
pub async fn settle() {
    for _ in 0..100 {
        yield_now().await;
    }
}

/// Returns how many tasks there are.
#[must_use]
pub fn tasks() -> usize {
    Handle::current().metrics().num_alive_tasks()
}

async fn pass(time: Duration) {
    if time.is_zero() { yield_now().await } else { advance(time).await }
}

/// A task that is dropped takes its panic along: a hook sees it nevertheless.
fn count_panics() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            PANICS.set(PANICS.get() + 1);
            usual(panic);
        }));
    });
}

thread_local! {
    /// All tasks of a runtime with one thread panic on that thread.
    static PANICS: Cell<usize> = const { Cell::new(0) };
}

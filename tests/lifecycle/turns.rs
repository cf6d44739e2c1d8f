//! Futures that are dropped in the middle, at every place there is.
//!
//! A *turn* is one poll of the future and then one of a task that has something to do, after as much time as it takes
//! until there is one. The runtime has one thread and a paused clock, and looks at its sockets between any two tasks, so
//! that turns are the finest places to cut at. It never sleeps, since a paused clock would jump then, past the answers
//! that are on their way.

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

use crate::calm::{Calm, idle};

/// So much time passes at once when all wait for that.
pub const STEP: Duration = Duration::from_millis(100);

/// Runs `test` in a runtime whose clock stands still, but for what is done here.
///
/// # Panics
///
/// If `test` does.
pub fn paused<F: Future>(test: F) -> F::Output {
    let runtime = Builder::new_current_thread().enable_all().start_paused(true).event_interval(1).build();
    runtime.unwrap().block_on(async {
        let _idler = tokio::spawn(idle());
        test.await
    })
}

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
        let completed = paused(test(*turns));
        assert_eq!(PANICS.get(), 0, "a task panicked when cut after {turns} turns");
        completed
    });
    turns.expect("the future completes")
}

/// Polls `future` for so many turns, and drops it if it has not completed then.
pub async fn cut_after<F: Future>(turns: usize, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut calm = Calm::default();
    let mut taken = 0;
    while taken < turns {
        if let Poll::Ready(output) = poll_fn(|context| Poll::Ready(future.as_mut().poll(context))).await {
            return Some(output);
        }
        if calm.is_broken().await {
            taken += 1;
        } else if calm.has_lasted() {
            advance(STEP).await;
            calm = Calm::default();
        }
    }
    None
}

/// Polls `future` to its end.
///
/// # Panics
///
/// If it has none.
pub async fn complete<F: Future>(future: F) -> F::Output {
    cut_after(usize::MAX, future).await.expect("there are turns enough")
}

/// Lets time pass in such steps. All that is due after one is done before the next.
pub async fn pass(time: Duration, step: Duration) {
    settle().await;
    let mut left = time;
    while !left.is_zero() {
        let step = step.min(left);
        advance(step).await;
        settle().await;
        left -= step;
    }
}

/// Takes turns until `holds`.
///
/// # Panics
///
/// If it never does.
pub async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    const LIMIT: Duration = Duration::from_secs(30);
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < LIMIT, "still not: {what}");
        yield_now().await;
    }
}

/// Takes turns until nobody has anything to do before time passes.
pub async fn settle() {
    let mut calm = Calm::default();
    while calm.is_broken().await || !calm.has_lasted() {}
}

/// Returns how many tasks there are.
#[must_use]
pub fn tasks() -> usize {
    const IDLER: usize = 1;
    Handle::current().metrics().num_alive_tasks() - IDLER
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

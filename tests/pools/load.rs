//! Callers that use a pool as fast as it lets them.

use std::{
    fmt,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use hdrhistogram::Histogram;
use tokio::task::JoinSet;

use crate::Pool;

/// Tasks that write, each again as soon as it is done.
pub struct Load {
    stop: Arc<AtomicBool>,
    failures: Arc<Mutex<Vec<String>>>,
    tasks: JoinSet<Latencies>,
}

/// Takes no more room the longer the load lasts: what a soak measures is the pool's memory.
type Latencies = Histogram<u64>;

/// What a load came to.
pub struct Outcome {
    /// How long the queries took, from asking for a connection on, in microseconds.
    latencies: Latencies,
    /// What failed.
    pub failures: Vec<String>,
}

impl Load {
    /// Begins, with so many tasks.
    pub fn start<P: Pool>(pool: &P, tasks: usize) -> Self {
        let (stop, failures) = (Arc::new(AtomicBool::new(false)), Arc::default());
        let mut load = Self { stop, failures, tasks: JoinSet::new() };
        for _ in 0..tasks {
            let (pool, stop, failures) = (pool.clone(), load.stop.clone(), load.failures.clone());
            load.tasks.spawn(async move {
                let mut latencies = none();
                while !stop.load(Ordering::Relaxed) {
                    let began = Instant::now();
                    if let Err(error) = pool.write().await {
                        failures.lock().unwrap().push(error.to_string());
                    }
                    latencies.saturating_record(u64::try_from(began.elapsed().as_micros()).unwrap());
                    // A scheduler with two threads has other work.
                    tokio::task::yield_now().await;
                }
                latencies
            });
        }
        load
    }

    /// How many queries have failed so far.
    #[must_use]
    pub fn failed(&self) -> usize {
        self.failures.lock().unwrap().len()
    }

    /// Ends.
    pub async fn stop(self) -> Outcome {
        self.stop.store(true, Ordering::Relaxed);
        let mut latencies = none();
        for each in self.tasks.join_all().await {
            latencies.add(each).unwrap();
        }
        let failures = std::mem::take(&mut *self.failures.lock().unwrap());
        Outcome { latencies, failures }
    }
}

impl Outcome {
    /// Returns how many queries there were.
    #[must_use]
    pub fn queries(&self) -> u64 {
        self.latencies.len()
    }

    /// Returns the time within which 99 of a hundred queries were done.
    #[must_use]
    pub fn p99(&self) -> Duration {
        Duration::from_micros(self.latencies.value_at_quantile(0.99))
    }

    /// Panics if a query failed.
    pub fn assert_none_failed(&self) {
        assert!(self.queries() > 0, "there was no load");
        let failures = &self.failures;
        assert!(
            failures.is_empty(),
            "{} of {} failed: {:?}",
            failures.len(),
            self.queries(),
            &failures[..failures.len().min(3)]
        );
    }
}

fn none() -> Latencies {
    const MINUTE: u64 = 60_000_000;
    Latencies::new_with_bounds(1, MINUTE, 2).unwrap()
}

impl fmt::Debug for Load {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Load").field("failed", &self.failed()).finish_non_exhaustive()
    }
}

impl fmt::Debug for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outcome")
            .field("queries", &self.queries())
            .field("failed", &self.failures.len())
            .field("p99", &self.p99())
            .finish()
    }
}

//! Callers that use a pool as fast as it lets them.

use std::{
    fmt,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::task::JoinSet;

use crate::Pool;

/// Tasks that write, each again as soon as it is done.
pub struct Load {
    stop: Arc<AtomicBool>,
    failures: Arc<Mutex<Vec<String>>>,
    tasks: JoinSet<Vec<Duration>>,
}

/// What a load came to.
pub struct Outcome {
    /// How long each query took, from asking for a connection on, in rising order.
    pub latencies: Vec<Duration>,
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
                let mut latencies = Vec::new();
                while !stop.load(Ordering::Relaxed) {
                    let began = Instant::now();
                    if let Err(error) = pool.write().await {
                        failures.lock().unwrap().push(error.to_string());
                    }
                    latencies.push(began.elapsed());
                    // A scheduler with two threads has other work.
                    tokio::task::yield_now().await;
                }
                latencies
            });
        }
        load
    }

    /// How many queries have failed so far.
    pub fn failed(&self) -> usize {
        self.failures.lock().unwrap().len()
    }

    /// Ends.
    pub async fn stop(self) -> Outcome {
        self.stop.store(true, Ordering::Relaxed);
        let mut latencies: Vec<_> = self.tasks.join_all().await.into_iter().flatten().collect();
        latencies.sort_unstable();
        let failures = std::mem::take(&mut *self.failures.lock().unwrap());
        Outcome { latencies, failures }
    }
}

impl Outcome {
    /// Returns how many queries there were.
    pub fn queries(&self) -> usize {
        self.latencies.len()
    }

    /// Returns the time within which 99 of a hundred queries were done.
    pub fn p99(&self) -> Duration {
        self.latencies[self.latencies.len() * 99 / 100]
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

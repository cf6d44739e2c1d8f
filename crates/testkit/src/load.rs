//! Requests to an example service, on a schedule.

mod request;
mod summary;

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use reqwest::Client;
use tokio::{
    sync::{Semaphore, oneshot},
    task::JoinSet,
    time::{Instant, sleep_until},
};

pub use request::{Outcome, Request, Sample};
pub use summary::{Latency, Summary};

use crate::{Error, Result};

/// A stream of requests to one `direct-vault` example, usually half of them transactions.
///
/// The schedule is fixed and does not wait for answers, and a latency counts from the moment the request was due:
/// a service that stalls shows in all the requests it made wait, not in one.
#[derive(Debug)]
pub struct Load {
    stop: oneshot::Sender<()>,
    driver: JoinSet<()>,
    samples: Samples,
    started: Instant,
}

/// How far a load has come.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Progress {
    /// The requests that have ended.
    pub requests: usize,
    /// Those among them that did not succeed.
    pub failed: usize,
}

impl Load {
    /// Begins to send `rate` requests a second.
    ///
    /// # Errors
    ///
    /// The HTTP client may not be set up.
    ///
    /// # Panics
    ///
    /// If `rate` is zero.
    pub fn start(address: SocketAddr, rate: u32) -> Result<Self> {
        Self::of(Request::MIX, address, rate)
    }

    /// Begins to send these requests in turn, `rate` a second.
    ///
    /// # Errors
    ///
    /// The HTTP client may not be set up.
    ///
    /// # Panics
    ///
    /// If `rate` is zero.
    pub fn of(requests: &'static [Request], address: SocketAddr, rate: u32) -> Result<Self> {
        let client = Client::builder()
            .no_proxy()
            .timeout(Duration::from_secs(30))
            .build()
            .map_err(|source| Error::Http { method: "any".into(), url: address.to_string(), source })?;
        let samples = Samples::default();
        let started = Instant::now();
        let schedule = Schedule {
            requests,
            client,
            base: format!("http://{address}"),
            period: Duration::from_secs(1) / rate,
            started,
            samples: samples.clone(),
        };
        let (stop, stopped) = oneshot::channel();
        let mut driver = JoinSet::new();
        driver.spawn(schedule.run(stopped));
        Ok(Self { stop, driver, samples, started })
    }

    /// Sends no more, waits for the answers still due, and returns all that was recorded.
    pub async fn stop(mut self) -> Summary {
        let elapsed = self.elapsed();
        let _ended = self.stop.send(());
        while self.driver.join_next().await.is_some() {}
        let samples = std::mem::take(&mut *self.samples.lock());
        Summary::new(samples, self.started.into_std(), elapsed)
    }

    /// Returns the counts so far.
    #[must_use]
    pub fn snapshot(&self) -> Progress {
        let samples = self.samples.lock();
        let failed = samples.iter().filter(|sample| !sample.is_success()).count();
        Progress { requests: samples.len(), failed }
    }

    /// The time since the start, which the offsets of the samples count from.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }
}

/// The samples, shared between the requests and whoever looks at them.
#[derive(Clone, Debug, Default)]
struct Samples(Arc<Mutex<Vec<Sample>>>);

impl Samples {
    fn lock(&self) -> MutexGuard<'_, Vec<Sample>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Schedule {
    requests: &'static [Request],
    client: Client,
    base: String,
    period: Duration,
    started: Instant,
    samples: Samples,
}

impl Schedule {
    async fn run(self, mut stopped: oneshot::Receiver<()>) {
        let places = Arc::new(Semaphore::new(MAX_IN_FLIGHT));
        let mut requests = JoinSet::new();
        let mut due = self.started;
        for kind in self.requests.iter().copied().cycle() {
            tokio::select! {
                biased;
                _ = &mut stopped => break,
                () = sleep_until(due) => {}
            }
            while requests.try_join_next().is_some() {}
            requests.spawn(self.request(kind, due, places.clone()));
            due += self.period;
        }
        while requests.join_next().await.is_some() {}
    }

    fn request(
        &self,
        kind: Request,
        due: Instant,
        places: Arc<Semaphore>,
    ) -> impl Future<Output = ()> + use<> {
        let (client, base, samples) = (self.client.clone(), self.base.clone(), self.samples.clone());
        let at = due - self.started;
        async move {
            let _place = places.acquire().await;
            let outcome = kind.send(&client, &base).await;
            samples.lock().push(Sample { request: kind, at, latency: due.elapsed(), outcome });
        }
    }
}

/// Bounds the connections; requests beyond it wait, and their latency shows it.
const MAX_IN_FLIGHT: usize = 256;

//! A service under load, its database, and its Vault behind a proxy.

use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream::FuturesUnordered};
use serde_json::Value;
use service_tests::{SOON, Servers};
use testkit::{Load, Provision, Proxy, Request, Sample, Seen, Service, Summary};

use crate::machine::{Machine, Probe};

pub(crate) const SECOND: Duration = Duration::from_secs(1);
/// As long as an hour of the scenarios takes here.
pub(crate) const HOUR: Duration = Duration::from_secs(12);
/// How far apart two requests for the same thing are at least, less what the clocks of two processes may differ.
pub(crate) const FLOOR: Duration = Duration::from_millis(950);

/// The paths of the API that are counted.
pub(crate) const LOGIN: &str = "/v1/auth/approle/login";
pub(crate) const CREDS: &str = "/v1/database/creds/";
pub(crate) const RENEW_LEASE: &str = "/v1/sys/leases/renew";
pub(crate) const LOOK_UP_TOKEN: &str = "/v1/auth/token/lookup-self";
pub(crate) const REVOKE_TOKEN: &str = "/v1/auth/token/revoke-self";
pub(crate) const HEALTH: &str = "/v1/sys/health";

/// How many connections the pool of the service has.
pub(crate) const POOL: u64 = 10;
/// Requests a second; on average each is two queries.
const RATE: u32 = 100;
/// A request that took longer was held up, unless the machine itself was busy.
const PROMPT: Duration = Duration::from_millis(250);
/// As often as a transaction goes to and fro between processes for once that a request without a database does.
const STEPS: u32 = 5;
/// These steps take no longer together than this, whatever the machine takes for one.
const MOST_FOR_STEPS: Duration = SECOND;

/// The usual setting: tokens of one hour and four at most, and leases of one hour.
pub(crate) fn usual() -> Provision {
    Provision {
        lease_ttl: HOUR,
        lease_max_ttl: 100 * HOUR,
        token_ttl: HOUR,
        token_max_ttl: 4 * HOUR,
        ..Provision::default()
    }
}

/// As usual, but with a token that outlives the test.
pub(crate) fn lasting_token() -> Provision {
    Provision { token_ttl: 300 * HOUR, token_max_ttl: 300 * HOUR, ..usual() }
}

/// The servers, before the service starts.
pub(crate) struct Stage {
    pub(crate) servers: Servers,
    /// Between the service and Vault.
    pub(crate) proxy: Proxy,
}

impl Stage {
    pub(crate) async fn set(provision: Provision) -> Self {
        let servers = Servers::start(provision).await;
        let address = servers.vault.address();
        let proxy = Proxy::http(address.strip_prefix("http://").unwrap().parse().unwrap()).await.unwrap();
        Self { servers, proxy }
    }

    /// Starts the service, with `changes` made to a good environment.
    pub(crate) async fn service(&self, changes: &[(&str, &str)]) -> Service {
        let url = self.proxy.url();
        let address = [("VAULT_ADDR", url.as_str())];
        self.servers.service(&[changes, &address].concat()).await
    }

    /// Starts the service, and the load when it is ready and its pool is full.
    pub(crate) async fn open(self, changes: &[(&str, &str)]) -> Scene {
        let mut service = self.service(changes).await;
        service.wait_ready(SOON).await.unwrap();
        grow(&service).await;
        let load = Load::start(service.address(), RATE).unwrap();
        let slow = Load::of(&[Request::Slow], service.address(), 1).unwrap();
        let probe = Probe::start(&service);
        let Self { servers, proxy } = self;
        Scene { servers, proxy, service, load, slow, probe }
    }
}

/// A service that is ready and under load.
pub(crate) struct Scene {
    pub(crate) servers: Servers,
    pub(crate) proxy: Proxy,
    pub(crate) service: Service,
    load: Load,
    /// There is always a transaction open.
    slow: Load,
    probe: Probe,
}

impl Scene {
    pub(crate) async fn start(provision: Provision) -> Self {
        Self::with(provision, &[]).await
    }

    pub(crate) async fn with(provision: Provision, changes: &[(&str, &str)]) -> Self {
        Stage::set(provision).await.open(changes).await
    }

    pub(crate) async fn status(&self) -> Value {
        self.service.get("/status").await.unwrap().1
    }

    pub(crate) async fn is_ready(&self) -> bool {
        self.service.get("/readyz").await.unwrap().0 == 200
    }

    /// Waits until the status of the service is as wanted, and returns when it was.
    pub(crate) async fn until(&self, limit: Duration, what: &str, is: impl Fn(&Value) -> bool) -> Instant {
        let began = Instant::now();
        loop {
            let status = self.status().await;
            if is(&status) {
                return Instant::now();
            }
            let said = self.service.output();
            assert!(began.elapsed() < limit, "not {what} after {limit:?}: {status}\n{said}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until who asks for a connection gets one of this generation, and returns when it did.
    pub(crate) async fn swapped(&self, generation: u64) -> Instant {
        let began = Instant::now();
        while self.user_generation().await != Some(generation) {
            assert!(began.elapsed() < SOON + HOUR, "{}", self.service.output());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Instant::now()
    }

    /// Returns the generation of the login with which a query is made now, if one can be made.
    pub(crate) async fn user_generation(&self) -> Option<u64> {
        self.service.get("/whoami").await.unwrap().1["generation"].as_u64()
    }

    /// Waits until a lease was renewed that was not yet renewed at `then`.
    pub(crate) async fn renewed_since(&self, then: Instant) {
        let began = Instant::now();
        let is_granted = |request: &Seen| request.status == Some(200);
        while !self.since(then, RENEW_LEASE).iter().any(is_granted) {
            assert!(began.elapsed() < SOON + 2 * HOUR, "not renewed\n{}", self.service.output());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until no connection of an earlier generation is left.
    pub(crate) async fn drained(&self, generation: u64) {
        let line = format!("every connection has the new login generation={generation}");
        self.service.wait_line(&line, SOON).await.unwrap();
    }

    /// Returns the requests to Vault since `then` whose paths begin with `prefix`.
    pub(crate) fn since(&self, then: Instant, prefix: &str) -> Vec<Seen> {
        since(&self.proxy, then, prefix)
    }

    /// How many requests of the load did not succeed so far.
    pub(crate) fn failed(&self) -> usize {
        self.load.snapshot().failed + self.slow.snapshot().failed
    }

    /// Ends the load. The service goes on.
    pub(crate) async fn end(self) -> Aftermath {
        let Self { servers, proxy, service, load, slow, probe } = self;
        let (load, slow, machine) = tokio::join!(load.stop(), slow.stop(), probe.stop());
        Aftermath { servers, proxy, service, load, slow, machine }
    }
}

/// What is left when the load has ended.
pub(crate) struct Aftermath {
    pub(crate) servers: Servers,
    pub(crate) proxy: Proxy,
    pub(crate) service: Service,
    load: Summary,
    slow: Summary,
    machine: Machine,
}

impl Aftermath {
    /// Asserts that no user of the service noticed anything.
    pub(crate) fn assert_unharmed(&self) {
        let failures: Vec<_> = self.failures().map(|(_, sample)| sample.to_string()).collect();
        let said = self.service.output();
        assert!(
            failures.is_empty(),
            "{} failed: {:?}\n{said}",
            failures.len(),
            &failures[..failures.len().min(3)]
        );
        let latency = self.load.latency();
        let machine = self.machine.latency();
        assert!(
            latency.p99 < PROMPT + (STEPS * machine.p99).min(machine.p99 + MOST_FOR_STEPS),
            "{latency}, without a database {machine}\n{said}"
        );
        assert!(latency.count > 0 && self.slow.requests() > 0);
    }

    /// Asserts that `to` is at most `promised` after `from`, not counting while Vault had not yet answered or the
    /// machine held everything up.
    pub(crate) fn assert_within(&self, promised: Duration, from: Instant, to: Instant) {
        self.machine.assert_within(promised, &self.proxy, from, to);
    }

    /// Asserts that something was done by `due`, or as much later as Vault and the machine took from a second before on.
    pub(crate) fn assert_by(&self, due: Instant, done: Instant) {
        self.assert_within(SECOND, due.checked_sub(SECOND).unwrap(), done);
    }

    /// Asserts that from each request to the next it is a second.
    pub(crate) fn assert_a_second_apart(&self, requests: &[Seen]) {
        self.machine.assert_a_second_apart(requests);
    }

    /// Returns when the last request failed, if one has.
    pub(crate) fn last_failure(&self) -> Option<Instant> {
        self.failures().map(|(due, sample)| due + sample.latency).max()
    }

    /// Returns when the last of the requests that failed was due, if there is one.
    pub(crate) fn last_due_to_fail(&self) -> Option<Instant> {
        self.failures().map(|(due, _)| due).max()
    }

    /// Returns what the requests that were due since `then` failed with.
    pub(crate) fn failures_since(&self, then: Instant) -> Vec<String> {
        self.failures().filter(|(due, _)| *due >= then).map(|(_, sample)| sample.to_string()).collect()
    }

    /// The requests that failed, each with when it was due.
    fn failures(&self) -> impl Iterator<Item = (Instant, &Sample)> {
        [&self.load, &self.slow]
            .into_iter()
            .flat_map(|load| load.failures().map(|sample| (load.began + sample.at, sample)))
    }
}

/// Lets the pool open all its connections.
async fn grow(service: &Service) {
    let began = Instant::now();
    loop {
        let each = (0..POOL).map(|_| service.post("/slow?ms=500"));
        let mut together = each.collect::<FuturesUnordered<_>>();
        while let Some(answer) = together.next().await {
            assert_eq!(answer.unwrap().0, 201);
        }
        let (_, status) = service.get("/status").await.unwrap();
        if status["pool"]["size"] == POOL {
            return;
        }
        assert!(began.elapsed() < SOON, "{status}");
    }
}

pub(crate) fn since(proxy: &Proxy, then: Instant, prefix: &str) -> Vec<Seen> {
    proxy.requests(prefix).into_iter().filter(|request| request.at >= then).collect()
}

/// Whether an answer about Vault's health is one to go on with: a server that has just been unsealed is a standby first.
pub(crate) fn is_well(check: &Seen) -> bool {
    matches!(check.status, Some(200 | 429 | 473))
}

/// Returns the least time between one request and the next.
pub(crate) fn least_pause(requests: &[Seen]) -> Duration {
    let pauses = requests.windows(2).map(|pair| pair[1].at - pair[0].at);
    pauses.min().unwrap_or(Duration::MAX)
}

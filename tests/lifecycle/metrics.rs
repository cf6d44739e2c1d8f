//! What a recorder sees of a life with Vault.
#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use direct_vault::Vault;
use lifecycle_tests::{
    service::settings,
    turns::{complete, pass, paused},
};
use metrics::{Counter, Gauge, GaugeFn, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};
use tempfile::NamedTempFile;
use testkit::{FakeVault, Terms};

const SOURCE: &str = include_str!("../../crates/direct-vault/src/metrics.rs");

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3600);
const LONG: Terms = Terms { token_ttl: HOUR, token_max_ttl: HOUR, lease_ttl: HOUR, lease_max_ttl: HOUR };

/// Keeps the last value of each metric.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<BTreeMap<String, Metric>>>);

struct Metric {
    kind: &'static str,
    bits: Arc<AtomicU64>,
}

impl Kept {
    fn cell(&self, kind: &'static str, key: &Key) -> Arc<AtomicU64> {
        let mut kept = self.0.lock().unwrap();
        let metric = kept.entry(key.name().to_owned());
        metric.or_insert_with(|| Metric { kind, bits: Arc::default() }).bits.clone()
    }

    fn bits(&self, name: &str) -> u64 {
        self.0.lock().unwrap()[name].bits.load(Relaxed)
    }

    fn failures(&self) -> u64 {
        self.bits("direct_vault_failures_total")
    }

    fn is_bootstrap_stale(&self) -> f64 {
        f64::from_bits(self.bits("direct_vault_bootstrap_stale"))
    }

    fn names(&self) -> BTreeSet<(String, String)> {
        let kept = self.0.lock().unwrap();
        kept.iter().map(|(name, metric)| (name.clone(), metric.kind.to_owned())).collect()
    }
}

struct Bits(Arc<AtomicU64>);

impl GaugeFn for Bits {
    fn increment(&self, _: f64) {}
    fn decrement(&self, _: f64) {}
    fn set(&self, value: f64) {
        self.0.store(value.to_bits(), Relaxed);
    }
}

impl Recorder for Kept {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.cell("counter", key))
    }
    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(Arc::new(Bits(self.cell("gauge", key))))
    }
    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        self.cell("histogram", key);
        Histogram::noop()
    }
}

/// Runs `life`, and records the metrics of all that it does.
fn recorded(life: impl AsyncFnOnce(&Kept)) {
    let kept = Kept::default();
    let _guard = metrics::set_default_local_recorder(&kept);
    paused(life(&kept));
}

/// Returns the names and kinds in the table of the docs.
fn documented() -> BTreeSet<(String, String)> {
    let rows = SOURCE.lines().filter_map(|line| line.strip_prefix("//! | `")?.split_once("` | "));
    rows.map(|(name, rest)| (name.to_owned(), rest.split(' ').next().unwrap().to_owned())).collect()
}

#[test]
fn the_table_has_every_metric_and_no_other() {
    recorded(async |kept| {
        let server = FakeVault::start(LONG).await.unwrap();
        let vault = complete(Vault::builder(settings(&server, &[])).start()).await.unwrap();
        let _login = complete(vault.database("database/creds/app")).await.unwrap();
        complete(vault.shutdown()).await;
        assert_eq!(kept.names(), documented());
    });
}

#[test]
fn s16_each_renewal_that_fails_is_counted() {
    recorded(async |kept| {
        let server = FakeVault::start(Terms { lease_ttl: 60 * SECOND, ..LONG }).await.unwrap();
        server.fail("sys/leases/renew");
        let vault = complete(Vault::builder(settings(&server, &[])).start()).await.unwrap();
        let _login = complete(vault.database("database/creds/app")).await.unwrap();
        assert_eq!(kept.failures(), 0);
        pass(180 * SECOND, SECOND / 2).await;
        let renewals = server.requests().iter().filter(|asked| asked.ends_with("leases/renew")).count();
        assert!(renewals > 2, "{renewals} renewals");
        assert_eq!(kept.failures(), renewals as u64);
        assert_eq!(kept.is_bootstrap_stale(), 0.0);
        complete(vault.shutdown()).await;
    });
}

#[test]
fn s19_a_refused_login_is_shown_until_there_is_another_one() {
    recorded(async |kept| {
        let terms = Terms { token_ttl: 60 * SECOND, token_max_ttl: 61 * SECOND, ..LONG };
        let server = FakeVault::start(terms).await.unwrap();
        let file = NamedTempFile::new().unwrap();
        fs::write(file.path(), "an id").unwrap();
        let from_file = [("VAULT_SECRET_ID_FILE", file.path().to_str().unwrap())];
        let vault = complete(Vault::builder(settings(&server, &from_file)).start()).await.unwrap();
        assert_eq!(kept.is_bootstrap_stale(), 0.0);

        server.accept("another id");
        let mut status = vault.status();
        drop(complete(status.wait_for(|status| status.bootstrap_stale)).await.unwrap());
        let refused = server.requests().iter().filter(|asked| asked.ends_with("login")).count() - 1;
        assert_eq!((kept.is_bootstrap_stale(), kept.failures()), (1.0, refused as u64));

        fs::write(file.path(), "another id").unwrap();
        drop(complete(status.wait_for(|status| status.generation == 2)).await.unwrap());
        assert_eq!(kept.is_bootstrap_stale(), 0.0);
        complete(vault.shutdown()).await;
    });
}

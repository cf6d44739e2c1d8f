//! What is counted and shown, with the feature `metrics`.
//!
//! The program installs a recorder of the crate `metrics`; without one nothing is kept. Every metric has the label
//! `vault`, the address; those of a lease have `path` as well. No label and no value holds a secret, a lease id or a
//! token.
//!
//! | metric | kind | meaning |
//! | --- | --- | --- |
//! | `direct_vault_ready` | gauge | 1 if the credentials are good now, else 0 |
//! | `direct_vault_degraded` | gauge | 1 if they are and something is wrong, else 0 |
//! | `direct_vault_bootstrap_stale` | gauge | 1 if Vault refuses what the service logs in with, else 0 |
//! | `direct_vault_token_generation` | gauge | number of the token in use |
//! | `direct_vault_token_expires_timestamp_seconds` | gauge | when it ends, Unix time; 0 is never |
//! | `direct_vault_lease_generation` | gauge | number of the lease in use; 0 if it is no longer wanted |
//! | `direct_vault_lease_expires_timestamp_seconds` | gauge | when it ends, Unix time; 0 is never |
//! | `direct_vault_logins_total` | counter | successful logins |
//! | `direct_vault_renewals_total` | counter | successful renewals of tokens and leases |
//! | `direct_vault_rotations_total` | counter | leases that took the place of an earlier one |
//! | `direct_vault_revocations_total` | counter | leases and tokens revoked after use |
//! | `direct_vault_failures_total` | counter | requests that failed |
//!
//! Worth an alert: `direct_vault_ready == 0`, `direct_vault_bootstrap_stale == 1`, and an end that comes near:
//! `direct_vault_lease_expires_timestamp_seconds - time() < 300` where that is not 0.

use std::{
    collections::BTreeMap,
    time::{SystemTime, UNIX_EPOCH},
};

use metrics::{Counter, Gauge, counter, gauge};
use tokio::time::Instant;

use crate::{State, Status};

/// The metrics of one Vault.
pub(crate) struct Metrics {
    vault: String,
    ready: Gauge,
    degraded: Gauge,
    bootstrap_stale: Gauge,
    token_generation: Gauge,
    token_expires: Gauge,
    counters: [Counter; 5],
    /// The counters as they were recorded last.
    counted: [u64; 5],
    /// Generation and end of each lease as they were recorded last.
    leases: BTreeMap<String, (u64, f64)>,
}

impl Metrics {
    pub(crate) fn new(vault: String) -> Self {
        let counters = ["logins", "renewals", "rotations", "revocations", "failures"];
        Self {
            ready: gauge!("direct_vault_ready", "vault" => vault.clone()),
            degraded: gauge!("direct_vault_degraded", "vault" => vault.clone()),
            bootstrap_stale: gauge!("direct_vault_bootstrap_stale", "vault" => vault.clone()),
            token_generation: gauge!("direct_vault_token_generation", "vault" => vault.clone()),
            token_expires: gauge!("direct_vault_token_expires_timestamp_seconds", "vault" => vault.clone()),
            counters: counters
                .map(|name| counter!(format!("direct_vault_{name}_total"), "vault" => vault.clone())),
            counted: [0; 5],
            leases: BTreeMap::new(),
            vault,
        }
    }

    pub(crate) fn record(&mut self, status: &Status) {
        self.ready.set(f64::from(status.is_ready()));
        self.degraded.set(f64::from(status.state == State::Degraded));
        self.bootstrap_stale.set(f64::from(status.bootstrap_stale));
        self.token_generation.set(status.generation as f64);
        self.token_expires.set(timestamp(status.token_expires));
        let counts = &status.counters;
        let counts = [counts.logins, counts.renewals, counts.rotations, counts.revocations, counts.failures];
        for ((counter, count), counted) in self.counters.iter().zip(counts).zip(&mut self.counted) {
            counter.increment(count - std::mem::replace(counted, count));
        }
        let leases: BTreeMap<_, _> = status
            .leases
            .iter()
            .map(|lease| (lease.path.as_str(), (lease.generation, timestamp(lease.expires))))
            .collect();
        let gone = self.leases.keys().filter(|path| !leases.contains_key(path.as_str()));
        let gone: Vec<_> = gone.map(|path| (path.clone(), (0, 0.0))).collect();
        let held = leases.into_iter().map(|(path, values)| (path.to_owned(), values));
        for (path, values) in held.chain(gone) {
            self.record_lease(path, values);
        }
        self.leases.retain(|_, (generation, _)| *generation > 0);
    }

    fn record_lease(&mut self, path: String, values: (u64, f64)) {
        if self.leases.get(&path) == Some(&values) {
            return;
        }
        let (generation, expires) = values;
        let labels = [("vault", self.vault.clone()), ("path", path.clone())];
        gauge!("direct_vault_lease_generation", &labels).set(generation as f64);
        gauge!("direct_vault_lease_expires_timestamp_seconds", &labels).set(expires);
        self.leases.insert(path, values);
    }
}

/// Nobody keeps the credentials good any more, and there is nothing left to replace.
impl Drop for Metrics {
    fn drop(&mut self) {
        for gauge in [&self.ready, &self.degraded, &self.bootstrap_stale, &self.token_expires] {
            gauge.set(0.0);
        }
        for path in std::mem::take(&mut self.leases).into_keys() {
            self.record_lease(path, (0, 0.0));
        }
    }
}

/// Returns the Unix time in whole seconds, so that it stands still while nothing happens.
fn timestamp(at: Option<Instant>) -> f64 {
    let Some(at) = at else { return 0.0 };
    let left = at.saturating_duration_since(Instant::now());
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    (now + left).as_secs_f64().round()
}

#[cfg(test)]
mod tests {
    use std::{
        sync::{
            Arc, Mutex,
            atomic::{AtomicU64, Ordering},
        },
        time::Duration,
    };

    use metrics::{GaugeFn, Key, KeyName, Metadata, Recorder, SharedString, Unit};

    use super::*;
    use crate::{Counters, LeaseStatus};

    /// Keeps the last value of everything.
    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<BTreeMap<String, Arc<AtomicU64>>>>);

    impl Kept {
        fn cell(&self, key: &Key) -> Arc<AtomicU64> {
            let path = key.labels().find(|label| label.key() == "path").map_or("", |label| label.value());
            self.0.lock().unwrap().entry(format!("{}{path}", key.name())).or_default().clone()
        }

        fn count(&self, name: &str) -> u64 {
            self.0.lock().unwrap()[name].load(Ordering::Relaxed)
        }

        fn value(&self, name: &str) -> f64 {
            f64::from_bits(self.count(name))
        }
    }

    struct Bits(Arc<AtomicU64>);

    impl GaugeFn for Bits {
        fn increment(&self, _: f64) {}
        fn decrement(&self, _: f64) {}
        fn set(&self, value: f64) {
            self.0.store(value.to_bits(), Ordering::Relaxed);
        }
    }

    impl Recorder for Kept {
        fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
        fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
        fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
        fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
            Counter::from_arc(self.cell(key))
        }
        fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
            Gauge::from_arc(Arc::new(Bits(self.cell(key))))
        }
        fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> metrics::Histogram {
            metrics::Histogram::noop()
        }
    }

    #[tokio::test]
    async fn a_recorder_sees_the_state_the_ends_and_what_was_counted() {
        let kept = Kept::default();
        let lease = LeaseStatus {
            path: "/creds".to_owned(),
            generation: 3,
            expires: Some(Instant::now() + Duration::from_secs(3600)),
        };
        let mut status = Status {
            state: State::Degraded,
            counters: Counters { logins: 2, ..Counters::default() },
            leases: vec![lease],
            ..Status::starting()
        };
        metrics::with_local_recorder(&kept, || {
            let mut metrics = Metrics::new("https://vault".to_owned());
            metrics.record(&status);
            assert_eq!(kept.value("direct_vault_lease_generation/creds"), 3.0);
            status.counters.logins = 5;
            status.leases.clear();
            metrics.record(&status);
            assert_eq!((kept.value("direct_vault_ready"), kept.value("direct_vault_degraded")), (1.0, 1.0));
        });
        assert_eq!((kept.value("direct_vault_ready"), kept.value("direct_vault_degraded")), (0.0, 0.0));
        assert_eq!(kept.count("direct_vault_logins_total"), 5);
        assert_eq!(kept.value("direct_vault_lease_generation/creds"), 0.0);
    }
}

//! What every test starts from.

use std::time::Duration;

use direct_vault::{State, Status, Vault, VaultSettings};
use lifecycle_tests::turns::{complete, settle, tasks, until};
use secrets_config_core::{Config, DbCredentials, Rotating};
use testkit::{FakeVault, Terms};
use tokio::{
    sync::watch,
    task::yield_now,
    time::{Instant, advance},
};

pub(crate) const PATH: &str = "database/creds/app";
pub(crate) const HOUR: Duration = Duration::from_secs(3600);

/// So often the driver looks whether somebody can still see what it holds.
pub(crate) const LOOK: Duration = Duration::from_secs(2);

/// Nothing ends soon.
pub(crate) const LONG: Terms =
    Terms { token_ttl: HOUR, token_max_ttl: HOUR, lease_ttl: HOUR, lease_max_ttl: HOUR };

pub(crate) struct Ground {
    pub(crate) server: FakeVault,
    tasks: usize,
}

impl Ground {
    pub(crate) async fn new(terms: Terms) -> Self {
        let server = FakeVault::start(terms).await.unwrap();
        Self { server, tasks: tasks() }
    }

    pub(crate) fn builder(&self) -> direct_vault::Builder {
        let url = self.server.url();
        let pairs = [
            ("VAULT_ADDR", url.as_str()),
            ("VAULT_ROLE_ID", "a role"),
            ("VAULT_SECRET_ID", "an id of the role"),
        ];
        Vault::builder(VaultSettings::from_pairs(pairs).unwrap())
    }

    pub(crate) async fn vault(&self) -> Vault {
        complete(self.builder().start()).await.unwrap()
    }

    /// Waits until no lease is left, and asserts that it has been asked for within `bound`: the answer takes turns, and no
    /// time.
    pub(crate) async fn assert_let_go(&self, bound: Duration) {
        settle().await;
        let start = Instant::now();
        complete(async {
            while self.server.leases() > 0 && start.elapsed() < bound {
                yield_now().await;
            }
        })
        .await;
        until("the lease is let go of", || self.server.leases() == 0).await;
    }

    /// Asserts that nobody is left to do anything, now or later.
    pub(crate) async fn assert_quiet(&self) {
        until("the tasks have ended", || tasks() == self.tasks).await;
        let requests = self.server.requests().len();
        advance(HOUR).await;
        settle().await;
        assert_eq!(self.server.requests()[requests..], [] as [String; 0]);
    }
}

/// What an application sees of a `Vault` that has ended: the same for ever.
pub(crate) struct Last {
    status: watch::Receiver<Status>,
    login: Rotating<DbCredentials>,
    generation: u64,
}

impl Last {
    pub(crate) async fn of(mut status: watch::Receiver<Status>, login: Rotating<DbCredentials>) -> Self {
        until("the status says so", || status.borrow().state == State::Stopped).await;
        status.mark_unchanged();
        let generation = login.generation();
        Self { status, login, generation }
    }

    pub(crate) async fn assert_unchanged(mut self) {
        assert!(self.status.has_changed().is_err(), "the status has a publisher");
        assert_eq!(self.login.generation(), self.generation);
        let newest = complete(self.login.changed()).await;
        let next = if newest.is_some() { complete(self.login.changed()).await } else { None };
        assert!(next.is_none(), "the login has a publisher");
    }
}

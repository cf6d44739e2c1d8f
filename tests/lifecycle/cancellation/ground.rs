//! What every test starts from.

use std::{cell::RefCell, fs, time::Duration};

use direct_vault::{Address, State, Status, Vault, VaultrsClient};
use lifecycle_tests::{
    service::settings,
    turns::{complete, settle, tasks, until},
};
use secrets_config_core::{DbCredentials, Rotating};
use serde_json::json;
use tempfile::NamedTempFile;
use testkit::{FakeVault, Terms};
use tokio::{
    sync::watch,
    task::yield_now,
    time::{Instant, advance},
};

use crate::tunnel::Tunnel;

pub(crate) const PATH: &str = "database/creds/app";
/// A login that Vault keeps.
pub(crate) const STATIC: &str = "database/static-creds/app";
pub(crate) const SECRET_ID: &str = "an id of the role";
/// Where a wrapped secret id is made.
const MADE_AT: &str = "auth/approle/role/app/secret-id";

pub(crate) const HOUR: Duration = Duration::from_secs(3600);

/// So often the driver looks whether somebody can still see what it holds.
pub(crate) const LOOK: Duration = Duration::from_secs(2);

/// Nothing ends soon.
pub(crate) const LONG: Terms =
    Terms { token_ttl: HOUR, token_max_ttl: HOUR, lease_ttl: HOUR, lease_max_ttl: HOUR };

pub(crate) struct Ground {
    pub(crate) server: FakeVault,
    /// What the service logs in with.
    secret_id: NamedTempFile,
    is_wrapped: bool,
    borrowed: RefCell<Option<VaultrsClient>>,
    tunnel: Option<Tunnel>,
    tasks: usize,
}

impl Ground {
    pub(crate) async fn new(terms: Terms) -> Self {
        let server = FakeVault::start(terms).await.unwrap();
        let secret_id = NamedTempFile::new().unwrap();
        let ground = Self {
            server,
            secret_id,
            is_wrapped: false,
            borrowed: RefCell::new(None),
            tunnel: None,
            tasks: tasks(),
        };
        ground.give(SECRET_ID);
        ground.set_password("a password");
        ground
    }

    /// The secret id comes wrapped.
    pub(crate) async fn wrapped(terms: Terms) -> Self {
        let ground = Self { is_wrapped: true, ..Self::new(terms).await };
        ground.give_wrapped();
        ground
    }

    /// With TLS.
    pub(crate) async fn behind_tls(terms: Terms) -> Self {
        let ground = Self::new(terms).await;
        let tunnel = Some(Tunnel::to(&ground.server.url()).await);
        Self { tunnel, tasks: tasks(), ..ground }
    }

    /// Changes the files of TLS.
    pub(crate) fn add_authority(&self) {
        self.tunnel.iter().for_each(Tunnel::add_authority);
    }

    pub(crate) fn builder(&self) -> direct_vault::Builder {
        let mut pairs = vec![("VAULT_SECRET_ID_FILE", self.secret_id.path().to_str().unwrap())];
        pairs.extend(self.is_wrapped.then_some(("VAULT_SECRET_ID_WRAPPING_PATH", MADE_AT)));
        let mut settings = settings(&self.server, &pairs);
        if let Some(tunnel) = &self.tunnel {
            settings.server.addr = Address::parse(&tunnel.url).unwrap();
            settings.server.tls.cacert = Some(tunnel.authorities().to_owned());
        }
        Vault::builder(settings)
    }

    /// Replaces the secret id in its file.
    pub(crate) fn give(&self, secret_id: &str) {
        fs::write(self.secret_id.path(), secret_id).unwrap();
    }

    pub(crate) fn give_wrapped(&self) {
        self.give(&self.server.wrap(SECRET_ID, MADE_AT));
    }

    /// Changes the password of the login that Vault keeps.
    pub(crate) fn set_password(&self, password: &str) {
        self.server.write(STATIC, json!({ "username": "app", "password": password, "ttl": 3600 }));
    }

    pub(crate) fn borrow(&self, vault: &Vault) {
        self.borrowed.replace(Some(vault.vaultrs().unwrap()));
    }

    pub(crate) fn return_what_is_borrowed(&self) {
        self.borrowed.take();
    }

    /// Returns how often this was asked for.
    pub(crate) fn asked(&self, request: &str) -> usize {
        self.server.requests().iter().filter(|asked| *asked == request).count()
    }

    pub(crate) async fn vault(&self) -> Vault {
        complete(self.builder().start()).await.unwrap()
    }

    /// Waits until nothing is held and no lease is left, and asserts that it has been asked for within `bound`: the
    /// answer takes turns, and no time.
    pub(crate) async fn assert_let_go(&self, vault: &Vault, bound: Duration) {
        let is_gone = || self.server.leases() == 0 && vault.status().borrow().leases.is_empty();
        settle().await;
        let start = Instant::now();
        complete(async {
            while !is_gone() && start.elapsed() < bound {
                yield_now().await;
            }
        })
        .await;
        until("it is let go of", is_gone).await;
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

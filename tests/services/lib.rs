//! What the tests of the example services start from: real servers, provisioned as an operator would.
#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a test's ground either stands or the test fails"
)]

use std::{path::PathBuf, time::Duration};

use testkit::{Postgres, Provision, Provisioned, Service, Vault};
use tokio::sync::OnceCell;

/// Nothing that is waited for takes longer than this, unless something is wrong.
pub const SOON: Duration = Duration::from_secs(20);

/// Returns the direct example, built once for all tests of a program.
///
/// # Errors
///
/// Cargo may not build it.
pub async fn binary() -> testkit::Result<&'static PathBuf> {
    static BINARY: OnceCell<PathBuf> = OnceCell::const_new();
    BINARY.get_or_try_init(|| Service::build("direct-vault-example")).await
}

/// Both servers and the application's place in them.
#[derive(Debug)]
pub struct Servers {
    /// The database.
    pub postgres: Postgres,
    /// Vault.
    pub vault: Vault,
    /// What the operator made.
    pub app: Provisioned,
    direct: PathBuf,
}

impl Servers {
    /// Starts both.
    pub async fn start(provision: Provision) -> Self {
        Self::with(Vault::start(), provision).await
    }

    /// Starts both, with a Vault that writes down every request.
    pub async fn start_audited(provision: Provision) -> Self {
        Self::with(Vault::start_audited(), provision).await
    }

    async fn with(vault: impl Future<Output = testkit::Result<Vault>>, provision: Provision) -> Self {
        let (direct, postgres, vault) = tokio::try_join!(binary(), Postgres::start(), vault).unwrap();
        let app = provision.apply(&vault, &postgres).await.unwrap();
        Self { postgres, vault, app, direct: direct.clone() }
    }

    /// Starts the direct example, with `changes` made to a good environment. One to an empty text takes the variable out.
    pub async fn service(&self, changes: &[(&str, &str)]) -> Service {
        let mut env = self.app.example_env(&self.vault, &self.postgres);
        env.retain(|(name, _)| changes.iter().all(|(changed, _)| name != changed));
        env.extend(changes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        env.retain(|(_, value)| !value.is_empty());
        Service::start(&self.direct, env).await.unwrap()
    }

    /// Starts the direct example and waits until it is ready.
    pub async fn ready_service(&self, changes: &[(&str, &str)]) -> Service {
        let mut service = self.service(changes).await;
        service.wait_ready(SOON).await.unwrap();
        service
    }

    /// Returns how many leases and how many database users the application has, when there are none or after a while.
    pub async fn left_over(&self) -> (usize, usize) {
        for _ in 0..50 {
            if self.count().await == (0, 0) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        self.count().await
    }

    async fn count(&self) -> (usize, usize) {
        let leases = self.app.leases(&self.vault).await.unwrap();
        let users = self.app.database_users(&self.postgres).await.unwrap();
        (leases, users.len())
    }
}

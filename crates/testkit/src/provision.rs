//! What an operator sets up before an application starts.

mod database;
mod login;
mod provisioned;

use std::{collections::BTreeMap, time::Duration};

use serde_json::json;

pub use provisioned::Provisioned;

use crate::{Postgres, Result, Vault};

/// The operator's set-up of one application called `app`, with the settings that tests vary.
///
/// It makes a database `app` whose table `orders` belongs to the group role `app_role`; a database role
/// `app-role` in Vault that issues users of that group; a KV v2 secret; and an AppRole login `app` whose policy
/// allows the secret, the database role, and renewing and revoking leases.
///
/// # Examples
///
/// ```no_run
/// # async fn example() -> testkit::Result<()> {
/// use std::time::Duration;
/// use testkit::{Postgres, Provision, Vault};
///
/// let (vault, postgres) = (Vault::start().await?, Postgres::start().await?);
/// let provision = Provision { lease_ttl: Duration::from_secs(5), ..Provision::default() };
/// let app = provision.apply(&vault, &postgres).await?;
/// assert_eq!(app.leases(&vault).await?, 0);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Provision {
    /// How long a database user lives without renewal. Default: 20 s.
    pub lease_ttl: Duration,
    /// How long a database user lives at most. Default: 60 s.
    pub lease_max_ttl: Duration,
    /// How long a token lives without renewal. Default: 30 s.
    pub token_ttl: Duration,
    /// How long a token lives at most. Default: 90 s.
    pub token_max_ttl: Duration,
    /// How many requests a token may make; 0 is no limit. Default: 0.
    pub token_num_uses: u32,
    /// How long the bootstrap secret id lives; zero is for ever. Default: zero.
    pub secret_id_ttl: Duration,
    /// How many logins the bootstrap secret id allows; 0 is no limit. Default: 0.
    pub secret_id_num_uses: u32,
}

impl Provision {
    /// Sets everything up on a fresh pair of servers.
    ///
    /// # Errors
    ///
    /// A server may refuse a step, such as when it has been set up already.
    pub async fn apply(&self, vault: &Vault, postgres: &Postgres) -> Result<Provisioned> {
        let admin = vault.admin();
        let kv = BTreeMap::from(KV.map(|(key, value)| (key.to_owned(), value.to_owned())));
        admin.post("sys/mounts/secret", json!({ "type": "kv", "options": { "version": "2" } })).await?;
        provisioned::write_when_ready(admin, "secret/data/k3s/app", json!({ "data": kv })).await?;
        self.database(admin, postgres).await?;
        let (role_id, secret_id) = self.login(admin).await?;
        Ok(Provisioned {
            role_id,
            secret_id,
            creds_path: database::CREDS_PATH.to_owned(),
            database_name: database::NAME.to_owned(),
            kv,
        })
    }
}

impl Default for Provision {
    fn default() -> Self {
        Self {
            lease_ttl: Duration::from_secs(20),
            lease_max_ttl: Duration::from_secs(60),
            token_ttl: Duration::from_secs(30),
            token_max_ttl: Duration::from_secs(90),
            token_num_uses: 0,
            secret_id_ttl: Duration::ZERO,
            secret_id_num_uses: 0,
        }
    }
}

/// Writes a duration as Vault reads it; its precision is the second.
fn seconds(duration: Duration) -> String {
    format!("{}s", duration.as_secs())
}

const KV: [(&str, &str); 3] = [
    ("API_KEY", "api-key-of-the-application"),
    ("DB_PASSWORD", "password-of-the-application"),
    ("JWT_SECRET", "a-signing-key-of-at-least-32-characters"),
];

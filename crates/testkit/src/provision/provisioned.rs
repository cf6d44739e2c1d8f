//! What the set-up left for the application, and what the application leaves behind.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use super::{database, login};
use crate::{Admin, Error, Postgres, Result, Vault};

/// A finished set-up.
#[derive(Clone, Debug)]
pub struct Provisioned {
    /// The AppRole's role id.
    pub role_id: String,
    /// A secret id of the AppRole.
    pub secret_id: String,
    /// The path that issues database users: `database/creds/app-role`.
    pub creds_path: String,
    /// The application's database: `app`.
    pub database_name: String,
    /// The contents of the KV v2 secret `secret/k3s/app`.
    pub kv: BTreeMap<String, String>,
}

impl Provisioned {
    /// Counts the database leases.
    ///
    /// # Errors
    ///
    /// Vault may not answer.
    pub async fn leases(&self, vault: &Vault) -> Result<usize> {
        vault.admin().lease_count(&self.creds_path).await
    }

    /// Counts the tokens that logins left.
    ///
    /// # Errors
    ///
    /// Vault may not answer.
    pub async fn tokens(&self, vault: &Vault) -> Result<usize> {
        vault.admin().lease_count(LOGIN).await
    }

    /// Returns the database users that Vault issued and has not removed.
    ///
    /// # Errors
    ///
    /// PostgreSQL may not answer.
    pub async fn database_users(&self, postgres: &Postgres) -> Result<Vec<String>> {
        postgres.roles_like("v-").await
    }

    /// Returns the ids of the database leases.
    ///
    /// # Errors
    ///
    /// Vault may not answer.
    pub async fn lease_ids(&self, vault: &Vault) -> Result<Vec<String>> {
        let keys = vault.admin().list(&format!("sys/leases/lookup/{}", self.creds_path)).await?;
        Ok(keys.iter().map(|key| format!("{}/{key}", self.creds_path)).collect())
    }

    /// Revokes every token that logins left, and with them their leases.
    ///
    /// # Errors
    ///
    /// Vault may not answer.
    pub async fn revoke_tokens(&self, vault: &Vault) -> Result<()> {
        vault.admin().revoke_prefix(LOGIN).await
    }

    /// Changes the policy of the application so that it denies `paths`; none makes it good again.
    ///
    /// # Errors
    ///
    /// Vault may not answer.
    pub async fn deny(&self, vault: &Vault, paths: &[&str]) -> Result<()> {
        let policy = json!({ "policy": login::policy(paths) });
        vault.admin().put(login::POLICY, policy).await.map(drop)
    }

    /// Makes each renewal of a database user fail in the database, or succeed again.
    ///
    /// # Errors
    ///
    /// Vault may not answer.
    pub async fn break_renewal(&self, vault: &Vault, broken: bool) -> Result<()> {
        let statements = if broken { json!(["SELECT 1 / 0"]) } else { json!([]) };
        let change = json!({ "renew_statements": statements });
        vault.admin().post(&format!("database/roles/{}", database::ROLE), change).await.map(drop)
    }

    /// Makes each new database user lack what the application needs, or have it again.
    ///
    /// # Errors
    ///
    /// Vault may not answer.
    pub async fn break_grants(&self, vault: &Vault, broken: bool) -> Result<()> {
        let statements = if broken { database::BARE_CREATION } else { database::CREATION };
        let change = json!({ "creation_statements": statements });
        vault.admin().post(&format!("database/roles/{}", database::ROLE), change).await.map(drop)
    }

    /// Makes Vault leave database users alone when it revokes their leases, or remove them again.
    ///
    /// # Errors
    ///
    /// Vault may not answer.
    pub async fn keep_users(&self, vault: &Vault, keep: bool) -> Result<()> {
        let statements = if keep { json!(["SELECT 1"]) } else { json!(database::REVOCATION) };
        let change = json!({ "revocation_statements": statements });
        vault.admin().post(&format!("database/roles/{}", database::ROLE), change).await.map(drop)
    }

    /// Makes Vault reach the database at another port, such as a [`Proxy`](crate::Proxy)'s. The application does not.
    ///
    /// # Errors
    ///
    /// Vault may not answer, or not reach the database there.
    pub async fn move_database(&self, vault: &Vault, postgres: &Postgres, port: u16) -> Result<()> {
        let connection = database::connection(postgres.password(), port);
        vault.admin().post(&format!("database/config/{}", self.database_name), connection).await.map(drop)
    }

    /// Takes the rights of a database user away and removes it, as Vault does, while its sessions go on.
    ///
    /// # Errors
    ///
    /// PostgreSQL may not answer.
    pub async fn drop_user(&self, postgres: &Postgres, user: &str) -> Result<()> {
        let statements = database::REVOCATION.join("; ").replace("{{name}}", user);
        postgres.execute(&self.database_name, &statements).await.map(drop)
    }

    /// The environment of the example service, but for its `PORT`.
    #[must_use]
    pub fn example_env(&self, vault: &Vault, postgres: &Postgres) -> Vec<(String, String)> {
        let env = [
            ("VAULT_ADDR", vault.address()),
            ("VAULT_ROLE_ID", self.role_id.clone()),
            ("VAULT_SECRET_ID", self.secret_id.clone()),
            ("DATABASE_HOST", postgres.host().to_owned()),
            ("DATABASE_PORT", postgres.port().to_string()),
            ("DATABASE_NAME", self.database_name.clone()),
            ("DATABASE_CREDS_PATH", self.creds_path.clone()),
            ("HOST", "127.0.0.1".to_owned()),
        ];
        env.map(|(name, value)| (name.to_owned(), value)).to_vec()
    }
}

/// Writes a KV v2 secret; a fresh mount refuses for a moment, until it has upgraded itself.
pub(super) async fn write_when_ready(admin: &Admin, path: &str, body: Value) -> Result<()> {
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        match admin.post(path, body.clone()).await {
            Ok(_) => return Ok(()),
            Err(Error::Vault { status: 400, .. }) if Instant::now() < deadline => {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            Err(error) => return Err(error),
        }
    }
}

pub(super) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

const LOGIN: &str = "auth/approle/login";

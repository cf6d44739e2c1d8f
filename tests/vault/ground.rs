//! A server with an AppRole login and a secret.

use std::time::Duration;

use secrets_config::{
    Config, Secret, SecretSource,
    vault::{ServerSettings, VaultSettings, login::AppRole},
};
use serde_json::{Value, json};
use testkit::{Admin, Error, Tls, Vault};
use tokio::time;

/// A server with an AppRole `app`, whose policy `app` allows to read the secret `secret/app/config`.
///
/// Its tokens live for an hour, and have no policy but that one.
#[derive(Debug)]
pub struct Ground {
    /// The server.
    pub server: Vault,
    /// The AppRole's role id.
    pub role_id: String,
}

/// A secret id, and the name by which an operator knows it.
#[derive(Clone, Debug)]
pub struct SecretId {
    /// The secret id itself.
    pub id: String,
    accessor: String,
}

/// What a service with a secret needs, with what the default policy would give it.
const POLICY: &str = r#"
path "secret/data/app/config" { capabilities = ["read"] }
path "auth/token/renew-self" { capabilities = ["update"] }
path "auth/token/lookup-self" { capabilities = ["read"] }
path "auth/token/revoke-self" { capabilities = ["update"] }
path "sys/leases/renew" { capabilities = ["update"] }
path "sys/leases/revoke" { capabilities = ["update"] }
"#;

impl Ground {
    /// Starts the server and sets it up.
    pub async fn start() -> Self {
        Self::on(Vault::start().await.unwrap()).await
    }

    /// The same with a second listener, with TLS.
    pub async fn start_with_tls(tls: Tls) -> Self {
        Self::on(Vault::start_with_tls(tls).await.unwrap()).await
    }

    async fn on(server: Vault) -> Self {
        let admin = server.admin();
        admin.put("sys/policies/acl/app", json!({ "policy": POLICY })).await.unwrap();
        admin.post("sys/auth/approle", json!({ "type": "approle" })).await.unwrap();
        admin
            .post("sys/mounts/secret", json!({ "type": "kv", "options": { "version": "2" } }))
            .await
            .unwrap();
        let ground = Self { server, role_id: String::new() };
        ground.set_role(json!({ "token_ttl": "1h" })).await;
        let role_id = ground.admin().get("auth/approle/role/app/role-id").await.unwrap();
        let ground = Self { role_id: text(&role_id["data"]["role_id"]), ..ground };
        ground.write_secret("app/config", json!({ "colour": "green" })).await;
        ground
    }

    /// The operator's client.
    #[must_use]
    pub fn admin(&self) -> &Admin {
        self.server.admin()
    }

    /// Adds to the policy of the AppRole.
    pub async fn allow(&self, rules: &str) {
        let policy = json!({ "policy": format!("{POLICY}{rules}") });
        self.admin().put("sys/policies/acl/app", policy).await.unwrap();
    }

    /// Changes the AppRole.
    pub async fn set_role(&self, mut change: Value) {
        change["token_policies"] = json!(["app"]);
        change["token_no_default_policy"] = json!(true);
        self.admin().post("auth/approle/role/app", change).await.unwrap();
    }

    /// Writes a KV v2 secret below `secret`; a fresh mount refuses for a moment, until it has upgraded itself.
    pub async fn write_secret(&self, path: &str, data: Value) {
        for _ in 0..500 {
            match self.admin().post(&format!("secret/data/{path}"), json!({ "data": data })).await {
                Ok(_) => return,
                Err(Error::Vault { status: 400, .. }) => time::sleep(Duration::from_millis(20)).await,
                Err(error) => panic!("{error}"),
            }
        }
        panic!("the mount is not ready");
    }

    /// Makes a secret id.
    pub async fn secret_id(&self) -> SecretId {
        let made = self.admin().post("auth/approle/role/app/secret-id", json!({})).await.unwrap();
        let made = &made["data"];
        SecretId { id: text(&made["secret_id"]), accessor: text(&made["secret_id_accessor"]) }
    }

    /// Makes a secret id and returns the token it is wrapped in.
    pub async fn wrapped_secret_id(&self, ttl: &str) -> String {
        let made =
            self.admin().wrapping(ttl).post("auth/approle/role/app/secret-id", json!({})).await.unwrap();
        text(&made["wrap_info"]["token"])
    }

    /// Makes a secret id useless.
    pub async fn destroy(&self, secret_id: &SecretId) {
        let body = json!({ "secret_id_accessor": secret_id.accessor });
        self.admin().post("auth/approle/role/app/secret-id-accessor/destroy", body).await.unwrap();
    }

    /// Where the server is, as a service is told.
    #[must_use]
    pub fn address(&self) -> ServerSettings {
        server(&[("VAULT_ADDR", &self.server.address())])
    }

    /// The settings of a service with this secret id.
    pub fn settings(&self, secret_id: impl Into<SecretSource>) -> VaultSettings {
        let role_id = Secret::from(self.role_id.as_str());
        VaultSettings::new(self.address(), AppRole::new(role_id, secret_id))
    }

    /// The settings of a service with a new secret id.
    pub async fn fresh_settings(&self) -> VaultSettings {
        self.settings(Secret::new(self.secret_id().await.id))
    }
}

/// Reads where a server is from variables.
#[must_use]
pub fn server(variables: &[(&str, &str)]) -> ServerSettings {
    ServerSettings::from_pairs(variables.iter().copied()).unwrap()
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

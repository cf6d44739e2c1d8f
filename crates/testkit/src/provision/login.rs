//! The policy and the AppRole the application logs in with.

use serde_json::json;

use super::{Provision, database, provisioned::text, seconds};
use crate::{Admin, Result};

impl Provision {
    /// Returns the role id and the secret id, read from where the sync would find them.
    pub(super) async fn login(&self, admin: &Admin) -> Result<(String, String)> {
        admin.put(POLICY, json!({ "policy": policy(&[]) })).await?;
        admin.post("sys/auth/approle", json!({ "type": "approle" })).await?;
        let role = json!({
            "token_policies": ["app"],
            "token_ttl": seconds(self.token_ttl),
            "token_max_ttl": seconds(self.token_max_ttl),
            "token_num_uses": self.token_num_uses,
            "secret_id_ttl": seconds(self.secret_id_ttl),
            "secret_id_num_uses": self.secret_id_num_uses,
            "bind_secret_id": true,
        });
        admin.post("auth/approle/role/app", role).await?;

        let role_id = admin.get("auth/approle/role/app/role-id").await?;
        let secret_id = admin.post("auth/approle/role/app/secret-id", json!({})).await?;
        let bootstrap = json!({ "data": {
            "VAULT_ROLE_ID": role_id["data"]["role_id"],
            "VAULT_SECRET_ID": secret_id["data"]["secret_id"],
        } });
        admin.post(BOOTSTRAP, bootstrap).await?;
        let synced = admin.get(BOOTSTRAP).await?;
        let synced = &synced["data"]["data"];
        Ok((text(&synced["VAULT_ROLE_ID"]), text(&synced["VAULT_SECRET_ID"])))
    }
}

/// A secret needs its exact path beside the one with `/*`, and the default policy does not allow revoking a lease. What
/// it does allow is refused only by a rule that says so.
pub(super) fn policy(denied: &[&str]) -> String {
    let rules = [
        ("secret/data/k3s/app", "read"),
        ("secret/data/k3s/app/*", "read"),
        (database::CREDS_PATH, "read"),
        ("sys/leases/renew", "update"),
        ("sys/leases/revoke", "update"),
    ];
    let allowed = rules.into_iter().filter(|(path, _)| !denied.contains(path));
    let rules = allowed.chain(denied.iter().map(|path| (*path, "deny")));
    rules.map(|(path, may)| format!("path \"{path}\" {{ capabilities = [\"{may}\"] }}\n")).collect()
}

pub(super) const POLICY: &str = "sys/policies/acl/app";
const BOOTSTRAP: &str = "secret/data/k3s/app-bootstrap";

//! What an operator sets up where only Vault is needed.

use serde_json::{Value, json};
use testkit::Vault;

/// How an application logs in.
#[derive(Debug)]
pub struct Login {
    role_id: String,
    secret_id: String,
}

/// Makes the AppRole `app`, with this role, at `auth/approle`.
pub async fn app_role(vault: &Vault, role: Value) -> Login {
    let admin = vault.admin();
    admin.post("sys/auth/approle", json!({ "type": "approle" })).await.unwrap();
    admin.post("auth/approle/role/app", role).await.unwrap();
    let role_id = admin.get("auth/approle/role/app/role-id").await.unwrap();
    let secret_id = admin.post("auth/approle/role/app/secret-id", json!({})).await.unwrap();
    Login {
        role_id: role_id["data"]["role_id"].as_str().unwrap().to_owned(),
        secret_id: secret_id["data"]["secret_id"].as_str().unwrap().to_owned(),
    }
}

impl Login {
    /// The variables of `direct_vault::VaultSettings`, for the Vault at this address.
    #[must_use]
    pub fn pairs<'a>(&'a self, address: &'a str) -> [(&'static str, &'a str); 3] {
        [("VAULT_ADDR", address), ("VAULT_ROLE_ID", &self.role_id), ("VAULT_SECRET_ID", &self.secret_id)]
    }
}

//! The database, and the role in Vault that issues its users.

use serde_json::{Value, json};

use super::{Provision, seconds};
use crate::{
    Admin, Postgres, Result,
    postgres::{identifier, literal},
};

impl Provision {
    pub(super) async fn database(&self, admin: &Admin, postgres: &Postgres) -> Result<()> {
        postgres.create_database(NAME).await?;
        postgres.execute(NAME, &schema(postgres.password())).await?;

        admin.post("sys/mounts/database", json!({ "type": "database" })).await?;
        let connection = connection(postgres.password(), postgres.port());
        admin.post(&format!("database/config/{NAME}"), connection).await?;
        let role = json!({
            "db_name": NAME,
            "creation_statements": CREATION,
            "revocation_statements": REVOCATION,
            "default_ttl": seconds(self.lease_ttl),
            "max_ttl": seconds(self.lease_max_ttl),
        });
        admin.post(&format!("database/roles/{ROLE}"), role).await.map(drop)
    }
}

/// How Vault reaches the database.
pub(super) fn connection(password: &str, port: u16) -> Value {
    json!({
        "plugin_name": "postgresql-database-plugin",
        "allowed_roles": [ROLE],
        "connection_url":
            format!("postgresql://{{{{username}}}}:{{{{password}}}}@127.0.0.1:{port}/{NAME}?sslmode=disable"),
        "username": OPERATOR,
        "password": password,
    })
}

/// The table and its owner, and the user Vault makes others with.
///
/// That user is no superuser. Since PostgreSQL 16 whoever creates a role may administer it but is no member of it,
/// and only a member of both roles may reassign what one owns to the other: hence `createrole_self_grant`.
fn schema(password: &str) -> String {
    let (operator, password) = (identifier(OPERATOR), literal(password));
    format!(
        "create role {GROUP} nologin;
         create table orders (
             id bigserial primary key, note text, created_at timestamptz not null default now());
         alter table orders owner to {GROUP};
         revoke create on schema public from public;
         grant usage, create on schema public to {GROUP};
         create role {operator} login createrole password {password};
         alter role {operator} set createrole_self_grant = 'set, inherit';
         grant {GROUP} to {operator} with admin option"
    )
}

pub(super) const NAME: &str = "app";
pub(super) const CREDS_PATH: &str = "database/creds/app-role";
pub(super) const ROLE: &str = "app-role";

const GROUP: &str = "app_role";
const OPERATOR: &str = "vault";

pub(super) const BARE_CREATION: [&str; 1] =
    ["CREATE ROLE \"{{name}}\" LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}'"];

pub(super) const CREATION: [&str; 1] = ["CREATE ROLE \"{{name}}\" LOGIN PASSWORD '{{password}}' \
     VALID UNTIL '{{expiration}}' IN ROLE app_role"];

pub(super) const REVOCATION: [&str; 3] = [
    "REASSIGN OWNED BY \"{{name}}\" TO app_role",
    "DROP OWNED BY \"{{name}}\"",
    "DROP ROLE IF EXISTS \"{{name}}\"",
];

//! What the service needs to run.

use std::net::{IpAddr, Ipv4Addr};

use secrets_config::{Config, vault::VaultSettings};

#[derive(Debug, Config)]
pub struct Settings {
    /// Where Vault is and who the service is: `VAULT_ADDR`, `VAULT_ROLE_ID`, `VAULT_SECRET_ID` ...
    #[config(flatten)]
    pub vault: VaultSettings,
    #[config(nested)]
    pub database: Database,
    /// Port to listen on.
    #[config(default = 3000)]
    pub port: u16,
    /// Address to listen on.
    #[config(default = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    pub host: IpAddr,
}

#[derive(Debug, Config)]
pub struct Database {
    /// Host of PostgreSQL.
    pub host: String,
    /// Port of PostgreSQL.
    #[config(default = 5432)]
    pub port: u16,
    /// Name of the database.
    pub name: String,
    /// Path that Vault makes logins at, such as `database/creds/app-role`.
    pub creds_path: String,
    /// Largest number of connections.
    #[config(default = 10)]
    #[validate(range(min = 1))]
    pub max_connections: u32,
    /// Age in seconds at which a login is replaced, though Vault would renew it on.
    #[validate(range(min = 5))]
    pub login_max_age: Option<u64>,
}

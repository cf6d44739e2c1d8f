//! What a service needs to reach Vault and to be known there.

mod timeout;
mod tls;

use std::time::Duration;

use secrets_config_derive::Config;

pub use self::tls::TlsSettings;
use crate::{Address, login::Login};

/// The variables that say where Vault is and who the service is.
///
/// Loaded alone, or as a field with `#[config(flatten)]` in the service's own settings. A program that chooses the
/// login itself needs [`ServerSettings`] only.
///
/// The names are those of the official clients, and each has a twin that begins with `BAO_`, which wins where both
/// are set. `VAULT_MAX_RETRIES` bounds calls only: what is held is kept by trying again for as long as it lives.
#[derive(Clone, Debug, Config)]
#[config(crate = secrets_config_core)]
#[non_exhaustive]
pub struct VaultSettings {
    /// Where Vault is.
    #[config(flatten)]
    pub server: ServerSettings,
    /// Who the service is: `VAULT_AUTH_METHOD` chooses, an AppRole if it is not set.
    #[config(flatten)]
    pub login: Login,
}

impl VaultSettings {
    /// Returns the settings of a service that logs in to `server` by `login`.
    #[must_use]
    pub fn new(server: ServerSettings, login: impl Into<Login>) -> Self {
        Self { server, login: login.into() }
    }
}

/// The variables that say where Vault is.
#[derive(Clone, Debug, Config)]
#[config(crate = secrets_config_core)]
#[non_exhaustive]
pub struct ServerSettings {
    /// Address of Vault.
    #[config(env = "VAULT_ADDR", preferred_alias = "BAO_ADDR", file)]
    pub addr: Address,
    /// Namespace of the mounts.
    #[config(env = "VAULT_NAMESPACE", preferred_alias = "BAO_NAMESPACE")]
    pub namespace: Option<String>,
    /// Namespace of the auth method, if it is another one.
    #[config(env = "VAULT_AUTH_NAMESPACE", preferred_alias = "BAO_AUTH_NAMESPACE")]
    pub auth_namespace: Option<String>,
    /// How long a request may take: seconds, or `500ms`. Unset is 10 s, and 30 s where a database is waited for.
    #[config(
        env = "VAULT_CLIENT_TIMEOUT",
        preferred_alias = "BAO_CLIENT_TIMEOUT",
        parse = timeout::parse
    )]
    pub client_timeout: Option<Duration>,
    /// How often a call for something new, such as `database` or a read of the key-value engine, is tried again when Vault
    /// cannot answer, before it returns the error. Unset is without end.
    #[config(env = "VAULT_MAX_RETRIES", preferred_alias = "BAO_MAX_RETRIES")]
    pub max_retries: Option<u32>,
    /// Whom to believe that they are Vault, and how to prove who the service is.
    #[config(flatten)]
    pub tls: TlsSettings,
}

impl ServerSettings {
    /// Returns the settings of the Vault at `addr`, with nothing else set.
    #[must_use]
    pub fn new(addr: Address) -> Self {
        Self {
            addr,
            namespace: None,
            auth_namespace: None,
            client_timeout: None,
            max_retries: None,
            tls: TlsSettings::default(),
        }
    }
}

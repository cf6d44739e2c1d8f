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

#[cfg(test)]
mod tests {
    use secrets_config_core::Config;

    use super::*;

    #[test]
    fn every_name_has_a_twin_that_wins() {
        let settings = ServerSettings::from_pairs([
            ("VAULT_ADDR", "https://vault:8200"),
            ("BAO_ADDR", "https://bao:8200"),
            ("VAULT_NAMESPACE", "vault"),
            ("BAO_NAMESPACE", "bao"),
            ("VAULT_AUTH_NAMESPACE", "vault"),
            ("BAO_AUTH_NAMESPACE", "bao"),
            ("VAULT_CLIENT_TIMEOUT", "1"),
            ("BAO_CLIENT_TIMEOUT", "2"),
            ("VAULT_MAX_RETRIES", "1"),
            ("BAO_MAX_RETRIES", "2"),
            ("VAULT_CACERT", "vault.pem"),
            ("BAO_CACERT", "bao.pem"),
            ("VAULT_CACERT_BYTES", "vault"),
            ("BAO_CACERT_BYTES", "bao"),
            ("VAULT_CAPATH", "vault"),
            ("BAO_CAPATH", "bao"),
            ("VAULT_CLIENT_CERT", "vault.pem"),
            ("BAO_CLIENT_CERT", "bao.pem"),
            ("VAULT_CLIENT_KEY", "vault.key"),
            ("BAO_CLIENT_KEY", "bao.key"),
            ("VAULT_TLS_SERVER_NAME", "vault"),
            ("BAO_TLS_SERVER_NAME", "bao"),
            ("VAULT_SKIP_VERIFY", "false"),
            ("BAO_SKIP_VERIFY", "true"),
        ]);
        let ServerSettings { addr, namespace, auth_namespace, client_timeout, max_retries, tls } =
            settings.unwrap();
        assert_eq!(addr.to_string(), "https://bao:8200");
        assert_eq!((namespace.as_deref(), auth_namespace.as_deref()), (Some("bao"), Some("bao")));
        assert_eq!((client_timeout, max_retries), (Some(Duration::from_secs(2)), Some(2)));
        assert_eq!((tls.cacert, tls.capath), (Some("bao.pem".into()), Some("bao".into())));
        assert_eq!((tls.client_cert, tls.client_key), (Some("bao.pem".into()), Some("bao.key".into())));
        assert_eq!((tls.cacert_bytes.as_deref(), tls.tls_server_name.as_deref()), (Some("bao"), Some("bao")));
        assert!(tls.skip_verify);
    }
}

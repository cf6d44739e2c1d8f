//! What a service needs to reach Vault.

use std::path::PathBuf;

use secrets_config_core::Secret;
use secrets_config_derive::Config;

use crate::Address;

/// The variables that say where Vault is and who the service is.
///
/// Loaded alone, or as a field with `#[config(flatten)]` in the service's own settings.
#[derive(Clone, Debug, Config)]
#[config(crate = secrets_config_core, prefix = "VAULT_")]
#[non_exhaustive]
pub struct VaultSettings {
    /// Address of Vault.
    #[config(file)]
    pub addr: Address,
    /// The AppRole's role id.
    pub role_id: Secret<String>,
    /// The AppRole's secret id.
    pub secret_id: Secret<String>,
    /// Namespace of the mounts.
    pub namespace: Option<String>,
    /// PEM file of the certificate authority that signed Vault's certificate, if the system does not know it.
    pub cacert: Option<PathBuf>,
}

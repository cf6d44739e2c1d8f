//! The variables of TLS.

use std::path::PathBuf;

use secrets_config_derive::Config;

/// The variables that say whom to believe that they are Vault, and how to prove who the service is.
///
/// The files are read again when they change: a certificate that is renewed needs no restart. New files are taken over
/// when Vault answers with them; until then the old ones stay in use, and
/// [`Status::last_error`](crate::Status::last_error) says why.
#[derive(Clone, Debug, Default, Config)]
#[config(crate = secrets_config_core, check(are_both, client_cert, client_key))]
#[non_exhaustive]
pub struct TlsSettings {
    /// PEM file of the certificate authority that signed Vault's certificate, if the system does not know it.
    #[config(env = "VAULT_CACERT", preferred_alias = "BAO_CACERT")]
    pub cacert: Option<PathBuf>,
    /// The certificate authority itself, as PEM. Wins over the file.
    #[config(env = "VAULT_CACERT_BYTES", preferred_alias = "BAO_CACERT_BYTES")]
    pub cacert_bytes: Option<String>,
    /// Directory of PEM files of certificate authorities. The file wins over it.
    #[config(env = "VAULT_CAPATH", preferred_alias = "BAO_CAPATH")]
    pub capath: Option<PathBuf>,
    /// PEM file of the certificate that the service shows to Vault.
    #[config(env = "VAULT_CLIENT_CERT", preferred_alias = "BAO_CLIENT_CERT")]
    pub client_cert: Option<PathBuf>,
    /// PEM file of that certificate's private key.
    #[config(env = "VAULT_CLIENT_KEY", preferred_alias = "BAO_CLIENT_KEY")]
    pub client_key: Option<PathBuf>,
    /// The name in Vault's certificate, if it is not the one in the address.
    #[config(env = "VAULT_TLS_SERVER_NAME", preferred_alias = "BAO_TLS_SERVER_NAME")]
    pub tls_server_name: Option<String>,
    /// Believe whoever answers. Refused unless the program allows it with `danger_allow_skip_verify`.
    #[config(env = "VAULT_SKIP_VERIFY", preferred_alias = "BAO_SKIP_VERIFY", default = false)]
    pub skip_verify: bool,
}

fn are_both(cert: &Option<PathBuf>, key: &Option<PathBuf>) -> Result<(), &'static str> {
    if cert.is_some() == key.is_some() { Ok(()) } else { Err("a certificate and its key, or neither") }
}

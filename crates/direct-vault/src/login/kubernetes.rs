//! The pod's service account.

use std::path::PathBuf;

use secrets_config_core::SecretSource;
use secrets_config_derive::Config;

use super::trimmed;

/// A login with the pod's service account, whose token the kubelet writes into a file and renews there.
///
/// ```
/// use direct_vault::login::Kubernetes;
///
/// let kubernetes = Kubernetes::new("app")
///     .token_file("/var/run/secrets/vault/token") // a projected token with an audience of its own
///     .mount("cluster-a");
/// ```
#[derive(Clone, Debug, Config)]
#[config(crate = secrets_config_core)]
pub struct Kubernetes {
    /// The auth method's role.
    #[config(env = "VAULT_ROLE", preferred_alias = "BAO_ROLE")]
    pub(super) role: String,
    /// File of the service account's token.
    #[config(
        env = "VAULT_JWT_FILE",
        preferred_alias = "BAO_JWT_FILE",
        default = "/var/run/secrets/kubernetes.io/serviceaccount/token"
    )]
    token_file: PathBuf,
    /// Where the auth method is mounted below `auth/`.
    #[config(env = "VAULT_AUTH_MOUNT", preferred_alias = "BAO_AUTH_MOUNT", default = "kubernetes")]
    pub(super) mount: String,
}

/// Where Kubernetes puts a pod's token if nothing else is asked for.
const TOKEN_FILE: &str = "/var/run/secrets/kubernetes.io/serviceaccount/token";

impl Kubernetes {
    /// Returns the login as `role`.
    #[must_use]
    pub fn new(role: impl Into<String>) -> Self {
        Self { role: role.into(), token_file: TOKEN_FILE.into(), mount: "kubernetes".to_owned() }
    }

    /// Sets the file of the service account's token. The default is
    /// `/var/run/secrets/kubernetes.io/serviceaccount/token`.
    #[must_use]
    pub fn token_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.token_file = path.into();
        self
    }

    /// Sets where the auth method is mounted below `auth/`. The default is `kubernetes`.
    #[must_use]
    pub fn mount(mut self, mount: impl Into<String>) -> Self {
        self.mount = trimmed(mount);
        self
    }

    pub(super) fn token(&self) -> SecretSource {
        SecretSource::file(&self.token_file)
    }
}

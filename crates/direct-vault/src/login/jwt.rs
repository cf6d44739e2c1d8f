//! JWT.

use secrets_config_core::SecretSource;
use secrets_config_derive::Config;

use super::trimmed;

/// A login with a signed statement (JWT) of somebody Vault trusts, such as a CI system.
///
/// ```
/// use direct_vault::login::Jwt;
/// use secrets_config_core::{Secret, SecretSource};
///
/// # async fn fetch_from_the_ci_system() -> Result<Secret<String>, std::io::Error> { Ok(Secret::from("e30.e30.")) }
/// let job = Jwt::new(SecretSource::function(fetch_from_the_ci_system)).role("deploy").mount("ci");
/// ```
#[derive(Clone, Debug, Config)]
#[config(crate = secrets_config_core)]
pub struct Jwt {
    /// The JWT itself.
    #[config(env = "VAULT_JWT", preferred_alias = "BAO_JWT")]
    pub(super) token: SecretSource,
    /// The auth method's role, if it is not the method's default one.
    #[config(env = "VAULT_ROLE", preferred_alias = "BAO_ROLE")]
    pub(super) role: Option<String>,
    /// Where the auth method is mounted below `auth/`.
    #[config(env = "VAULT_AUTH_MOUNT", preferred_alias = "BAO_AUTH_MOUNT", default = "jwt")]
    pub(super) mount: String,
}

impl Jwt {
    /// Returns the login with `token`, which is asked for at every login, since it ends soon.
    #[must_use]
    pub fn new(token: impl Into<SecretSource>) -> Self {
        Self { token: token.into(), role: None, mount: "jwt".to_owned() }
    }

    /// Sets the auth method's role. The default is the method's own.
    #[must_use]
    pub fn role(mut self, role: impl Into<String>) -> Self {
        self.role = Some(role.into());
        self
    }

    /// Sets where the auth method is mounted below `auth/`. The default is `jwt`.
    #[must_use]
    pub fn mount(mut self, mount: impl Into<String>) -> Self {
        self.mount = trimmed(mount);
        self
    }
}

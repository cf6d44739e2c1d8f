//! AppRole.

use secrets_config_core::SecretSource;
use secrets_config_derive::Config;

use super::trimmed;

/// A login with a role id and a secret id.
///
/// ```
/// use direct_vault::login::AppRole;
/// use secrets_config_core::{Secret, SecretSource};
///
/// let app_role = AppRole::new(
///     Secret::from("2b7e5f60-8d0c-4a52-9f4e-53c8e1f0a7c1"),
///     SecretSource::file("/var/run/secrets/vault/secret-id"),
/// )
/// .mount("team/approle");
/// ```
#[derive(Clone, Debug, Config)]
#[config(crate = secrets_config_core)]
pub struct AppRole {
    /// The AppRole's role id.
    #[config(env = "VAULT_ROLE_ID", preferred_alias = "BAO_ROLE_ID")]
    pub(super) role_id: SecretSource,
    /// The AppRole's secret id, or the token it is wrapped in.
    #[config(env = "VAULT_SECRET_ID", preferred_alias = "BAO_SECRET_ID")]
    pub(super) secret_id: SecretSource,
    /// Where the secret id must have been made if it is wrapped, such as `auth/approle/role/app/secret-id`.
    #[config(env = "VAULT_SECRET_ID_WRAPPING_PATH", preferred_alias = "BAO_SECRET_ID_WRAPPING_PATH")]
    pub(super) wrapping_path: Option<String>,
    /// Where the auth method is mounted below `auth/`.
    #[config(env = "VAULT_AUTH_MOUNT", preferred_alias = "BAO_AUTH_MOUNT", default = "approle")]
    pub(super) mount: String,
}

impl AppRole {
    /// Returns the login with these two.
    #[must_use]
    pub fn new(role_id: impl Into<SecretSource>, secret_id: impl Into<SecretSource>) -> Self {
        Self {
            role_id: role_id.into(),
            secret_id: secret_id.into(),
            wrapping_path: None,
            mount: "approle".to_owned(),
        }
    }

    /// Sets where the auth method is mounted below `auth/`. The default is `approle`.
    #[must_use]
    pub fn mount(mut self, mount: impl Into<String>) -> Self {
        self.mount = trimmed(mount);
        self
    }

    /// Makes the secret id be a response-wrapping token, which is unwrapped once.
    ///
    /// `creation_path` is where the wrapped answer must come from, such as `auth/approle/role/app/secret-id`: a token
    /// from elsewhere was put in place of the right one. The default is a secret id that is not wrapped.
    ///
    /// # Security
    ///
    /// A token that was unwrapped before is [`Error::WrappingTokenUsed`](crate::Error::WrappingTokenUsed): somebody
    /// else has the secret id. It is logged as an error with the field `security` and not tried again.
    #[must_use]
    pub fn wrapped(mut self, creation_path: impl Into<String>) -> Self {
        self.wrapping_path = Some(trimmed(creation_path));
        self
    }
}

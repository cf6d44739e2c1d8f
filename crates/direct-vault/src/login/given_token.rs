//! A token that somebody else made.

use secrets_config_core::SecretSource;
use secrets_config_derive::Config;

/// A login with a token that somebody else made: an operator, or an agent that writes it into a file.
///
/// The token is renewed while Vault renews it, and never revoked: it is not ours. When it nears its end the source is
/// asked for another one.
///
/// ```
/// use direct_vault::login::GivenToken;
/// use secrets_config_core::SecretSource;
///
/// let sink = GivenToken::new(SecretSource::file("/home/vault/.vault-token"));
/// ```
#[derive(Clone, Debug, Config)]
#[config(crate = secrets_config_core)]
pub struct GivenToken {
    /// The token.
    #[config(env = "VAULT_TOKEN", preferred_alias = "BAO_TOKEN")]
    pub(super) token: SecretSource,
}

impl GivenToken {
    /// Returns the login with `token`.
    #[must_use]
    pub fn new(token: impl Into<SecretSource>) -> Self {
        Self { token: token.into() }
    }
}

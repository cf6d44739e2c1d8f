//! A secret id that comes wrapped.

use secrets_config_core::Secret;

use super::{Authenticator, memory::lock};
use crate::{Error, client::Client};

impl Authenticator {
    /// Returns the secret id that `wrapping` holds, which must come from `path`.
    ///
    /// Vault gives it once. So it is remembered, and a token that holds nothing, or something of another origin, is not
    /// shown to Vault again.
    pub(super) async fn unwrapped(
        &self,
        client: &Client,
        wrapping: Secret<String>,
        path: &str,
    ) -> Result<Secret<String>, Error> {
        if let Some((known, secret_id)) = &lock(&self.memory).unwrapped {
            if *known == wrapping {
                return Ok(secret_id.clone());
            }
        }
        let spent = lock(&self.memory).spent.clone();
        let refused = match spent {
            Some((known, error)) if known == wrapping => error,
            _ => match unwrap(client, &wrapping, path).await {
                Ok(secret_id) => {
                    lock(&self.memory).unwrapped = Some((wrapping, secret_id.clone()));
                    return Ok(secret_id);
                }
                Err(error @ (Error::WrappingTokenUsed { .. } | Error::WrappedElsewhere { .. })) => {
                    tracing::error!(security = true, "{error}");
                    lock(&self.memory).spent = Some((wrapping, error.clone()));
                    error
                }
                Err(error) => return Err(error),
            },
        };
        // The service goes on with the one it has; that somebody else may have the new one is said above.
        let known = lock(&self.memory).unwrapped.as_ref().map(|(_, secret_id)| secret_id.clone());
        known.ok_or(refused)
    }
}

/// Looks where the token's content comes from before it is taken: a look does not use the token up.
async fn unwrap(client: &Client, wrapping: &Secret<String>, path: &str) -> Result<Secret<String>, Error> {
    let created = client.wrapping_path(wrapping, path).await?;
    if created != path {
        return Err(Error::WrappedElsewhere { expected: path.to_owned(), path: created });
    }
    client.unwrap_secret_id(wrapping, path).await
}

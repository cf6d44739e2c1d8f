//! Whether Vault can serve at all.

use std::time::Duration;

use reqwest::Method;

use super::Client;
use crate::Error;

const TIMEOUT: Duration = Duration::from_secs(5);

/// What `sys/health` says. It needs no token, so that a sealed Vault is not asked with one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Health {
    /// Requests can be served, by this server or through it.
    Serving,
    /// Nothing can be served.
    Sealed,
    /// The server is there but no Vault is: not initialised, or a secondary for disasters.
    Absent,
}

impl Client {
    /// # Errors
    ///
    /// [`Error::Unreachable`].
    pub(crate) async fn health(&self) -> Result<Health, Error> {
        let request = self.request(Method::GET, "sys/health", TIMEOUT);
        let response = request.send().await.map_err(|error| self.unreachable(&error))?;
        Ok(match response.status().as_u16() {
            // 429 is a standby and 473 a performance standby: both pass requests on.
            200 | 429 | 473 => Health::Serving,
            503 => Health::Sealed,
            _ => Health::Absent,
        })
    }
}

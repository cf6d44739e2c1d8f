//! Whether Vault can serve at all.

use std::time::Duration;

use reqwest::Method;

use super::{Client, REQUEST};
use crate::Error;

const PATH: &str = "sys/health";
const TIMEOUT: Duration = Duration::from_secs(5);

/// What `sys/health` says. It needs no token, so that a sealed Vault is not asked with one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Health {
    /// Requests can be served, by this server or through it.
    Serving,
    /// Nothing can be served.
    Sealed,
    /// The server is there but no Vault is: not initialised (501), or a secondary for disasters (472, 474).
    Absent(u16),
}

impl Health {
    fn of(status: u16) -> Self {
        match status {
            503 => Self::Sealed,
            472 | 474 | 500.. => Self::Absent(status),
            // 429 is a standby and 473 a performance standby: both pass requests on. Anything else is not Vault's but
            // of somebody in front, who does not pass this on: whether Vault serves is found out by asking for more.
            _ => Self::Serving,
        }
    }
}

impl Client {
    /// Returns the error that a Vault which cannot serve is.
    pub(crate) fn unhealthy(&self, health: Health) -> Option<Error> {
        match health {
            Health::Serving => None,
            Health::Sealed => Some(Error::Sealed { address: self.address.to_string() }),
            Health::Absent(status) => Some(Error::Unavailable {
                path: PATH.to_owned(),
                status,
                messages: Vec::new(),
                retry_after: None,
            }),
        }
    }

    /// # Errors
    ///
    /// [`Error::Unreachable`].
    pub(crate) async fn health(&self) -> Result<Health, Error> {
        let request = self.request(Method::GET, PATH, TIMEOUT).header(REQUEST, "true");
        let response = request.send().await.map_err(|error| self.unreachable(&error))?;
        Ok(Health::of(response.status().as_u16()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_vault_itself_says_that_it_cannot_serve() {
        let of = |statuses: &[u16]| statuses.iter().map(|status| Health::of(*status)).collect::<Vec<_>>();
        assert_eq!(of(&[200, 429, 473]), [Health::Serving; 3]);
        assert_eq!(of(&[503, 501, 472]), [Health::Sealed, Health::Absent(501), Health::Absent(472)]);
        assert_eq!(of(&[307, 403, 404, 412]), [Health::Serving; 4], "somebody in front of it");
    }
}

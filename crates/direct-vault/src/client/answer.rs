//! An answer of Vault: what it holds, or which error it is.

use std::time::Duration;

use reqwest::{
    StatusCode,
    header::{HeaderMap, RETRY_AFTER},
};
use serde::{Deserialize, de::IgnoredAny};
use zeroize::Zeroizing;

use crate::{Address, Error, login::Method};

pub(super) struct Answer {
    pub(super) path: String,
    pub(super) status: StatusCode,
    pub(super) retry_after: Option<Duration>,
    /// Where a redirect points that was not followed.
    pub(super) location: Option<String>,
    pub(super) body: Zeroizing<Vec<u8>>,
}

/// What a status below 500 means depends on what was asked.
#[derive(Clone, Copy)]
pub(super) enum Asked {
    Login(Method),
    Read,
    Renew,
    Revoke,
    LookUp,
}

impl Asked {
    fn operation(self) -> &'static str {
        match self {
            Self::Login(_) => "login",
            Self::Read => "read",
            Self::Renew => "renew",
            Self::Revoke => "revoke",
            Self::LookUp => "lookup",
        }
    }
}

impl Answer {
    /// Returns the good answer as a `T`, or the error it is.
    pub(super) fn parse<'a, T: Deserialize<'a>>(
        &'a self,
        asked: Asked,
        address: &Address,
    ) -> Result<T, Error> {
        self.good(asked, address)?;
        // serde's error quotes what it could not read: dropped.
        serde_json::from_slice(&self.body).map_err(|_| self.malformed("it lacks what was asked for"))
    }

    /// Returns the error that the answer is, if it is one.
    pub(super) fn good(&self, asked: Asked, address: &Address) -> Result<(), Error> {
        if self.status.is_success() {
            return Ok(());
        }
        let path = self.path.clone();
        let status = self.status.as_u16();
        if self.status.is_redirection() {
            return Err(self.unavailable(vec![self.redirected()]));
        }
        let messages = self.messages();
        if matches!(status, 412 | 429 | 472 | 473 | 500..) {
            // A balancer in front of Vault has a body of its own.
            let messages = messages.unwrap_or_default();
            let is_sealed = status == 503 && messages.iter().any(|message| message.contains("sealed"));
            return Err(if is_sealed {
                Error::Sealed { address: address.to_string() }
            } else {
                self.unavailable(messages)
            });
        }
        let Some(messages) = messages else { return Err(self.malformed("it is not JSON with `errors`")) };
        Err(match (status, asked) {
            (_, Asked::Login(method)) => Error::LoginRefused { method, path, status, messages },
            (403, _) => Error::Denied { operation: asked.operation(), path, messages },
            (_, Asked::Renew | Asked::Revoke) if messages.iter().any(|message| is_gone(message)) => {
                Error::LeaseGone { path, messages }
            }
            (_, Asked::Renew | Asked::Revoke) if messages.iter().any(|message| is_behind(message)) => {
                self.unavailable(messages)
            }
            (_, Asked::Renew) => Error::RenewalRefused { path, status, messages },
            (_, Asked::Revoke) => Error::LeaseGone { path, messages },
            _ => Error::NotFound { path, status, messages },
        })
    }

    fn unavailable(&self, messages: Vec<String>) -> Error {
        Error::Unavailable {
            path: self.path.clone(),
            status: self.status.as_u16(),
            messages,
            retry_after: self.retry_after,
        }
    }

    pub(super) fn malformed(&self, reason: &'static str) -> Error {
        Error::Malformed { path: self.path.clone(), reason }
    }

    fn redirected(&self) -> String {
        let to = self.location.as_deref().and_then(|location| reqwest::Url::parse(location).ok());
        let origin = to.map_or_else(|| "elsewhere".to_owned(), |url| url.origin().ascii_serialization());
        format!("it redirects to {origin}, which is not VAULT_ADDR, and the token goes nowhere else")
    }

    /// Returns Vault's own short messages, each on one line, or nothing if the body is not Vault's.
    pub(super) fn messages(&self) -> Option<Vec<String>> {
        #[derive(Deserialize)]
        struct Said {
            errors: Option<Vec<String>>,
            // A path without `data/` is explained here.
            #[serde(default)]
            warnings: Option<Vec<String>>,
            data: Option<Nothing>,
        }
        /// What is left of a version that is not there any more.
        #[derive(Deserialize)]
        struct Nothing {
            metadata: Option<IgnoredAny>,
        }
        let Said { errors, warnings, data } = serde_json::from_slice(&self.body).ok()?;
        let is_version = data.is_some_and(|data| data.metadata.is_some());
        let gone = is_version.then(|| "this version is deleted or destroyed".to_owned());
        if errors.is_none() && warnings.is_none() && gone.is_none() {
            return None;
        }
        let messages = errors.into_iter().chain(warnings).flatten().chain(gone);
        let lines = messages.map(|message| one_line(&message)).filter(|line| !line.is_empty());
        Some(lines.take(3).collect())
    }
}

/// Returns how long the answer asks to wait. A date instead of seconds is not used by Vault.
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}

/// Whether Vault says that the lease is no more, and not only that it can have no more time. The last one is what
/// PostgreSQL says of a role that somebody has dropped: the lease is there, and worth nothing.
fn is_gone(message: &str) -> bool {
    ["lease not found", "lease expired", "lease is expired", "invalid lease ID", "SQLSTATE 42704"]
        .iter()
        .any(|gone| message.contains(gone))
}

/// Whether the database behind Vault failed and not the request: the server says so with 400 as well.
fn is_behind(message: &str) -> bool {
    let failed = ["failed to renew entry", "failed to revoke entry"];
    failed.iter().any(|failed| message.contains(failed)) && !message.contains("past the max TTL")
}

fn one_line(message: &str) -> String {
    const MOST: usize = 200;
    let words = message.strip_prefix("1 error occurred:").unwrap_or(message).split_whitespace();
    let line = words.collect::<Vec<_>>().join(" ");
    line.trim_start_matches("* ").chars().filter(|character| !character.is_control()).take(MOST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What OpenBao says when a lease is renewed, and what that means.
    fn renewal(message: &str) -> Error {
        let answer = Answer {
            path: "sys/leases/renew".to_owned(),
            status: StatusCode::BAD_REQUEST,
            retry_after: None,
            location: None,
            body: Zeroizing::new(serde_json::json!({ "errors": [message] }).to_string().into_bytes()),
        };
        let address = Address::parse("http://vault").unwrap();
        answer.good(Asked::Renew, &address).unwrap_err()
    }

    #[test]
    fn a_renewal_that_fails_in_the_database_is_waited_for() {
        let wrapped = |said: &str| {
            renewal(&format!(
                "failed to renew entry: resp: (*logical.Response)(nil) err: 1 error occurred:\n\t* {said}\n\n"
            ))
        };
        let down = wrapped(
            "failed to connect to `user=vault`: dial error: dial tcp 127.0.0.1:1: connect: connection refused",
        );
        assert!(matches!(down, Error::Unavailable { status: 400, .. }), "{down}");
        let dropped = wrapped(
            "ERROR: role \"v-approle-app-QXoiwsf0j3nUwBvm41d1-1795337004\" does not exist (SQLSTATE 42704)",
        );
        assert!(matches!(dropped, Error::LeaseGone { .. }), "{dropped}");
        let over = wrapped("past the max TTL, cannot renew");
        assert!(matches!(over, Error::RenewalRefused { .. }), "{over}");
    }

    #[test]
    fn a_lease_that_is_no_more_is_told_from_one_that_gets_no_more_time() {
        assert!(matches!(renewal("lease not found"), Error::LeaseGone { .. }));
        assert!(matches!(renewal("lease is not renewable"), Error::RenewalRefused { .. }));
    }
}

//! What can go wrong with Vault, and what to check.

use std::{sync::Arc, time::Duration};

use crate::login::Method;

/// Says what failed, where, and what to check. Holds names, paths, status codes and Vault's own short messages;
/// never a body, a header or a secret.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Vault could not be reached, or one side refused the other's certificate: the request was not taken.
    #[error(
        "no answer from Vault at {address} ({reason}): check VAULT_ADDR, the network and that Vault runs"
    )]
    Unreachable {
        /// The address asked.
        address: String,
        /// What the network said.
        reason: String,
    },
    /// Vault took a request and gave no answer in time.
    #[error("no answer to {path} within {timeout:?}: check Vault, and what is behind that path")]
    TimedOut {
        /// The API path.
        path: String,
        /// How long it was waited for.
        timeout: Duration,
    },
    /// The connection broke after the request was sent. Vault may have done what it asked for.
    #[error(
        "the connection broke before the answer to {path} ({reason}): check the network and that Vault runs"
    )]
    AnswerLost {
        /// The API path.
        path: String,
        /// What the network said.
        reason: String,
    },
    /// Vault answers but is sealed.
    #[error("the Vault at {address} is sealed: it answers when somebody unseals it")]
    Sealed {
        /// The address asked.
        address: String,
    },
    /// Vault, or what is behind it, cannot serve the request now.
    #[error("Vault cannot serve {path} now (status {status}{})", said(messages))]
    Unavailable {
        /// The API path.
        path: String,
        /// The HTTP status.
        status: u16,
        /// What Vault said.
        messages: Vec<String>,
        /// How long Vault asks to wait.
        retry_after: Option<Duration>,
    },
    /// The login was refused.
    #[error("Vault refused the login at {path} (status {status}{}): {}", said(messages), method.advice())]
    LoginRefused {
        /// How it was tried to log in.
        method: Method,
        /// The login's API path.
        path: String,
        /// The HTTP status.
        status: u16,
        /// What Vault said.
        messages: Vec<String>,
    },
    /// What proves who the service is cannot be had.
    #[error("there is no {what} to log in with: {reason}")]
    Source {
        /// What is to be had: `secret id`.
        what: &'static str,
        /// Whether it is in a file.
        is_file: bool,
        /// Why it cannot: what is wrong with the file, or what the program's own function says.
        reason: String,
    },
    /// The secret id was unwrapped before, or its wrapping token has ended. Somebody else may have it.
    #[error(
        "the wrapping token of the secret id is used up or has ended{}: if nobody of yours unwrapped it, somebody \
         else has the secret id. Destroy it and have {path} make another one",
        said(messages)
    )]
    WrappingTokenUsed {
        /// Where the secret id was to be made.
        path: String,
        /// What Vault said.
        messages: Vec<String>,
    },
    /// The wrapping token holds an answer of another path. Somebody may have put it there.
    #[error(
        "the wrapping token of the secret id comes from {path} and not from {expected}: it may have been put in \
         place of the right one"
    )]
    WrappedElsewhere {
        /// Where it should come from.
        expected: String,
        /// Where it comes from.
        path: String,
    },
    /// The token that was given nears its end or has ended, and there is no other one.
    #[error("the token of VAULT_TOKEN ends and is still the same: put another one there")]
    TokenNotReplaced,
    /// The token may not do this, or there is nothing mounted.
    #[error(
        "Vault denied {operation} on {path}{}: check the path's mount and role, the namespace, and that a policy of \
         the login grants it on exactly this path, which one with `/*` after it does not",
        said(messages)
    )]
    Denied {
        /// What was tried: `read`, `renew`.
        operation: &'static str,
        /// The API path.
        path: String,
        /// What Vault said.
        messages: Vec<String>,
    },
    /// The path has nothing to give.
    #[error(
        "Vault has nothing at {path} (status {status}{}): check the mount, the namespace, and the name of the role or \
         secret",
        said(messages)
    )]
    NotFound {
        /// The API path.
        path: String,
        /// The HTTP status.
        status: u16,
        /// What Vault said.
        messages: Vec<String>,
    },
    /// What Vault has there is not leased.
    #[error("what Vault has at {path} is not leased: check that it is the path of a dynamic role")]
    NotLeased {
        /// The path that was read.
        path: String,
    },
    /// What Vault has there is leased: each look at it makes another lease.
    #[error(
        "what Vault has at {path} is leased, and each look would make another lease: ask for it with `database` or \
         `lease`, or check that it is the path of a static role or a secret that is only kept"
    )]
    Leased {
        /// The path that was read.
        path: String,
    },
    /// The path would lead elsewhere than it says.
    #[error("{path:?} is no path in Vault: it has `.` or `..` as a part, or a character that no path has")]
    Path {
        /// The path that was asked for.
        path: String,
    },
    /// What Vault has there does not fit the type it was asked for as.
    #[error(
        "what Vault has at {path} is not {expected}: check the path, and the names and types of what is there"
    )]
    Unfit {
        /// The path that was read.
        path: String,
        /// What was asked for: a type's name.
        expected: &'static str,
    },
    /// Vault will not give the lease or token more time.
    #[error("Vault gives {path} no more time (status {status}{})", said(messages))]
    RenewalRefused {
        /// The path the lease was read from, or that of the token's renewal.
        path: String,
        /// The HTTP status.
        status: u16,
        /// What Vault said.
        messages: Vec<String>,
    },
    /// The lease or token to be renewed is no more.
    #[error("the lease of {path} is no more{}", said(messages))]
    LeaseGone {
        /// The path the lease was read from.
        path: String,
        /// What Vault said.
        messages: Vec<String>,
    },
    /// The answer is not one of Vault's.
    #[error("the answer to {path} is not one of Vault's ({reason}): check that VAULT_ADDR is Vault's")]
    Malformed {
        /// The API path.
        path: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The token cannot be used for long.
    #[error("the login gives tokens with {limit}: set it to 0 in the role, since each renewal is a use")]
    UnusableToken {
        /// The role's setting.
        limit: String,
    },
    /// The namespace cannot be sent in a header.
    #[error("VAULT_NAMESPACE is no namespace: it holds characters that cannot be sent")]
    Namespace,
    /// The name in Vault's certificate cannot be one.
    #[error("VAULT_TLS_SERVER_NAME is no DNS name")]
    ServerName,
    /// Whether Vault is Vault is not to be checked, and the program does not allow that.
    #[error(
        "VAULT_SKIP_VERIFY is set and the program does not allow it: give the certificate authority in VAULT_CACERT \
         instead"
    )]
    SkipVerify,
    /// The TLS set-up cannot be made.
    #[error("cannot set up TLS to Vault with {file}: {reason}")]
    Tls {
        /// Whose signatures are believed: a CA's file, or the system's certificates.
        file: String,
        /// What is wrong with it.
        reason: String,
    },
    /// There was no login by the deadline of the start.
    #[error("no login to Vault within {deadline:?}")]
    NotStarted {
        /// How long it was waited for.
        deadline: Duration,
        /// What kept it, if that is known.
        source: Option<Arc<Self>>,
    },
    /// The `Vault` this was asked of has been shut down.
    #[error("the connection to Vault has been shut down")]
    Stopped,
}

impl Error {
    /// Returns what to do about the error.
    #[must_use]
    pub fn class(&self) -> Class {
        match self {
            Self::Unreachable { .. }
            | Self::TimedOut { .. }
            | Self::AnswerLost { .. }
            | Self::Sealed { .. }
            | Self::Unavailable { .. }
            | Self::NotStarted { .. }
            | Self::TokenNotReplaced
            | Self::Source { is_file: false, .. }
            | Self::Malformed { .. } => Class::Wait,
            Self::LeaseGone { .. } | Self::RenewalRefused { .. } => Class::Reissue,
            Self::Denied { .. } => Class::Relogin,
            Self::LoginRefused { .. }
            | Self::Source { is_file: true, .. }
            | Self::WrappingTokenUsed { .. }
            | Self::WrappedElsewhere { .. }
            | Self::NotFound { .. }
            | Self::NotLeased { .. }
            | Self::Leased { .. }
            | Self::Path { .. }
            | Self::Unfit { .. }
            | Self::UnusableToken { .. }
            | Self::Namespace
            | Self::ServerName
            | Self::SkipVerify
            | Self::Tls { .. }
            | Self::Stopped => Class::Fatal,
        }
    }

    /// Has an error about a lease name the path that it was read from: all leases are renewed at one.
    pub(crate) fn of_lease(mut self, read_from: String) -> Self {
        if let Self::LeaseGone { path, .. } | Self::RenewalRefused { path, .. } = &mut self {
            *path = read_from;
        }
        self
    }

    /// Returns whether the same request may succeed later without anybody's doing.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.class() == Class::Wait
    }
}

/// What to do about an error.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Class {
    /// Wait: the request is right, Vault cannot answer it now.
    Wait,
    /// Ask for a new lease.
    Reissue,
    /// Log in again, if the token turns out to be dead.
    Relogin,
    /// Somebody must change something.
    Fatal,
}

fn said(messages: &[String]) -> String {
    if messages.is_empty() { String::new() } else { format!(", it says: {}", messages.join("; ")) }
}

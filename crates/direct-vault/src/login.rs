//! Who the service is, and how it proves that.
//!
//! [`Login`] is filled from variables, `VAULT_AUTH_METHOD` saying which; or the program makes one:
//!
//! ```no_run
//! # async fn service() -> Result<(), Box<dyn std::error::Error>> {
//! use direct_vault::{ServerSettings, Vault, VaultSettings, login::Kubernetes};
//! use secrets_config_core::Config;
//!
//! let settings = VaultSettings::new(ServerSettings::load()?, Kubernetes::new("app"));
//! let vault = Vault::builder(settings).start().await?;
//! # vault.shutdown().await;
//! # Ok(())
//! # }
//! ```
//!
//! What proves it is a [`SecretSource`](secrets_config_core::SecretSource), asked at every login. A file is read again
//! each time; while it is empty or cannot be read the last good content counts. A new content that Vault refuses does
//! not shut the service out either: what was accepted last is tried once more.

mod app_role;
mod authenticator;
mod given_token;
mod jwt;
mod kubernetes;
mod memory;
mod proof;
mod wrapping;

use std::fmt;

use secrets_config_derive::Config;

pub use self::{app_role::AppRole, given_token::GivenToken, jwt::Jwt, kubernetes::Kubernetes};
pub(crate) use self::{authenticator::Authenticator, proof::Proof};

/// How the service logs in.
#[derive(Clone, Debug, Config)]
#[config(crate = secrets_config_core, tag = "VAULT_AUTH_METHOD")]
#[non_exhaustive]
pub enum Login {
    /// With a role id and a secret id: `approle`. The default.
    #[config(default, name = "approle")]
    AppRole(AppRole),
    /// With the pod's service account: `kubernetes`.
    Kubernetes(Kubernetes),
    /// With a signed statement of somebody Vault trusts: `jwt`.
    Jwt(Jwt),
    /// With a token that somebody else made: `token`.
    Token(GivenToken),
}

impl Login {
    pub(crate) fn method(&self) -> Method {
        match self {
            Self::AppRole(_) => Method::AppRole,
            Self::Kubernetes(_) => Method::Kubernetes,
            Self::Jwt(_) => Method::Jwt,
            Self::Token(_) => Method::Token,
        }
    }
}

macro_rules! from {
    ($($method:ident $variant:ident;)*) => {$(
        impl From<$method> for Login {
            fn from(method: $method) -> Self {
                Self::$variant(method)
            }
        }
    )*};
}

from! {
    AppRole AppRole;
    Kubernetes Kubernetes;
    Jwt Jwt;
    GivenToken Token;
}

/// A way to log in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Method {
    /// See [`AppRole`].
    AppRole,
    /// See [`Kubernetes`].
    Kubernetes,
    /// See [`Jwt`].
    Jwt,
    /// See [`GivenToken`].
    Token,
}

impl Method {
    /// Says what to check when Vault refuses the login.
    pub(crate) fn advice(self) -> &'static str {
        match self {
            Self::AppRole => {
                "check VAULT_ROLE_ID and VAULT_SECRET_ID, that the secret id has not expired, and that the auth \
                 method is mounted there in this namespace"
            }
            Self::Kubernetes => {
                "check that the role is bound to the pod's service account and namespace, the token's audience, and \
                 that Vault may ask the cluster for token reviews"
            }
            Self::Jwt => {
                "check the role's bound claims and audience, that the token has not expired by Vault's clock, and \
                 that Vault knows the key it is signed with"
            }
            Self::Token => {
                "check VAULT_TOKEN: it has ended, was revoked, or belongs to another Vault or namespace"
            }
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AppRole => "approle",
            Self::Kubernetes => "kubernetes",
            Self::Jwt => "jwt",
            Self::Token => "token",
        })
    }
}

/// Returns a mount without the slashes around it.
fn trimmed(mount: impl Into<String>) -> String {
    mount.into().trim_matches('/').to_owned()
}

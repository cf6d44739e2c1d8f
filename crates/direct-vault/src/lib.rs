//! Vault and OpenBao for a service: login, renewal in the background, and leases that are replaced before they end.
//!
//! ```no_run
//! # async fn service() -> Result<(), Box<dyn std::error::Error>> {
//! use direct_vault::{Vault, VaultSettings};
//! use secrets_config_core::Config;
//!
//! let vault = Vault::builder(VaultSettings::load()?).start().await?;
//! let login = vault.database("database/creds/app-role").await?;
//! println!("connecting as {}", login.current().username());
//! // ... serve ...
//! vault.shutdown().await;
//! # Ok(())
//! # }
//! ```
//!
//! # Generations
//!
//! A lease dies with the token that made it, however long its own time. So a new token is fetched while the old one
//! still lives, every lease is issued anew under it, and only when nothing uses the old leases any more are they and
//! the old token revoked. [`Rotating`](secrets_config_core::Rotating) is how an application follows: it holds what it
//! uses, and letting go is what permits the revocation.
//!
//! # Cancel safety
//!
//! Every future here may be dropped at any time. No task outlives its [`Vault`], and nothing is published after it. What
//! was made in Vault until then is given back, or is left to its own time:
//!
//! | dropped | what becomes of it |
//! | --- | --- |
//! | [`Builder::start`] | The attempt ends at once. It has made one token at most, which is not revoked. |
//! | a call that leases, such as [`Vault::database`] | What is not yet asked for is not asked for. A lease that is on its way is revoked when it arrives. |
//! | the last [`Rotating`](secrets_config_core::Rotating) of a lease, and all who held its newest generation | Within two seconds the lease is let go of, and revoked. |
//! | [`Vault`] | Nothing is revoked: its token and leases live on without renewal. |
//! | [`Vault::shutdown`] | The revocation ends where it is. |
//!
//! A [`Vault::shutdown`] in the middle of a login waits for it, within its bound, and revokes that token too.

mod address;
mod builder;
mod client;
mod clock;
mod driver;
mod engine;
mod error;
pub mod kv;
pub mod login;
#[cfg(feature = "metrics")]
pub mod metrics;
mod path;
mod reading;
mod settings;
mod status;
mod vault;
#[cfg(feature = "vaultrs")]
mod vaultrs;

#[cfg(feature = "vaultrs")]
pub use crate::vaultrs::VaultrsClient;
pub use crate::{
    address::Address,
    builder::Builder,
    error::{Class, Error},
    settings::{ServerSettings, TlsSettings, VaultSettings},
    status::{Counters, LeaseStatus, State, Status},
    vault::Vault,
};

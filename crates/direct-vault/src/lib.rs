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

mod address;
mod builder;
mod client;
mod driver;
mod engine;
mod error;
pub mod kv;
pub mod login;
mod reading;
mod settings;
mod status;
mod vault;

pub use crate::{
    address::Address,
    builder::Builder,
    error::{Class, Error},
    settings::{ServerSettings, TlsSettings, VaultSettings},
    status::{Counters, LeaseStatus, State, Status},
    vault::Vault,
};

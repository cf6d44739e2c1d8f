//! Database pools whose login changes while they serve.
//!
//! The pool stays the type of its own crate. It takes any [`Rotating`](secrets_config_core::Rotating) login, from
//! Vault or from anywhere else, and follows it: new connections use the newest login, old ones leave when they are
//! idle or returned, and the old login is let go of when its last connection is gone. Only then may it be revoked.
//!
//! | feature | pool | module |
//! | --- | --- | --- |
#![cfg_attr(feature = "sqlx-postgres", doc = "| `sqlx-postgres` | `sqlx::PgPool` | [`sqlx`] |")]

mod error;
#[cfg(feature = "sqlx-postgres")]
pub mod sqlx;

pub use crate::error::Error;

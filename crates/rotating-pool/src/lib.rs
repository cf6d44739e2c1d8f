//! Database pools whose login changes while they serve.
//!
//! The pool stays the type of its own crate. It takes any [`Rotating`](secrets_config_core::Rotating) login, from
//! Vault or from anywhere else, and follows it: new connections use the newest login, old ones are replaced when
//! nobody uses them, and the old login is let go of when its last connection is gone. Only then may it be revoked.
//!
//! | feature | pool | module |
//! | --- | --- | --- |
#![cfg_attr(feature = "sqlx-postgres", doc = "| `sqlx-postgres` | `sqlx::PgPool` | [`sqlx`] |")]
#![cfg_attr(feature = "sqlx-mysql", doc = "| `sqlx-mysql` | `sqlx::MySqlPool` | [`sqlx`] |")]
#![cfg_attr(
    feature = "deadpool-postgres",
    doc = "| `deadpool-postgres` | `deadpool_postgres::Pool` | [`deadpool`] |"
)]
#![cfg_attr(feature = "bb8-postgres", doc = "| `bb8-postgres` | `bb8::Pool` | [`bb8`] |")]

#[cfg(feature = "_follow")]
mod adapter;
#[cfg(feature = "bb8-postgres")]
pub mod bb8;
#[cfg(feature = "_follow")]
mod counters;
#[cfg(feature = "deadpool-postgres")]
pub mod deadpool;
#[cfg(feature = "_follow")]
mod drain;
mod error;
#[cfg(feature = "_follow")]
mod follower;
#[cfg(feature = "_follow")]
mod gate;
#[cfg(feature = "_follow")]
mod login;
#[cfg(feature = "_tokio-postgres")]
mod postgres;
#[cfg(feature = "_follow")]
mod rotation;
#[cfg(feature = "_follow")]
mod spares;
#[cfg(feature = "_follow")]
mod sqlstate;
#[cfg(feature = "_sqlx")]
pub mod sqlx;

pub use crate::error::{Error, Since};
#[cfg(feature = "_follow")]
pub use crate::{counters::Counters, rotation::Rotation};

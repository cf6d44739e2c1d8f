//! `direct-vault` against a real server.
#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

mod doubts;
mod extremes;
mod kv;
mod leases;
mod logins;
mod tls;

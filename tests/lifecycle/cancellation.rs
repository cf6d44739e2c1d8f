//! Whatever is dropped, and wherever: no task is left, nothing is published any more, and what was made in Vault is
//! given back or left to its time as the documentation says.

#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

#[path = "cancellation/database.rs"]
mod database;
#[path = "cancellation/doubts.rs"]
mod doubts;
#[path = "cancellation/ground.rs"]
mod ground;
#[path = "cancellation/handles.rs"]
mod handles;
#[path = "cancellation/readings.rs"]
mod readings;
#[path = "cancellation/shutdown.rs"]
mod shutdown;
#[path = "cancellation/stage.rs"]
mod stage;
#[path = "cancellation/start.rs"]
mod start;
#[path = "cancellation/tunnel.rs"]
mod tunnel;
#[path = "cancellation/vault.rs"]
mod vault;

//! Measures what leases cost: memory, requests and CPU time.
//!
//! `cargo xtask bench leases`, with the names of topics for only some of them.
#![expect(clippy::print_stdout, reason = "a command line program")]
#![expect(clippy::disallowed_methods, reason = "the rule is about the settings and secrets of applications")]

mod allocator;
mod asked;
mod honesty;
mod memory;
mod requests;

use std::env;

use direct_vault::{Builder, Vault, VaultSettings};
use secrets_config_core::Config;

type Result<T, E = Box<dyn std::error::Error>> = std::result::Result<T, E>;

fn main() -> Result<()> {
    let arguments: Vec<_> = env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let topics = if arguments.is_empty() { TOPICS.map(str::to_owned).to_vec() } else { arguments };
    for topic in topics {
        match topic.as_str() {
            "memory" => memory::report()?,
            "requests" => requests::report()?,
            "honesty" => honesty::report()?,
            _ => return Err(format!("there is no topic `{topic}`, only {}", TOPICS.join(", ")).into()),
        }
    }
    Ok(())
}

fn builder(address: &str, role_id: &str, secret_id: &str) -> Result<Builder> {
    let pairs = [("VAULT_ADDR", address), ("VAULT_ROLE_ID", role_id), ("VAULT_SECRET_ID", secret_id)];
    Ok(Vault::builder(VaultSettings::from_pairs(pairs)?))
}

/// For the simulated Vault, which lets everybody in.
fn anybody(address: &str) -> Result<Builder> {
    builder(address, "a role", "an id of the role")
}

const TOPICS: [&str; 3] = ["memory", "requests", "honesty"];

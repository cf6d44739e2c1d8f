//! A server's place among its peers, and the configuration that follows from it.

use std::path::Path;

use serde_json::{Value, json};

use crate::{Result, port};

#[derive(Clone, Debug)]
pub(super) struct Node {
    name: String,
    /// Where the other servers reach this one; none does if it is alone.
    cluster_port: Option<u16>,
    /// The address of a server whose cluster it joins.
    joins: Option<String>,
}

impl Node {
    pub(super) fn single() -> Self {
        Self { name: "single".to_owned(), cluster_port: None, joins: None }
    }

    /// A member of a cluster: the first one founds it, the others join it.
    pub(super) fn member(number: usize, joins: Option<String>) -> Self {
        Self { name: format!("node-{number}"), cluster_port: Some(0), joins }
    }

    pub(super) fn choose_port(&mut self) -> Result<()> {
        if let Some(port) = &mut self.cluster_port {
            *port = port::free()?;
        }
        Ok(())
    }

    /// Tells by its health whether the server is unsealed and has found its place.
    pub(super) fn is_up(&self, health: u16) -> bool {
        health == ACTIVE || (health == STANDBY && self.cluster_port.is_some())
    }

    /// The only storage on disk is raft's, which wants an address for peers even where there are none to use it.
    pub(super) fn config(&self, directory: &Path, port: u16) -> Value {
        let mut raft = json!({
            "path": directory.join("data"),
            "node_id": self.name,
            "performance_multiplier": "1",
            // How often it looks whether a server that has joined may vote.
            "autopilot_reconcile_interval": "200ms",
            "autopilot_update_interval": "200ms",
        });
        if let Some(leader) = &self.joins {
            raft["retry_join"] = json!([{ "leader_api_addr": leader }]);
        }
        let listener = json!({
            "address": format!("127.0.0.1:{port}"),
            "cluster_address": format!("127.0.0.1:{}", self.cluster_port.unwrap_or(0)),
            "tls_disable": true,
        });
        json!({
            "storage": { "raft": raft },
            "listener": { "tcp": listener },
            "api_addr": format!("http://127.0.0.1:{port}"),
            "cluster_addr": format!("https://127.0.0.1:{}", self.cluster_port.unwrap_or(1)),
            "disable_mlock": true,
        })
    }
}

/// The health of a server that is unsealed and leads.
const ACTIVE: u16 = 200;
/// The health of a server that is unsealed and passes on to the one that leads.
const STANDBY: u16 = 429;

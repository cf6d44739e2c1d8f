//! A server's place among its peers, and the configuration that follows from it.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::{Result, port};

#[derive(Clone, Debug)]
pub(super) struct Node {
    name: String,
    /// Where the other servers reach this one; none does if it is alone.
    cluster_port: Option<u16>,
    /// The address of a server whose cluster it joins.
    joins: Option<String>,
    tls: Option<Tls>,
    /// Where it listens with TLS.
    tls_port: u16,
    /// Whether it writes down every request.
    is_audited: bool,
}

/// Files of a second listener, with TLS. The server reads them when it starts and when it is told to reload.
#[derive(Clone, Debug)]
pub struct Tls {
    /// PEM file of the server's certificate.
    pub cert: PathBuf,
    /// PEM file of its private key.
    pub key: PathBuf,
    /// PEM file of the authority whose certificates clients must show, if they must show one.
    pub client_ca: Option<PathBuf>,
}

impl Node {
    pub(super) fn single() -> Self {
        Self {
            name: "single".to_owned(),
            cluster_port: None,
            joins: None,
            tls: None,
            tls_port: 0,
            is_audited: false,
        }
    }

    pub(super) fn audited() -> Self {
        Self { is_audited: true, ..Self::single() }
    }

    pub(super) fn with_tls(tls: Tls) -> Self {
        Self { tls: Some(tls), ..Self::single() }
    }

    pub(super) fn tls_port(&self) -> u16 {
        self.tls_port
    }

    /// A member of a cluster: the first one founds it, the others join it.
    pub(super) fn member(number: usize, joins: Option<String>) -> Self {
        Self { name: format!("node-{number}"), cluster_port: Some(0), joins, ..Self::single() }
    }

    pub(super) fn choose_port(&mut self) -> Result<()> {
        if let Some(port) = &mut self.cluster_port {
            *port = port::free()?;
        }
        if self.tls.is_some() {
            self.tls_port = port::free()?;
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
        let mut listeners = vec![json!({ "tcp": listener })];
        if let Some(Tls { cert, key, client_ca }) = &self.tls {
            let mut listener = json!({
                "address": format!("127.0.0.1:{}", self.tls_port),
                "cluster_address": "127.0.0.1:0",
                "tls_cert_file": cert,
                "tls_key_file": key,
            });
            if let Some(ca) = client_ca {
                listener["tls_require_and_verify_client_cert"] = json!(true);
                listener["tls_client_ca_file"] = json!(ca);
            }
            listeners.push(json!({ "tcp": listener }));
        }
        let mut config = json!({
            "storage": { "raft": raft },
            "listener": listeners,
            "api_addr": format!("http://127.0.0.1:{port}"),
            "cluster_addr": format!("https://127.0.0.1:{}", self.cluster_port.unwrap_or(1)),
            "disable_mlock": true,
        });
        if self.is_audited {
            let options = json!({ "file_path": audit_log(directory), "mode": "0600" });
            config["audit"] = json!([{ "type": "file", "path": "file/", "options": options }]);
        }
        config
    }
}

/// Where a server writes down the requests.
pub(super) fn audit_log(directory: &Path) -> PathBuf {
    directory.join("audit")
}

/// The health of a server that is unsealed and leads.
const ACTIVE: u16 = 200;
/// The health of a server that is unsealed and passes on to the one that leads.
const STANDBY: u16 = 429;

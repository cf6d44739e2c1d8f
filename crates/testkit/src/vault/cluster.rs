//! Several servers with one storage, one of which leads.

use std::time::{Duration, Instant};

use serde_json::json;

use super::{Admin, Node, Vault};
use crate::{Error, Result};

/// Three OpenBao servers that replicate one storage. One leads, the others pass requests on to it, and when it is killed
/// one of them takes its place.
#[derive(Debug)]
pub struct Cluster {
    nodes: Vec<Vault>,
}

impl Cluster {
    /// Starts three servers, initialised, unsealed and joined.
    ///
    /// # Errors
    ///
    /// The binary may be missing, or a server may not start or not join.
    pub async fn start() -> Result<Self> {
        let mut first = Vault::new(Node::member(1, None))?;
        first.launch_somewhere().await?;
        first.initialise().await?;
        let mut nodes = vec![first];
        for number in 2..=SIZE {
            let mut node = Vault::new(Node::member(number, Some(nodes[0].address())))?;
            node.launch_somewhere().await?;
            node.admin = Admin::new(&node.address(), nodes[0].admin.token());
            node.unseal_key.clone_from(&nodes[0].unseal_key);
            node.join().await?;
            nodes.push(node);
        }
        let cluster = Self { nodes };
        cluster.give_votes().await?;
        Ok(cluster)
    }

    /// Returns the server that leads, when there is one.
    ///
    /// # Errors
    ///
    /// None may be elected in time.
    pub async fn leader(&self) -> Result<&Vault> {
        Ok(&self.nodes[self.find_leader().await?])
    }

    /// Returns a server that runs and does not lead, when there is a leader.
    ///
    /// # Errors
    ///
    /// None may be elected in time.
    ///
    /// # Panics
    ///
    /// If no other server runs.
    pub async fn standby(&self) -> Result<&Vault> {
        let leader = self.find_leader().await?;
        let mut others = self.nodes.iter().enumerate().filter(|(index, _)| *index != leader);
        let standby = others.find(|(_, node)| node.pid().is_some());
        Ok(standby.expect("one that runs").1)
    }

    /// Kills the server that leads.
    ///
    /// # Errors
    ///
    /// There may be none, or its process may not be waited for.
    pub async fn kill_leader(&mut self) -> Result<()> {
        let leader = self.find_leader().await?;
        self.nodes[leader].kill().await
    }

    /// Starts and unseals the servers that were killed.
    ///
    /// # Errors
    ///
    /// A server may not start.
    pub async fn revive(&mut self) -> Result<()> {
        for node in self.nodes.iter_mut().filter(|node| node.pid().is_none()) {
            node.restart().await?;
            node.unseal().await?;
        }
        Ok(())
    }

    /// Makes every server one that can be elected. Usually each is watched for ten seconds first.
    async fn give_votes(&self) -> Result<()> {
        let admin = self.leader().await?.admin();
        let patience = json!({ "server_stabilization_time": "100ms" });
        admin.post("sys/storage/raft/autopilot/configuration", patience).await?;
        let deadline = Instant::now() + ELECTION_LIMIT;
        loop {
            let raft = admin.get("sys/storage/raft/configuration").await?;
            let servers = raft["data"]["config"]["servers"].as_array();
            if servers.is_some_and(|all| all.iter().filter(|server| server["voter"] == true).count() == SIZE)
            {
                return Ok(());
            }
            if Instant::now() > deadline {
                return Err(timeout("every server to have a vote"));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn find_leader(&self) -> Result<usize> {
        let deadline = Instant::now() + ELECTION_LIMIT;
        loop {
            for (index, node) in self.nodes.iter().enumerate().filter(|(_, node)| node.pid().is_some()) {
                if matches!(node.admin.health().await, Ok(200)) {
                    return Ok(index);
                }
            }
            if Instant::now() > deadline {
                return Err(timeout("the election of a leader"));
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Vault {
    /// Unseals a server that has found the cluster it joins; before that there is nothing to unseal.
    async fn join(&self) -> Result<()> {
        let deadline = Instant::now() + ELECTION_LIMIT;
        loop {
            match self.unseal().await {
                Err(Error::Vault { .. }) if Instant::now() < deadline => {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
                outcome => return outcome,
            }
        }
    }
}

fn timeout(awaited: &str) -> Error {
    Error::Timeout { awaited: awaited.to_owned(), limit: ELECTION_LIMIT, output: String::new() }
}

const SIZE: usize = 3;
const ELECTION_LIMIT: Duration = Duration::from_secs(30);

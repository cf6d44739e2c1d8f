//! What the service says of itself while it runs.

use std::time::Duration;

use serde_json::Value;
use testkit::{Load, Service};

use crate::Result;

/// A change of generation, as an onlooker sees it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rotation {
    /// When it was first seen, from the start of the load.
    pub(super) at: Duration,
    pub(super) generation: u64,
}

#[derive(Debug)]
pub(super) struct Watch {
    seen: Vec<Rotation>,
    logins: u64,
}

impl Watch {
    pub(super) fn new() -> Self {
        Self { seen: Vec::new(), logins: 0 }
    }

    /// Follows the service for so long, with a line every second.
    pub(super) async fn follow(&mut self, service: &Service, load: &Load, length: Duration) -> Result<()> {
        println!(
            "{:>5}  {:<USER$}  {:>10}  {:>8}  {:>6}",
            "time", "user", "generation", "requests", "failed"
        );
        let mut next_line = LINE;
        while load.elapsed() < length {
            tokio::time::sleep(LOOK).await;
            self.look(service, load).await;
            if load.elapsed() >= next_line {
                self.print_line(service, load).await;
                next_line += LINE;
            }
        }
        Ok(())
    }

    /// The changes of generation, without the first.
    pub(super) fn rotations(&self) -> Vec<Rotation> {
        self.seen.iter().skip(1).copied().collect()
    }

    pub(super) fn logins(&self) -> u64 {
        self.logins
    }

    /// A look that fails is no failure of the run: the load sees that.
    async fn look(&mut self, service: &Service, load: &Load) {
        let Ok((200, status)) = service.get("/status").await else {
            return;
        };
        self.logins = status["logins"].as_u64().unwrap_or(self.logins);
        let Some(generation) = status["generation"].as_u64() else {
            return;
        };
        if self.seen.last().is_none_or(|last| last.generation != generation) {
            self.seen.push(Rotation { at: load.elapsed(), generation });
        }
    }

    async fn print_line(&self, service: &Service, load: &Load) {
        let who = service.get("/whoami").await.map_or(Value::Null, |(_, who)| who);
        let user = who["user"].as_str().unwrap_or("?");
        let generation =
            who["generation"].as_u64().map_or("?".to_owned(), |generation| generation.to_string());
        let progress = load.snapshot();
        println!(
            "{}  {user:<USER$}  {generation:>10}  {:>8}  {:>6}",
            clock(load.elapsed()),
            progress.requests,
            progress.failed
        );
    }
}

/// Writes a time as minutes and seconds.
pub(super) fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    format!("{:>2}:{:02}", seconds / 60, seconds % 60)
}

const LOOK: Duration = Duration::from_millis(100);
const LINE: Duration = Duration::from_secs(1);
const USER: usize = 52;

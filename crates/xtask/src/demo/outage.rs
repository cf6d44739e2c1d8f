//! Vault killed in the middle of the run.

use std::time::Duration;

use testkit::{Load, Vault};

use super::{Options, watch::clock};
use crate::Result;

pub(super) struct Outage<'a> {
    vault: &'a mut Vault,
    begin: Duration,
    length: Option<Duration>,
}

impl<'a> Outage<'a> {
    pub(super) fn new(options: &Options, vault: &'a mut Vault) -> Self {
        let begin = options.length.saturating_sub(options.outage.unwrap_or_default()) / 2;
        Self { vault, begin, length: options.outage }
    }

    pub(super) async fn run(self, load: &Load) -> Result<()> {
        let Some(length) = self.length else {
            return Ok(());
        };
        tokio::time::sleep(self.begin.saturating_sub(load.elapsed())).await;
        self.vault.kill().await?;
        println!("{}  Vault is killed", clock(load.elapsed()));
        tokio::time::sleep(length).await;
        self.vault.restart().await?;
        self.vault.unseal().await?;
        println!("{}  Vault is back on the same storage", clock(load.elapsed()));
        Ok(())
    }
}

//! The end: everything is given back, in bounded time.

use std::time::Duration;

use futures_util::future::join_all;
use tokio::time;

use super::Driver;
use crate::{Error, State};

/// A Vault that does not answer is not waited for longer than this.
const MOST: Duration = Duration::from_secs(5);

impl Driver {
    /// Revokes every lease, then every token, or gives up: then they end by their own time.
    pub(super) async fn shut_down(mut self) {
        self.jobs.clear();
        let revoked = time::timeout(MOST, self.revoke_everything()).await;
        match revoked {
            Ok(Ok(())) => tracing::info!("leases and token revoked"),
            Ok(Err(error)) => tracing::warn!("leases and token are left to end by themselves: {error}"),
            Err(_elapsed) => {
                tracing::warn!("leases and token are left to end by themselves: Vault is too slow")
            }
        }
        self.status.send_modify(|status| status.state = State::Stopped);
    }

    async fn revoke_everything(&self) -> Result<(), Error> {
        let current = self.engine.current().and_then(|id| self.tokens.get(&id));
        let held = self.leases.values().filter_map(|lease| lease.id());
        let retired = self.retired.values().map(|retired| &retired.id);
        if let Some(token) = current {
            // A policy may not allow it: the token's end, below, is then the leases' too, only not waited for.
            let _per_lease =
                join_all(held.chain(retired).map(|id| self.client.revoke_lease(token, id))).await;
        }
        let revocations = join_all(self.tokens.values().map(|token| self.client.revoke_token(token))).await;
        revocations.into_iter().find(Result::is_err).unwrap_or(Ok(()))
    }
}

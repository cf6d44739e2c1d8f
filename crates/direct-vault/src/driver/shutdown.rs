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
    pub(super) async fn shut_down(self) {
        let Self { engine, client, tokens, leases, retired, status, .. } = self;
        let current = engine.current().and_then(|id| tokens.get(&id));
        let held = leases.values().filter_map(|lease| lease.id());
        let unrevoked: Vec<_> = held.chain(retired.values().map(|retired| &retired.id)).collect();
        let revoked = time::timeout(MOST, async {
            if let Some(token) = current {
                // A policy may not allow it: the token's end is then the leases' too, only not waited for.
                let _per_lease = join_all(unrevoked.iter().map(|id| client.revoke_lease(token, id))).await;
            }
            let per_token = join_all(tokens.values().map(|token| client.revoke_token(token))).await;
            per_token.into_iter().collect::<Result<(), Error>>()
        });
        match revoked.await {
            Ok(Ok(())) => tracing::info!("leases and token revoked"),
            Ok(Err(error)) => tracing::warn!("leases and token are left to end by themselves: {error}"),
            Err(_elapsed) => {
                tracing::warn!("leases and token are left to end by themselves: Vault is too slow")
            }
        }
        status.send_modify(|status| status.state = State::Stopped);
    }
}

//! The end: everything is given back, in bounded time.

use std::time::Duration;

use futures_util::future::join_all;
use tokio::time;

use super::Driver;
use crate::Error;

/// Revoking a lease waits for what is behind it, a database say. With the token it goes anyway, only later.
const LEASES: Duration = Duration::from_secs(2);
/// A Vault that does not answer is not waited for longer than this.
const TOKENS: Duration = Duration::from_secs(2);

impl Driver {
    /// Revokes every lease, then every token, or gives up: then they end by their own time.
    pub(super) async fn shut_down(self) {
        let Self { engine, client, tokens, leases, retired, jobs, status: _published, .. } = self;
        drop(jobs);
        let held = leases.values().filter_map(|lease| lease.id());
        let unrevoked: Vec<_> = held.chain(retired.values().map(|retired| &retired.id)).collect();
        if let Some(token) = engine.current().and_then(|id| tokens.get(&id)).map(|held| &held.token) {
            let per_lease = unrevoked.iter().map(|id| client.revoke_lease(token, id));
            // A policy may not allow it, and Vault may be too slow: the tokens are next.
            let _in_time = time::timeout(LEASES, join_all(per_lease)).await;
        }
        let per_token = join_all(tokens.values().map(|held| client.revoke_held(held)));
        match time::timeout(TOKENS, per_token)
            .await
            .map(|each| each.into_iter().collect::<Result<(), Error>>())
        {
            Ok(Ok(())) => tracing::info!("leases and token revoked"),
            Ok(Err(error)) => tracing::warn!("leases and token are left to end by themselves: {error}"),
            Err(_elapsed) => {
                tracing::warn!("leases and token are left to end by themselves: Vault is too slow")
            }
        }
    }
}

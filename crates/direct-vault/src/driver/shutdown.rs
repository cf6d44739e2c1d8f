//! The end: everything is given back, in bounded time.

use std::time::Duration;

use futures_util::{
    StreamExt,
    future::{BoxFuture, join_all},
    stream::FuturesUnordered,
};
use tokio::time;

use super::{
    Driver,
    job::{Done, Outcome},
};
use crate::{
    Error,
    client::NewToken,
    engine::{Engine, Job},
};

/// Revoking a lease waits for what is behind it, a database say. With the token it goes anyway, only later.
const LEASES: Duration = Duration::from_secs(2);
/// A Vault that does not answer is not waited for longer than this.
const TOKENS: Duration = Duration::from_secs(2);

impl Driver {
    /// Revokes every lease, then every token, or gives up: then they end by their own time.
    pub(super) async fn shut_down(self) {
        let Self { engine, client, tokens, leases, retired, mut jobs, status: _published, .. } = self;
        let held = leases.values().filter_map(|lease| lease.id());
        let unrevoked: Vec<_> = held.chain(retired.values().map(|retired| &retired.id)).collect();
        let per_lease = async {
            if let Some(token) = engine.current().and_then(|id| tokens.get(&id)).map(|held| &held.token) {
                join_all(unrevoked.iter().map(|id| client.revoke_lease(token, id))).await;
            }
        };
        // A policy may not allow it, and Vault may be too slow: the tokens are next.
        let per_lease = time::timeout(LEASES, per_lease);
        let (_in_time, late) = tokio::join!(per_lease, time::timeout(LEASES, late_token(&engine, &mut jobs)));
        drop(jobs);
        let late = late.ok().flatten();
        let per_token =
            join_all(tokens.values().map(|held| &**held).chain(&late).map(|held| client.revoke_held(held)));
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

/// Waits for a login that is under way: Vault makes its token, whether anybody waits for it or not.
async fn late_token(
    engine: &Engine,
    jobs: &mut FuturesUnordered<BoxFuture<'static, Done>>,
) -> Option<NewToken> {
    if !engine.is_logging_in() {
        return None;
    }
    while let Some(done) = jobs.next().await {
        match (done.job, done.result) {
            (_, Ok(Outcome::LoggedIn(login))) => return Some(login),
            (Job::LogIn, _) => return None,
            _ => {}
        }
    }
    None
}

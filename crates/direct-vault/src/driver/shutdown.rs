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
            let token = engine.current().and_then(|id| tokens.get(&id)).map(|held| &held.token);
            let Some(token) = token else { return Ok(()) };
            let each = join_all(unrevoked.iter().map(|id| client.revoke_lease(token, id))).await;
            each.into_iter().filter(|result| !is_over(result)).collect()
        };
        let per_lease = in_time(LEASES, per_lease);
        let (leases_revoked, late) =
            tokio::join!(per_lease, time::timeout(LEASES, late_token(&engine, &mut jobs)));
        drop(jobs);
        let late = late.ok().flatten();
        let tokens: Vec<_> = tokens.values().map(|held| &**held).chain(&late).collect();
        let per_token = async {
            join_all(tokens.iter().map(|held| client.revoke_held(held))).await.into_iter().collect()
        };
        let tokens_revoked = in_time(TOKENS, per_token).await;
        // A policy may not allow to revoke leases, and Vault may have been too slow: tokens of ours take them along.
        let revoked = if tokens.iter().all(|held| held.is_ours) {
            tokens_revoked
        } else {
            leases_revoked.and(tokens_revoked)
        };
        match revoked {
            Ok(()) => tracing::info!("leases and token revoked"),
            Err(reason) => tracing::warn!("leases and token are left to end by themselves: {reason}"),
        }
    }
}

/// Returns why something was not done in that time.
async fn in_time(limit: Duration, work: impl Future<Output = Result<(), Error>>) -> Result<(), String> {
    match time::timeout(limit, work).await {
        Ok(done) => done.map_err(|error| error.to_string()),
        Err(_elapsed) => Err("Vault is too slow".to_owned()),
    }
}

/// Whether there was nothing left to revoke.
fn is_over(result: &Result<(), Error>) -> bool {
    matches!(result, Err(Error::LeaseGone { .. }))
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

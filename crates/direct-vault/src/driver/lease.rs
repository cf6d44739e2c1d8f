//! The leases an application holds.

use std::time::Instant;

use futures_util::FutureExt;
use secrets_config_core::{
    DbCredentials, Rotating, Secret,
    rotating::{self, Publisher},
};
use serde::Deserialize;
use tokio::sync::oneshot;

use super::{Driver, is_fatal_at_start};
use crate::{
    Error,
    client::{LeaseId, Leased, Token},
    engine::{LeaseKey, SessionId},
};

/// A database login as Vault sends it.
#[derive(Deserialize)]
pub(super) struct Credentials {
    username: String,
    password: Secret<String>,
}

/// A lease, from when it is asked for.
pub(super) struct Lease {
    pub(super) path: String,
    stage: Stage,
}

enum Stage {
    /// The application waits for the first one.
    Asked(oneshot::Sender<Result<Rotating<DbCredentials>, Error>>),
    Held {
        id: LeaseId,
        publisher: Publisher<DbCredentials>,
    },
}

/// A lease that has been replaced, until it is revoked.
pub(super) struct RetiredLease {
    pub(super) id: LeaseId,
}

impl Lease {
    pub(super) fn id(&self) -> Option<&LeaseId> {
        match &self.stage {
            Stage::Asked(_) => None,
            Stage::Held { id, .. } => Some(id),
        }
    }

    pub(super) fn generation(&self) -> Option<u64> {
        match &self.stage {
            Stage::Asked(_) => None,
            Stage::Held { publisher, .. } => Some(publisher.generation()),
        }
    }
}

impl Driver {
    pub(super) fn add_lease(
        &mut self,
        path: String,
        reply: oneshot::Sender<Result<Rotating<DbCredentials>, Error>>,
    ) {
        let key = self.engine.add_lease();
        self.leases.insert(key, Lease { path, stage: Stage::Asked(reply) });
    }

    pub(super) fn token_and_lease(&self, session: SessionId, key: LeaseKey) -> Option<(Token, &Lease)> {
        self.tokens.get(&session).cloned().zip(self.leases.get(&key))
    }

    /// Publishes a new lease; the one before is revoked when nothing uses it any more.
    pub(super) fn take_in_lease(
        &mut self,
        key: LeaseKey,
        session: SessionId,
        sent: Instant,
        Leased { data, id, grant }: Leased<Credentials>,
    ) {
        let now = tokio::time::Instant::now().into_std();
        let Some(lease) = self.leases.get_mut(&key) else { return };
        let retired = self.engine.issued(now, key, session, sent, grant);
        let credentials = DbCredentials::new(data.username, data.password);
        let (role, ttl_secs) = (lease.path.as_str(), grant.ttl.as_secs());
        match &mut lease.stage {
            Stage::Held { id: held, publisher } => {
                let old = std::mem::replace(held, id);
                let released = publisher.publish(credentials).released();
                self.counters.rotations += 1;
                tracing::info!(role, generation = publisher.generation(), ttl_secs, "lease replaced");
                if let Some(retired) = retired {
                    self.retired.insert(retired, RetiredLease { id: old });
                    self.releases.push(released.map(move |()| retired).boxed());
                }
            }
            stage @ Stage::Asked(_) => {
                let (publisher, rotating) = rotating::channel(credentials);
                tracing::info!(role, generation = publisher.generation(), ttl_secs, "lease issued");
                if let Stage::Asked(reply) = std::mem::replace(stage, Stage::Held { id, publisher }) {
                    // A caller that is gone lets go of the login: it is renewed all the same, until shutdown.
                    let _gone = reply.send(Ok(rotating));
                }
            }
        }
    }

    /// Ends a lease whose first reading will not succeed by waiting, and tells who asked for it.
    pub(super) fn refuse_first(&mut self, key: LeaseKey, error: &Error) {
        let is_refused = is_fatal_at_start(error);
        if !is_refused || !matches!(self.leases.get(&key), Some(Lease { stage: Stage::Asked(_), .. })) {
            return;
        }
        self.engine.remove_lease(key);
        if let Some(Lease { stage: Stage::Asked(reply), .. }) = self.leases.remove(&key) {
            let _gone = reply.send(Err(error.clone()));
        }
    }
}

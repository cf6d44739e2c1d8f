//! The leases an application holds.

use std::time::Instant;

use futures_util::FutureExt;
use secrets_config_core::{
    DbCredentials, Rotating, Secret,
    rotating::{self, Publisher},
};
use serde::Deserialize;
use tokio::sync::oneshot;

use super::{Driver, is_final};
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
    Asked {
        reply: oneshot::Sender<Result<Rotating<DbCredentials>, Error>>,
        /// It was denied. Whether for good or because the token is dead, the token's look-up tells.
        denied: Option<Error>,
    },
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
            Stage::Asked { .. } => None,
            Stage::Held { id, .. } => Some(id),
        }
    }

    pub(super) fn generation(&self) -> Option<u64> {
        match &self.stage {
            Stage::Asked { .. } => None,
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
        self.leases.insert(key, Lease { path, stage: Stage::Asked { reply, denied: None } });
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
            stage @ Stage::Asked { .. } => {
                let (publisher, rotating) = rotating::channel(credentials);
                tracing::info!(role, generation = publisher.generation(), ttl_secs, "lease issued");
                let held = Stage::Held { id: id.clone(), publisher };
                let Stage::Asked { reply, .. } = std::mem::replace(stage, held) else { return };
                if reply.send(Ok(rotating)).is_err() {
                    self.give_back(key, id);
                }
            }
        }
    }

    /// Revokes a lease that nobody waits for any more.
    fn give_back(&mut self, key: LeaseKey, id: LeaseId) {
        self.leases.remove(&key);
        if let Some(retired) = self.engine.remove_lease(key) {
            self.retired.insert(retired, RetiredLease { id });
        }
    }

    /// Forgets leases that were asked for by somebody who is gone, before they are made.
    pub(super) fn drop_abandoned(&mut self) {
        let is_abandoned =
            |lease: &Lease| matches!(&lease.stage, Stage::Asked { reply, .. } if reply.is_closed());
        let abandoned: Vec<_> =
            self.leases.iter().filter(|(_, lease)| is_abandoned(lease)).map(|(key, _)| *key).collect();
        for key in abandoned {
            if !self.engine.is_issuing(key) {
                self.leases.remove(&key);
                self.engine.remove_lease(key);
            }
        }
    }

    /// Ends a lease whose first reading will not succeed by waiting, and tells who asked for it.
    pub(super) fn refuse_first(&mut self, key: LeaseKey, error: &Error) {
        let Some(Lease { stage: Stage::Asked { denied, .. }, .. }) = self.leases.get_mut(&key) else {
            return;
        };
        // A second denial is with another token: that the first one was dead is no reason then.
        if matches!(error, Error::Denied { .. }) && denied.is_none() {
            *denied = Some(error.clone());
        } else if is_final(error) {
            self.refuse(key, error.clone());
        }
    }

    /// The token lives: what was denied with it is denied for good.
    pub(super) fn refuse_denied(&mut self) {
        let denied = self.leases.iter().filter_map(|(key, lease)| match &lease.stage {
            Stage::Asked { denied: Some(error), .. } => Some((*key, error.clone())),
            _ => None,
        });
        for (key, error) in denied.collect::<Vec<_>>() {
            self.refuse(key, error);
        }
    }

    fn refuse(&mut self, key: LeaseKey, error: Error) {
        self.engine.remove_lease(key);
        if let Some(Lease { stage: Stage::Asked { reply, .. }, .. }) = self.leases.remove(&key) {
            // Who is gone needs no answer.
            let _gone = reply.send(Err(error));
        }
    }
}

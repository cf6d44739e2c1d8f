//! What an application holds: leases, and what is read again and again.

use std::{sync::Arc, time::Instant};

use futures_util::FutureExt;
use secrets_config_core::rotating::RefreshRequests;
use tracing::field::display;

use super::{
    Driver, is_final,
    slot::{News, Slot, Taken},
    trouble::Own,
};
use crate::{
    Error,
    client::{Answered, LeaseId, Leased, Token},
    engine::{LeaseKey, SessionId},
};

/// Whether what is at a path is leased.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    /// Each reading makes a lease, which dies with the token.
    Leased,
    /// It is what it is, whoever reads it.
    Read,
}

/// What is held of one path, from when it is asked for.
pub(super) struct Lease {
    /// The API path, and the query if there is one.
    pub(super) path: String,
    kind: Kind,
    slot: Box<dyn Slot>,
    id: Option<LeaseId>,
    /// What those who use it say, once there are any.
    pub(super) doubts: Option<RefreshRequests>,
    /// The first reading was denied, with this token. Whether for good or because that is dead, its look-up tells.
    denied: Option<(SessionId, Error)>,
    /// How often Vault could not answer the first reading.
    failures: u32,
    /// What keeps this one from being replaced, or good.
    pub(super) trouble: Own,
}

/// A lease that has been replaced, until it is revoked.
pub(super) struct RetiredLease {
    pub(super) id: LeaseId,
}

impl Lease {
    pub(super) fn id(&self) -> Option<&LeaseId> {
        self.id.as_ref()
    }

    pub(super) fn generation(&self) -> Option<u64> {
        self.slot.generation()
    }

    /// Tells those who use it when it ends, if that has changed.
    pub(super) fn set_expires(&mut self, expires: Option<Instant>) {
        self.slot.set_expires(expires);
    }

    /// Tells those who use it what keeps it from being replaced, if that has changed.
    pub(super) fn tell_trouble(&mut self, trouble: Option<Arc<Error>>) {
        self.slot.set_trouble(trouble);
    }
}

impl Driver {
    pub(super) fn hold(&mut self, path: String, kind: Kind, slot: Box<dyn Slot>) {
        let key = match kind {
            Kind::Leased => self.engine.add_lease(),
            Kind::Read => self.engine.add_reading(),
        };
        let lease = Lease {
            path,
            kind,
            slot,
            id: None,
            doubts: None,
            denied: None,
            failures: 0,
            trouble: Own::default(),
        };
        self.leases.insert(key, lease);
    }

    pub(super) fn token_and_lease(&self, session: SessionId, key: LeaseKey) -> Option<(Token, &Lease)> {
        let token = self.tokens.get(&session).map(|held| held.token.clone());
        token.zip(self.leases.get(&key))
    }

    /// Publishes what was read. Whether it can be used is known only now.
    pub(super) fn take_in_answer(
        &mut self,
        key: LeaseKey,
        session: SessionId,
        sent: Instant,
        Answered { data, lease: leased }: Answered,
    ) -> Result<(), Error> {
        let Some(lease) = self.leases.get_mut(&key) else {
            leased.into_iter().for_each(|leased| self.discard(key, session, sent, leased));
            return Ok(());
        };
        lease.denied = None;
        match (lease.kind, leased) {
            (Kind::Leased, None) => Err(Error::NotLeased { path: lease.path.clone() }),
            (Kind::Leased, Some(leased)) => self.take_in_lease(key, session, sent, leased, &data),
            (Kind::Read, None) => self.take_in_reading(key, &data),
            // Each look would make another one.
            (Kind::Read, Some(leased)) => {
                let error = Error::Leased { path: lease.path.clone() };
                self.discard(key, session, sent, leased);
                Err(error)
            }
        }
    }

    /// Has a lease revoked that nobody uses.
    fn discard(
        &mut self,
        key: LeaseKey,
        session: SessionId,
        sent: Instant,
        Leased { id, grant, .. }: Leased,
    ) {
        self.retired.insert(self.engine.discard(key, session, sent, grant), RetiredLease { id });
    }

    /// Publishes a new lease; the one before is revoked when nothing uses it any more.
    fn take_in_lease(
        &mut self,
        key: LeaseKey,
        session: SessionId,
        sent: Instant,
        leased: Leased,
        data: &[u8],
    ) -> Result<(), Error> {
        let now = self.clock.now();
        let Some(lease) = self.leases.get_mut(&key) else { return Ok(()) };
        let Ok(Taken { news, .. }) = lease.slot.take(data) else {
            let error = lease.unfit();
            self.discard(key, session, sent, leased);
            return Err(error);
        };
        let Leased { id, grant, request_id } = leased;
        let reason = self.engine.reason(now, key);
        let overlap = self.engine.lease_expires(key).map(|ends| ends.saturating_duration_since(now));
        let retired = self.engine.issued(now, key, session, sent, grant);
        let old = lease.id.replace(id.clone());
        let (role, ttl_secs) = (lease.path.as_str(), grant.ttl.as_secs());
        let accessor_sha256 =
            self.tokens.get(&session).and_then(|token| token.accessor.as_ref()).map(display);
        match news {
            News::First => {
                tracing::info!(
                    role,
                    generation = 1,
                    ttl_secs,
                    %request_id,
                    accessor_sha256,
                    "lease issued"
                );
                lease.doubts = lease.slot.refresh_requests();
            }
            News::Replaced(released) => {
                self.counters.rotations += 1;
                let generation = lease.slot.generation();
                let overlap_ms = overlap.map(|overlap| overlap.as_millis() as u64);
                tracing::info!(
                    role,
                    generation,
                    ttl_secs,
                    reason,
                    overlap_ms,
                    %request_id,
                    accessor_sha256,
                    "lease replaced"
                );
                if let Some((retired, id)) = retired.zip(old) {
                    self.retired.insert(retired, RetiredLease { id });
                    self.releases.push(released.map(move |()| retired).boxed());
                }
            }
            News::Unwanted | News::Same | News::Done => self.give_back(key, id),
        }
        Ok(())
    }

    fn take_in_reading(&mut self, key: LeaseKey, data: &[u8]) -> Result<(), Error> {
        let now = self.clock.now();
        let Some(lease) = self.leases.get_mut(&key) else { return Ok(()) };
        let Ok(Taken { news, again }) = lease.slot.take(data) else { return Err(lease.unfit()) };
        let path = lease.path.as_str();
        match news {
            News::First => lease.doubts = lease.slot.refresh_requests(),
            News::Same => {}
            News::Replaced(_) => {
                self.counters.rotations += 1;
                tracing::info!(path, generation = lease.slot.generation(), "what was read has changed");
            }
            News::Unwanted | News::Done => {
                self.leases.remove(&key);
                self.engine.remove_lease(key);
                return Ok(());
            }
        }
        self.engine.was_read(now, key, again);
        Ok(())
    }

    /// Revokes a lease that nobody waits for any more.
    fn give_back(&mut self, key: LeaseKey, id: LeaseId) {
        self.leases.remove(&key);
        if let Some(retired) = self.engine.remove_lease(key) {
            self.retired.insert(retired, RetiredLease { id });
        }
    }

    /// Lets go of what nobody can see any more, and forgets what was asked for by somebody who is gone before it is made.
    /// Nobody tells of it: it is looked for each time that the loop goes round.
    pub(super) fn drop_abandoned(&mut self) {
        let abandoned = self.leases.iter().filter(|(_, lease)| lease.slot.is_abandoned());
        let idle = abandoned.map(|(key, _)| *key).filter(|key| !self.engine.is_busy(*key));
        for key in idle.collect::<Vec<_>>() {
            let Some(lease) = self.leases.remove(&key) else { continue };
            if let Some(generation) = lease.generation() {
                tracing::info!(role = lease.path, generation, "nobody uses it any more");
            }
            let retired = self.engine.remove_lease(key);
            self.retired.extend(retired.zip(lease.id).map(|(retired, id)| (retired, RetiredLease { id })));
        }
    }

    /// Ends what cannot be read the first time by waiting, or has been waited for long enough, and tells who asked for it.
    pub(super) fn refuse_first(&mut self, key: LeaseKey, session: SessionId, error: &Error) {
        let Some(lease) = self.leases.get_mut(&key).filter(|lease| lease.generation().is_none()) else {
            return;
        };
        // One with another token: that the first one was dead is no reason then.
        let is_second = lease.denied.as_ref().is_some_and(|(with, _)| *with != session);
        if matches!(error, Error::Denied { .. }) && !is_second {
            lease.denied = Some((session, error.clone()));
        } else {
            self.give_up_first(key, error);
        }
    }

    fn give_up_first(&mut self, key: LeaseKey, error: &Error) {
        let Some(lease) = self.leases.get_mut(&key) else { return };
        lease.failures += 1;
        let is_tried_enough = self.connection.max_retries().is_some_and(|most| lease.failures > most);
        if is_final(error) || is_tried_enough {
            self.refuse(key, error.clone());
        }
    }

    /// Vault was asked how it is, and cannot answer: nothing else is asked, for anybody who waits for a first answer.
    pub(super) fn refuse_all_first(&mut self, error: &Error) {
        let waiting = self.leases.iter().filter(|(_, lease)| lease.generation().is_none());
        // The answer to one that was asked for before is still to come.
        let waiting = waiting.filter(|(key, _)| !self.engine.is_busy(**key));
        for key in waiting.map(|(key, _)| *key).collect::<Vec<_>>() {
            self.give_up_first(key, error);
        }
    }

    /// The token lives: what was denied with it is denied for good.
    pub(super) fn refuse_denied(&mut self, session: SessionId) {
        let waiting = self.leases.iter().filter(|(_, lease)| lease.generation().is_none());
        let denied = waiting.filter_map(|(key, lease)| Some((*key, lease.denied.clone()?)));
        for (key, (with, error)) in denied.collect::<Vec<_>>() {
            if with == session {
                self.refuse(key, error);
            }
        }
    }

    fn refuse(&mut self, key: LeaseKey, error: Error) {
        self.engine.remove_lease(key);
        if let Some(mut lease) = self.leases.remove(&key) {
            lease.slot.refuse(error);
        }
    }
}

impl Lease {
    fn unfit(&self) -> Error {
        Error::Unfit { path: self.path.clone(), expected: self.slot.expected() }
    }
}

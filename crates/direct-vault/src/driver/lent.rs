//! The token in use, lent to clients that are not ours.

use std::{collections::BTreeMap, sync::Arc};

use futures_util::{
    FutureExt,
    future::{BoxFuture, join_all},
};
use secrets_config_core::{
    Rotating,
    rotating::{self, Generation, Publisher, Retired},
};

use super::{Driver, job::Done};
use crate::{
    client::{Client, Token},
    engine::{Job, SessionId},
};

/// A client and the token it is to send.
#[derive(Debug)]
pub(crate) struct Loan {
    pub(crate) client: Client,
    pub(crate) token: Token,
}

/// What a borrower holds. Until it lets go the token is not revoked.
pub(crate) type Borrowed = Arc<Generation<Option<Loan>>>;

/// Knows of each token whether somebody has borrowed it.
#[derive(Debug)]
pub(super) struct Lent {
    publisher: Publisher<Option<Loan>>,
    borrowers: Rotating<Option<Loan>>,
    current: Option<SessionId>,
    replaced: BTreeMap<SessionId, Vec<Retired>>,
}

impl Lent {
    pub(super) fn new() -> Self {
        let (publisher, borrowers) = rotating::channel(None);
        Self { publisher, borrowers, current: None, replaced: BTreeMap::new() }
    }

    /// Returns where to borrow: there is nothing before the first login.
    pub(super) fn borrowers(&self) -> Rotating<Option<Loan>> {
        self.borrowers.clone()
    }

    /// Lends this from now on.
    fn lend(&mut self, id: SessionId, loan: Loan) {
        let replaced = self.publisher.publish(Some(loan));
        if let Some(before) = self.current.replace(id) {
            self.replaced.entry(before).or_default().push(replaced);
        }
    }

    /// Forgets tokens that are no more.
    pub(super) fn retain(&mut self, is_there: impl Fn(SessionId) -> bool) {
        self.replaced.retain(|id, _| is_there(*id));
    }
}

impl Driver {
    /// Lets the revocation of a token wait for those who have borrowed it.
    pub(super) fn hold_back(&mut self, job: Job, work: BoxFuture<'static, Done>) -> BoxFuture<'static, Done> {
        let Job::RevokeToken(id) = job else { return work };
        let Some(replaced) = self.lent.replaced.remove(&id) else { return work };
        let mut released = join_all(replaced.into_iter().map(Retired::released)).boxed();
        if released.as_mut().now_or_never().is_some() {
            return work;
        }
        self.engine.is_lent(id);
        async move {
            released.await;
            work.await
        }
        .boxed()
    }

    /// Lends the token in use, with the client in use.
    pub(super) fn lend(&mut self) {
        let current = self.engine.current();
        if let Some((id, held)) = current.and_then(|id| Some((id, self.tokens.get(&id)?))) {
            self.lent.lend(id, Loan { client: self.client.clone(), token: held.token.clone() });
        }
    }
}

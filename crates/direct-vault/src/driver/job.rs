//! The requests behind the engine's jobs.

use std::time::Instant;

use futures_util::{FutureExt, future::BoxFuture};

use super::Driver;
use crate::{
    Error,
    client::{Answered, Grant, Health, Increment, NewToken, Token},
    engine::{Job, SessionId},
};

/// A job that has ended.
pub(super) struct Done {
    pub(super) job: Job,
    /// When it was started: what is granted counts from then.
    pub(super) sent: Instant,
    pub(super) result: Result<Outcome, Error>,
}

/// What a good answer gave.
pub(super) enum Outcome {
    LoggedIn(NewToken),
    Renewed(Grant),
    Alive(bool),
    Answered(Answered),
    Revoked,
    Health(Health),
}

impl Driver {
    /// Returns the request for `job`. It owns what it needs.
    pub(super) fn perform(&self, job: Job) -> BoxFuture<'static, Done> {
        let client = self.client.clone();
        let request: Option<BoxFuture<'static, Result<Outcome, Error>>> = match job {
            Job::CheckHealth => Some(async move { client.health().await.map(Outcome::Health) }.boxed()),
            Job::LogIn => {
                let login = self.login.clone();
                Some(async move { login.log_in(&client).await.map(Outcome::LoggedIn) }.boxed())
            }
            Job::LookUpToken(id) => self
                .token(id)
                .map(|token| async move { client.is_alive(&token).await.map(Outcome::Alive) }.boxed()),
            Job::RenewToken(id) => self.token(id).map(|token| {
                let increment = self.engine.token_increment(id).map(Increment);
                async move { client.renew_token(&token, increment).await.map(Outcome::Renewed) }.boxed()
            }),
            Job::RevokeToken(id) => self.tokens.get(&id).cloned().map(|held| {
                async move { client.revoke_held(&held).await.map(|()| Outcome::Revoked) }.boxed()
            }),
            Job::Issue(key, session) => self.token_and_lease(session, key).map(|(token, lease)| {
                let path = lease.path.clone();
                async move { client.read(&token, &path).await.map(Outcome::Answered) }.boxed()
            }),
            Job::RenewLease(key, session) => self.token_and_lease(session, key).and_then(|(token, lease)| {
                let (id, increment) = (lease.id()?.clone(), Increment(self.engine.increment(key)));
                let path = lease.path.clone();
                Some(
                    async move {
                        let renewed = client.renew_lease(&token, &id, increment).await;
                        renewed.map(Outcome::Renewed).map_err(|error| error.of_lease(path))
                    }
                    .boxed(),
                )
            }),
            Job::RevokeLease(id, session) => {
                let lease = self.retired.get(&id).map(|retired| retired.id.clone());
                self.token(session).zip(lease).map(|(token, lease)| {
                    async move { client.revoke_lease(&token, &lease).await.map(|()| Outcome::Revoked) }
                        .boxed()
                })
            }
        };
        let sent = self.clock.now();
        match request {
            Some(request) => request.map(move |result| Done { job, sent, result }).boxed(),
            // The engine asks only for what the driver has told it of, so this is its own end.
            None => futures_util::future::ready(Done { job, sent, result: Err(Error::Stopped) }).boxed(),
        }
    }

    fn token(&self, id: SessionId) -> Option<Token> {
        self.tokens.get(&id).map(|held| held.token.clone())
    }
}

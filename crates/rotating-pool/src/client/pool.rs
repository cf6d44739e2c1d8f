//! A pool of such connections, as the task that follows its login sees it.

use std::{future::Future, ops::DerefMut, sync::Arc, time::Duration};

use tokio::task::JoinHandle;
use tokio_postgres::Client;

use super::{
    opening::{Opening, failure, is_dropped},
    sql::{self, PATIENCE, in_time},
};
use crate::{
    adapter::{Adapter, Failure, Reason},
    login::Login,
};

/// Where all connections are in use, this long is waited for one that is returned.
const TURN: Duration = Duration::from_secs(1);

/// The places of a pool of one crate.
pub(crate) trait Places: Send + Sync + 'static {
    /// What is in a place.
    type Connection: Send;
    /// A place that was taken. Dropped, it goes back.
    type Taken: DerefMut<Target = Self::Connection> + Send;

    /// How many connections there are, and how many of those nobody uses.
    fn size(&self) -> (usize, usize);

    /// How many there may be.
    fn max(&self) -> usize;

    /// Takes a connection, waiting for so long for one.
    fn take(&self, wait: Duration) -> impl Future<Output = Option<Self::Taken>> + Send;

    /// Opens a connection as the pool itself does.
    fn create(&self) -> impl Future<Output = Result<Self::Connection, tokio_postgres::Error>> + Send;

    /// Makes a connection of what was opened with `login`.
    fn wrap(&self, client: Client, task: JoinHandle<()>) -> Self::Connection;

    fn client(connection: &Self::Connection) -> &Client;

    /// Removes a connection from the pool.
    fn discard(taken: Self::Taken);

    /// Ends a connection that was replaced.
    fn retire(&self, connection: Self::Connection);

    fn closed(&self) -> impl Future<Output = ()> + Send;

    fn emptied(&self) -> impl Future<Output = ()> + Send;
}

pub(crate) struct RotatingPool<P: Places> {
    places: P,
    opening: Arc<Opening>,
    overlap: u32,
}

/// A connection beside the pool.
pub(crate) struct Spare<C> {
    connection: C,
    /// It was opened as the pool opens its own, and may take the place of one.
    is_whole: bool,
}

impl<P: Places> RotatingPool<P> {
    pub(crate) fn new(places: P, opening: Arc<Opening>, overlap: u32) -> Self {
        Self { places, opening, overlap }
    }

    async fn refill(&self, spare: &mut Option<Spare<P::Connection>>) -> Result<(), Failure> {
        if self.overlap == 0 || spare.as_ref().is_some_and(|spare| spare.is_whole) {
            return Ok(());
        }
        *spare = None;
        match in_time(self.places.create()).await {
            Some(Ok(connection)) => *spare = Some(Spare { connection, is_whole: true }),
            Some(Err(error)) => {
                let failure = failure(error);
                if failure.reason != Reason::Full {
                    return Err(failure);
                }
            }
            None => return Err(no_answer()),
        }
        Ok(())
    }

    /// Takes out a connection of another login than `login`, if one is found. What else was looked at goes back at once.
    async fn take_old(&self, login: &Login) -> Option<P::Taken> {
        let (size, idle) = self.places.size();
        if idle == 0 && size >= self.places.max() {
            let taken = self.places.take(TURN).await?;
            return self.keep_if_old(taken, login).await.err();
        }
        let mut new = Vec::new();
        for _ in 0..idle {
            match self.keep_if_old(self.places.take(Duration::ZERO).await?, login).await {
                Ok(taken) => new.extend(taken),
                Err(old) => return Some(old),
            }
        }
        None
    }

    /// Returns a connection of `login` as good, if it answers, and one of another login as the error.
    async fn keep_if_old(&self, taken: P::Taken, login: &Login) -> Result<Option<P::Taken>, P::Taken> {
        match in_time(sql::session(P::client(&taken))).await {
            Some(Ok(Some(session))) if login.is(&session.user) => Ok(Some(taken)),
            Some(Ok(Some(_))) => Err(taken),
            Some(Err(error)) if is_dropped(&error) => Err(taken),
            _ => {
                P::discard(taken);
                Ok(None)
            }
        }
    }

    async fn replace(
        &self,
        mut taken: P::Taken,
        spare: &mut Option<Spare<P::Connection>>,
    ) -> Result<(), Failure> {
        let fresh = match spare.take() {
            Some(Spare { connection, .. }) => connection,
            None => {
                vacate(P::client(&taken)).await;
                match in_time(self.places.create()).await {
                    Some(Ok(connection)) => connection,
                    result => {
                        P::discard(taken);
                        return Err(result.and_then(Result::err).map_or_else(no_answer, failure));
                    }
                }
            }
        };
        self.places.retire(std::mem::replace(&mut *taken, fresh));
        self.opening.gate.counts.drained.add(1);
        Ok(())
    }
}

impl<P: Places> Adapter for RotatingPool<P> {
    type Session = Spare<P::Connection>;

    async fn open(&self, login: &Login) -> Result<Self::Session, Failure> {
        match in_time(self.opening.probe(login)).await {
            Some(Ok((client, task))) => {
                Ok(Spare { connection: self.places.wrap(client, task), is_whole: false })
            }
            Some(Err(error)) => Err(failure(error)),
            None => Err(no_answer()),
        }
    }

    async fn open_in_place(&self, login: &Login) -> Result<(), Failure> {
        let Some(taken) = self.places.take(PATIENCE).await else { return Err(no_answer()) };
        vacate(P::client(&taken)).await;
        let result = self.open(login).await.map(|probe| self.places.retire(probe.connection));
        // Its place is free for what the pool opens next.
        P::discard(taken);
        result
    }

    fn switch(&self, _login: &Arc<Login>) {
        // Each connection is opened with what the gate says.
    }

    fn refuse_growth(&self) {}

    async fn replace_idle(&self, login: &Login, spare: &mut Option<Self::Session>) -> usize {
        let mut replaced = 0;
        let (size, _) = self.places.size();
        // Where all are in use, the one that is returned next may have been seen before.
        for _ in 0..size * 2 {
            if let Err(failure) = self.refill(spare).await {
                tracing::debug!("cannot open a connection to replace an old one: {}", failure.source);
                break;
            }
            let Some(old) = self.take_old(login).await else {
                let (size, idle) = self.places.size();
                if idle == 0 && size >= self.places.max() {
                    continue;
                }
                break;
            };
            if let Err(failure) = self.replace(old, spare).await {
                tracing::debug!("cannot replace an old connection: {}", failure.source);
                break;
            }
            replaced += 1;
        }
        replaced
    }

    async fn remaining(&self, old: &Arc<Login>, spare: &mut Option<Self::Session>) -> Result<usize, Failure> {
        let is_connecting = old.is_connecting();
        let sessions = self.opening.sessions.of(old);
        let count = match spare {
            Some(spare) => in_time(sql::count(P::client(&spare.connection), &sessions)).await,
            None => {
                let Some(taken) = self.places.take(TURN).await else { return Err(no_answer()) };
                in_time(sql::count(P::client(&taken), &sessions)).await
            }
        };
        match count {
            Some(Ok(0)) if !is_connecting => {
                self.opening.sessions.forget(old);
                Ok(0)
            }
            Some(Ok(count)) => Ok(count.max(1)),
            unanswered => {
                *spare = None;
                Err(unanswered.and_then(Result::err).map_or_else(no_answer, failure))
            }
        }
    }

    async fn end(&self, old: &Arc<Login>) -> Result<usize, Failure> {
        let sessions = self.opening.sessions.of(old);
        let opened = in_time(self.opening.open_with(old)).await;
        let (client, _task) = opened.ok_or_else(no_answer)?.map_err(failure)?;
        let count = in_time(sql::count(&client, &sessions)).await.ok_or_else(no_answer)?.map_err(failure)?;
        for session in &sessions {
            // One that has ended by itself meanwhile is no news.
            let _gone = in_time(sql::end(&client, session)).await;
        }
        self.opening.sessions.forget(old);
        Ok(count)
    }

    async fn upkeep(&self) {}

    fn upkeep_period(&self) -> Option<Duration> {
        None
    }

    fn overlap(&self) -> u32 {
        self.overlap
    }

    async fn close_session(&self, session: Self::Session) {
        self.places.retire(session.connection);
    }

    async fn closed(&self) {
        self.places.closed().await;
    }

    async fn emptied(&self) {
        self.places.emptied().await;
    }
}

/// Ends the session of a connection.
async fn vacate(client: &Client) {
    let ended = client.batch_execute("SELECT pg_terminate_backend(pg_backend_pid())");
    // Its last answer is that it has been ended.
    let _ended = in_time(ended).await;
}

fn no_answer() -> Failure {
    let source = std::io::Error::from(std::io::ErrorKind::TimedOut);
    Failure { reason: Reason::Other, source: Box::new(source) }
}

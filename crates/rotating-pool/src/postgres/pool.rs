//! A pool of `tokio_postgres` clients, as the task that follows its login sees it.

use std::{future::Future, sync::Arc, time::Duration};

use futures_util::future::join_all;
use tokio::time::{self, Instant};
use tokio_postgres::Client;

use super::{
    PATIENCE, failure, in_time,
    opening::{Opening, user, vacate},
};
use crate::{
    adapter::{Adapter, Failure, Reason},
    login::Login,
};

/// Where all connections are in use, this long is waited for one that is returned.
pub(crate) const TURN: Duration = Duration::from_secs(1);

/// What differs between the crates of pools.
pub(crate) trait Pool: Send + Sync + 'static {
    /// A connection as the pool keeps it, which is not in it.
    type Connection: Send;
    /// A connection that was taken out of the pool. Its place is kept, and it returns when it is dropped.
    type Taken: Send;

    /// Opens a connection beside the pool, with all that the application has done to those of the pool.
    fn open(&self, login: &Arc<Login>) -> impl Future<Output = Result<Self::Connection, Failure>> + Send;

    fn client(connection: &Self::Connection) -> &Client;

    /// Takes a connection out that nobody uses. If all are in use it waits for one, up to `TURN`.
    fn take(&self) -> impl Future<Output = Option<Self::Taken>> + Send;

    /// As `take`, one of another login than `newest`.
    fn take_old(&self, newest: &Login) -> impl Future<Output = Option<Self::Taken>> + Send;

    fn client_of(taken: &Self::Taken) -> &Client;

    /// Puts `fresh` in the place of a connection, and returns what was there.
    fn exchange(taken: &mut Self::Taken, fresh: Self::Connection) -> Self::Connection;

    /// Gives up a connection and its place.
    fn discard(taken: Self::Taken);

    /// How many connections the pool has.
    fn size(&self) -> usize;

    /// Whether the pool has all the connections it may have, and none that nobody uses.
    fn is_in_use(&self) -> bool;

    fn upkeep(&self) -> impl Future<Output = ()> + Send;

    fn upkeep_period(&self) -> Option<Duration>;

    fn closed(&self) -> impl Future<Output = ()> + Send;

    fn close(&self);
}

pub(crate) struct Adapted<P> {
    pub(crate) pool: P,
    pub(crate) opening: Arc<Opening>,
    pub(crate) overlap: u32,
}

impl<P: Pool> Adapted<P> {
    /// Opens a connection, and runs the probe statement.
    async fn open(&self, login: &Login) -> Result<P::Connection, Failure> {
        in_time(async {
            let connection = self.pool.open(&Arc::new(Login::new(Arc::clone(login.generation())))).await?;
            let client = P::client(&connection);
            // What the server calls the user is noted with the login.
            let _is_first = login.is(&user(client).await.map_err(failure)?);
            client.batch_execute(&self.opening.probe).await.map_err(failure)?;
            Ok(connection)
        })
        .await
    }

    async fn refill(&self, login: &Login, spare: &mut Option<P::Connection>) -> Result<(), Failure> {
        if spare.is_none() && self.overlap > 0 {
            match self.open(login).await {
                Ok(connection) => *spare = Some(connection),
                Err(Failure { reason: Reason::Full, .. }) => {}
                Err(failure) => return Err(failure),
            }
        }
        Ok(())
    }

    /// Puts a connection of `login` in the place of `taken`, whose session is ended first.
    async fn replace_in_place(&self, mut taken: P::Taken, login: &Login) -> Result<(), Failure> {
        vacate(P::client_of(&taken)).await;
        match self.open(login).await {
            Ok(fresh) => {
                drop(P::exchange(&mut taken, fresh));
                Ok(())
            }
            Err(failure) => {
                P::discard(taken);
                Err(failure)
            }
        }
    }
}

impl<P: Pool> Adapter for Adapted<P> {
    type Session = P::Connection;

    async fn open(&self, login: &Login) -> Result<P::Connection, Failure> {
        self.open(login).await
    }

    async fn open_in_place(&self, login: &Login) -> Result<(), Failure> {
        let Some(mut taken) = self.pool.take().await else {
            // The pool has room.
            return self.open(login).await.map(drop);
        };
        vacate(P::client_of(&taken)).await;
        let (fresh, result) = match self.open(login).await {
            Ok(fresh) => (Ok(fresh), Ok(())),
            Err(failure) => (self.open(&self.opening.gate.login()).await, Err(failure)),
        };
        match fresh {
            Ok(fresh) => drop(P::exchange(&mut taken, fresh)),
            Err(_) => P::discard(taken),
        }
        result
    }

    /// A connection is opened with whatever login the gate has.
    fn switch(&self, _: &Arc<Login>) {}

    /// Whoever opens a connection asks the gate.
    fn refuse_growth(&self) {}

    async fn replace_idle(&self, login: &Login, spare: &mut Option<P::Connection>) -> usize {
        let mut replaced = 0;
        // Where all are in use, the one that is returned next may have been seen before.
        for _ in 0..self.pool.size() * 4 {
            if self.opening.sessions.are_all_of(login.credentials().username()) {
                break;
            }
            if let Err(failure) = self.refill(login, spare).await {
                tracing::debug!("cannot open a connection to replace an old one: {}", failure.source);
                break;
            }
            let asked = Instant::now();
            let Some(mut taken) = self.pool.take_old(login).await else {
                if self.pool.is_in_use() && asked.elapsed() < TURN {
                    continue;
                }
                break;
            };
            match spare.take() {
                Some(fresh) => drop(P::exchange(&mut taken, fresh)),
                None => {
                    if let Err(failure) = self.replace_in_place(taken, login).await {
                        tracing::debug!("cannot replace an old connection: {}", failure.source);
                        break;
                    }
                }
            }
            self.opening.gate.counts.drained.add(1);
            replaced += 1;
        }
        replaced
    }

    async fn remaining(&self, old: &Arc<Login>, _: &mut Option<P::Connection>) -> Result<usize, Failure> {
        Ok(self.opening.sessions.count_of(old.credentials().username()))
    }

    async fn end(&self, old: &Arc<Login>) -> Result<usize, Failure> {
        let broken_off = self.opening.sessions.end(old.credentials().username());
        let count = broken_off.len();
        let broken_off = broken_off.into_iter().map(|token| self.opening.network.cancel(token));
        // Its side of the session has ended in any case.
        let _unheard = time::timeout(PATIENCE, join_all(broken_off)).await;
        Ok(count)
    }

    async fn upkeep(&self) {
        self.pool.upkeep().await;
    }

    fn upkeep_period(&self) -> Option<Duration> {
        self.pool.upkeep_period()
    }

    fn overlap(&self) -> u32 {
        self.overlap
    }

    async fn close_session(&self, session: P::Connection) {
        drop(session);
    }

    async fn closed(&self) {
        self.pool.closed().await;
    }

    async fn emptied(&self) {
        self.pool.close();
        self.opening.sessions.emptied().await;
    }
}

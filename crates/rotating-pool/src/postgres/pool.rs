//! A pool of `tokio_postgres` clients, as the task that follows its login sees it.

use std::{
    future::Future,
    io::{self, ErrorKind},
    ops::DerefMut,
    sync::Arc,
    time::Duration,
};

use futures_util::future::join_all;
use tokio::{task, time};
use tokio_postgres::Client;

use super::{
    PATIENCE, failure, in_time,
    opening::{Opening, user, vacate},
};
use crate::{
    adapter::{Adapter, Failure, caught},
    drain::TURN,
    login::Login,
    spares::Spares,
};

/// What differs between the crates of pools.
pub(crate) trait Pool: Send + Sync + 'static {
    /// A connection as the pool keeps it, which is not in it.
    type Connection: Send + Sync;
    /// A connection that was taken out of the pool. Its place is kept, and it returns when it is dropped.
    type Taken: DerefMut<Target = Self::Connection> + Send + Sync;

    /// Opens a connection beside the pool, with all that the application has done to those of the pool.
    fn open(&self, login: &Arc<Login>) -> impl Future<Output = Result<Self::Connection, Failure>> + Send;

    fn client(connection: &Self::Connection) -> &Client;

    /// Takes a connection out that nobody uses. If all are in use it waits for one, up to `wait`.
    fn take(&self, wait: Duration) -> impl Future<Output = Option<Self::Taken>> + Send;

    /// Whether a connection is to be replaced, now that `newest` is the login.
    fn is_old(&self, connection: &Self::Connection, newest: &Login) -> impl Future<Output = bool> + Send;

    /// Puts `fresh` in the place of a connection, and returns what was there.
    fn exchange(connection: &mut Self::Connection, fresh: Self::Connection) -> Self::Connection;

    /// Gives up a connection and its place.
    fn discard(taken: Self::Taken);

    /// How many connections the pool has.
    fn size(&self) -> usize;

    /// Whether the pool may open another connection.
    fn has_room(&self) -> bool;

    fn upkeep(&self) -> impl Future<Output = ()> + Send;

    fn upkeep_period(&self) -> Option<Duration>;

    fn closed(&self) -> impl Future<Output = ()> + Send;

    fn close(&self);
}

pub(crate) struct Adapted<P: Pool> {
    pub(crate) pool: P,
    pub(crate) opening: Arc<Opening>,
    /// Those that the pool's hooks take from.
    pub(crate) spares: Arc<Spares<P::Connection>>,
    pub(crate) overlap: usize,
}

impl<P: Pool> Adapted<P> {
    /// Opens a connection, and runs the probe statement.
    async fn open(&self, login: &Login) -> Result<P::Connection, Failure> {
        in_time(async {
            let login_alone = Arc::new(Login::new(Arc::clone(login.generation())));
            let connection = caught(self.pool.open(&login_alone)).await.map_err(failure)??;
            let client = P::client(&connection);
            // What the server calls the user is noted with the login.
            let _is_first = login.is(&user(client).await.map_err(failure)?);
            client.batch_execute(&self.opening.probe).await.map_err(failure)?;
            Ok(connection)
        })
        .await
    }
}

impl<P: Pool> Adapter for Adapted<P> {
    type Session = P::Connection;
    type Taken = P::Taken;

    async fn open(&self, login: &Login) -> Result<P::Connection, Failure> {
        self.open(login).await
    }

    async fn open_in_place(&self, login: &Login) -> Result<(), Failure> {
        let Some(mut taken) = self.pool.take(TURN).await else {
            if self.pool.has_room() {
                return self.open(login).await.map(drop);
            }
            return Err(failure(io::Error::new(ErrorKind::TimedOut, "every connection is in use")));
        };
        vacate(P::client(&taken)).await;
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

    fn spares(&self) -> &Spares<P::Connection> {
        &self.spares
    }

    fn size(&self) -> usize {
        self.pool.size()
    }

    fn has_only(&self, login: &Login) -> bool {
        self.opening.sessions.are_all_of(login.credentials().username())
    }

    async fn take_old(&self, newest: &Login, wait: Duration) -> Option<P::Taken> {
        // Some pools hand out first what was returned last: what was looked at is held until the search is over.
        let mut held = Vec::new();
        // Where all are in use, the one that is returned next may have been seen before.
        for _ in 0..self.pool.size() * 4 {
            match self.pool.take(if held.is_empty() { wait } else { Duration::ZERO }).await {
                Some(taken) if self.pool.is_old(&taken, newest).await => return Some(taken),
                Some(taken) => held.push(taken),
                None if held.is_empty() || wait.is_zero() => return None,
                None => {
                    held.clear();
                    task::yield_now().await;
                }
            }
            if held.len() >= self.pool.size() {
                return None;
            }
        }
        None
    }

    async fn exchange(&self, mut taken: P::Taken, fresh: P::Connection) {
        drop(P::exchange(&mut taken, fresh));
    }

    async fn replace_in_place(&self, mut taken: P::Taken, login: &Login) -> Result<(), Failure> {
        vacate(P::client(&taken)).await;
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

    async fn remaining(&self, old: &Arc<Login>) -> Result<usize, Failure> {
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

    /// Whoever opens a connection tells the gate.
    fn trial_period(&self) -> Option<Duration> {
        None
    }

    fn overlap(&self) -> usize {
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

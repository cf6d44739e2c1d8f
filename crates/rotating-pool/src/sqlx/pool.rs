//! The pool, as the task that follows its login sees it.

use std::{
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};

use sqlx::{Connection, Error, Pool, pool::PoolConnection};
use tokio::time::{self, Instant};

use super::{
    code,
    opening::{Opening, PATIENCE, close, in_time, is_dropped},
    server::{Options, Server},
};
use crate::{
    adapter::{Adapter, Failure, Reason, caught},
    drain::TURN,
    login::Login,
    spares::Spares,
    sqlstate,
};

pub(super) struct RotatingPool<DB: Server> {
    pool: Pool<DB>,
    opening: Arc<Opening<DB>>,
    overlap: usize,
    max_lifetime: Option<Duration>,
    /// What the pool opened connections with, by generation. The pool holds it as long as it opens one.
    in_use: Mutex<Vec<(u64, Weak<Options<DB>>)>>,
    visited: Mutex<Instant>,
}

impl<DB: Server> RotatingPool<DB> {
    pub(super) fn new(
        pool: Pool<DB>,
        opening: Arc<Opening<DB>>,
        overlap: usize,
        max_lifetime: Option<Duration>,
    ) -> Self {
        let in_use = (opening.gate.login().number(), Arc::downgrade(&pool.connect_options()));
        let (in_use, visited) = (Mutex::new(vec![in_use]), Mutex::new(Instant::now()));
        Self { pool, opening, overlap, max_lifetime, in_use, visited }
    }

    /// Takes a connection out that nobody uses. If all are in use it waits for one, up to `wait`.
    async fn take(&self, wait: Duration) -> Option<PoolConnection<DB>> {
        if let Some(connection) = self.pool.try_acquire() {
            return Some(connection);
        }
        if !self.is_full() || wait.is_zero() {
            return None;
        }
        time::timeout(wait, caught(self.pool.acquire())).await.ok()?.ok()?.ok()
    }

    fn is_full(&self) -> bool {
        self.pool.size() >= self.pool.options().get_max_connections()
    }

    /// Takes each connection that nobody uses out and returns it.
    async fn visit_idle(&self) {
        for _ in 0..self.pool.num_idle() {
            let Some(connection) = self.pool.try_acquire() else { return };
            give_back(connection).await;
        }
    }

    fn in_use(&self) -> std::sync::MutexGuard<'_, Vec<(u64, Weak<Options<DB>>)>> {
        self.in_use.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn options_are_in_use(&self, generation: u64) -> bool {
        let mut in_use = self.in_use();
        in_use.retain(|(_, options)| options.strong_count() > 0);
        in_use.iter().any(|(number, _)| *number == generation)
    }

    async fn count(&self, old: &Login) -> Result<usize, Error> {
        let sessions = self.opening.sessions.of(old);
        if sessions.is_empty() {
            return Ok(0);
        }
        if !DB::SHOWS_ALL_SESSIONS {
            let mut watch = in_time(self.opening.connect(old)).await?;
            let living = in_time(DB::living(&mut watch, &sessions)).await;
            close::<DB>(watch).await;
            return living.map(|living| living.len());
        }
        if let Some(mut connection) = self.spares().take() {
            let living = in_time(DB::living(&mut connection, &sessions)).await?;
            self.spares().put(connection);
            return Ok(living.len());
        }
        if let Some(mut connection) = self.take(TURN).await {
            let living = in_time(DB::living(&mut connection, &sessions)).await;
            give_back(connection).await;
            return living.map(|living| living.len());
        }
        if self.is_full() || self.opening.gate.pinned().is_some() {
            return Err(Error::PoolTimedOut);
        }
        // There may be none but those that are counted.
        let mut connection = self.opening.open(&self.opening.gate.login()).await?;
        let living = in_time(DB::living(&mut connection, &sessions)).await;
        if self.overlap > 0 && living.is_ok() {
            self.spares().put(connection);
        } else {
            close::<DB>(connection).await;
        }
        living.map(|living| living.len())
    }

    /// Takes a login for one without sessions. Who has its options still, to open a connection or for nothing, holds it
    /// no longer.
    fn forget(&self, old: &Login) {
        self.opening.sessions.forget(old);
        self.in_use().retain(|(generation, _)| *generation != old.number());
    }

    /// Counts the connections that are not of the newest login. Of one that was dropped nobody can list the sessions,
    /// and the server may let them live on.
    async fn count_others(&self) -> Result<usize, Error> {
        let newest = self.count(&self.opening.gate.login()).await?;
        let newest_in_pool = newest.saturating_sub(self.spares().count());
        Ok((self.pool.size() as usize).saturating_sub(newest_in_pool))
    }
}

impl<DB: Server> Adapter for RotatingPool<DB> {
    type Session = DB::Connection;
    type Taken = PoolConnection<DB>;

    async fn open(&self, login: &Login) -> Result<DB::Connection, Failure> {
        self.opening.open(login).await.map_err(failure)
    }

    async fn open_in_place(&self, login: &Login) -> Result<(), Failure> {
        let Ok(Ok(Ok(connection))) = time::timeout(PATIENCE, caught(self.pool.acquire())).await else {
            return Err(failure(Error::PoolTimedOut));
        };
        let current = self.opening.gate.login();
        let mut connection = connection;
        vacate::<DB>(&mut connection).await;
        let (fresh, result) = match self.opening.open(login).await {
            Ok(fresh) => (Ok(fresh), Ok(())),
            Err(error) => (self.opening.open(&current).await, Err(failure(error))),
        };
        match fresh {
            Ok(fresh) => {
                drop(std::mem::replace(&mut *connection, fresh));
                give_back(connection).await;
            }
            Err(_) => drop(connection.detach()),
        }
        result
    }

    fn switch(&self, login: &Arc<Login>) {
        self.pool.set_connect_options(DB::with_login(&self.opening.options, login.credentials()));
        self.in_use().push((login.number(), Arc::downgrade(&self.pool.connect_options())));
    }

    fn refuse_growth(&self) {
        self.pool.set_connect_options(DB::without_login(&self.opening.options));
    }

    fn spares(&self) -> &Spares<DB::Connection> {
        &self.opening.spares
    }

    fn size(&self) -> usize {
        self.pool.size() as usize
    }

    fn has_only(&self, _: &Login) -> bool {
        false
    }

    async fn take_old(&self, newest: &Login, wait: Duration) -> Option<PoolConnection<DB>> {
        // Where all are in use, the one that is returned next may have been seen before.
        for _ in 0..self.pool.size() * 2 {
            let mut connection = self.take(wait).await?;
            match in_time(DB::session(&mut connection)).await {
                Ok(session) if newest.is(&session.user) => give_back(connection).await,
                Err(error) if !is_dropped(&error) => drop(connection.detach()),
                _ => return Some(connection),
            }
        }
        None
    }

    async fn exchange(&self, mut taken: PoolConnection<DB>, fresh: DB::Connection) {
        let old = std::mem::replace(&mut *taken, fresh);
        give_back(taken).await;
        close::<DB>(old).await;
    }

    async fn replace_in_place(&self, mut taken: PoolConnection<DB>, login: &Login) -> Result<(), Failure> {
        vacate::<DB>(&mut taken).await;
        match self.opening.open(login).await {
            Ok(fresh) => {
                drop(std::mem::replace(&mut *taken, fresh));
                give_back(taken).await;
                Ok(())
            }
            Err(error) => {
                drop(taken.detach());
                Err(failure(error))
            }
        }
    }

    async fn remaining(&self, old: &Arc<Login>) -> Result<usize, Failure> {
        let is_opening = self.options_are_in_use(old.number());
        let count = match self.count(old).await.map_err(failure) {
            Err(failure) if !DB::SHOWS_ALL_SESSIONS && failure.reason == Reason::Refused => {
                self.count_others().await.map_err(self::failure)
            }
            count => count,
        };
        match count? {
            0 if !is_opening => {
                self.opening.sessions.forget(old);
                Ok(0)
            }
            count => Ok(count.max(1)),
        }
    }

    async fn end(&self, old: &Arc<Login>) -> Result<usize, Failure> {
        let sessions = self.opening.sessions.of(old);
        let mut connection = match in_time(self.opening.connect(old)).await.map_err(failure) {
            Ok(connection) => connection,
            // Nobody can end what is left of one that was dropped, nor take it back once more.
            Err(failure) if failure.reason == Reason::Refused => {
                self.forget(old);
                return Ok(0);
            }
            Err(failure) => return Err(failure),
        };
        let living = in_time(DB::living(&mut connection, &sessions)).await.map_err(failure)?;
        for session in &sessions {
            // One that has ended by itself meanwhile is an error for some servers.
            let _gone = in_time(DB::end(&mut connection, session)).await;
        }
        close::<DB>(connection).await;
        self.forget(old);
        Ok(living.len())
    }

    async fn upkeep(&self) {
        let now = Instant::now();
        let is_due = {
            let mut visited = self.visited.lock().unwrap_or_else(PoisonError::into_inner);
            let is_due = self.max_lifetime.is_some_and(|lifetime| now.duration_since(*visited) >= lifetime);
            if is_due {
                *visited = now;
            }
            is_due
        };
        // A visit also lets the pool count a connection's idle time anew.
        if is_due || self.opening.gate.pinned().is_some() {
            self.visit_idle().await;
        }
    }

    fn upkeep_period(&self) -> Option<Duration> {
        let idle_timeout = self.pool.options().get_idle_timeout().map(|timeout| timeout / 2);
        idle_timeout.into_iter().chain(self.max_lifetime).min().map(|period| period.max(TURN))
    }

    fn trial_period(&self) -> Option<Duration> {
        // With an idle connection there is one at least that serves. Each trial costs the server a connect, of every
        // process of a service, whether or not there is anybody who needs a connection.
        const OFTEN: Duration = Duration::from_secs(10);
        const SELDOM: Duration = Duration::from_secs(30);
        if self.is_full() {
            return None;
        }
        Some(if self.pool.num_idle() == 0 { OFTEN } else { SELDOM })
    }

    fn overlap(&self) -> usize {
        self.overlap
    }

    async fn close_session(&self, session: DB::Connection) {
        close::<DB>(session).await;
    }

    async fn closed(&self) {
        self.pool.close_event().await;
    }

    async fn emptied(&self) {
        self.pool.close().await;
    }
}

/// Ends the session of a connection, which keeps its place in the pool.
async fn vacate<DB: Server>(connection: &mut DB::Connection) {
    // Its last answer is that it has been ended; after that there is none.
    let _ended = in_time(DB::end_own(connection)).await;
    let _gone = in_time(connection.ping()).await;
}

/// Returns a connection to its pool. One that does not answer is dropped.
async fn give_back<DB: Server>(mut connection: PoolConnection<DB>) {
    let returned = caught(connection.return_to_pool());
    match time::timeout(PATIENCE, returned).await {
        Ok(Ok(_)) => {}
        Ok(Err(panicked)) => tracing::warn!("an idle connection was dropped: {panicked}"),
        Err(_) => tracing::debug!("an idle connection did not answer and was dropped"),
    }
}

fn failure(error: Error) -> Failure {
    let reason = code(&error).map_or(Reason::Other, |code| sqlstate::reason(&code));
    Failure { reason, source: Box::new(error) }
}

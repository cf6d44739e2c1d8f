//! What the pool asks us about each connection.

use std::{
    fmt, mem,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use bb8::ManageConnection;
use tokio::time;
use tokio_postgres::Error;

use super::connection::Connection;
use crate::{
    login::Login,
    postgres::{Opening, hollow, refused},
    spares::Spares,
};

/// Opens and checks the connections of a pool whose login changes.
pub struct Manager {
    pub(super) opening: Arc<Opening>,
    pub(super) given: Given,
    pub(super) spares: Arc<Spares<Connection>>,
    /// A connection that is older when it is returned is not kept.
    pub(super) max_lifetime: Option<Duration>,
    /// Who would wait in vain for a connection gets one without a server.
    pub(super) hands_out_hollow_ones: bool,
}

/// The login of the next connection, if not the newest.
pub(super) type Given = Arc<Mutex<Option<Arc<Login>>>>;

/// A connection without a server is for who asked for one, not for who comes later.
const FRESH: Duration = Duration::from_millis(100);
/// Until then one that is returned may do.
const GRACE: Duration = Duration::from_millis(600);

tokio::task_local! {
    /// A look at the connections, which are not asked anything for it.
    pub(super) static LOOKING: ();
}

impl Manager {
    fn is_too_old(&self, connection: &Connection) -> bool {
        let is_old = self.max_lifetime.is_some_and(|lifetime| connection.opened.elapsed() >= lifetime);
        is_old && self.opening.gate.pinned().is_none()
    }

    fn exchange_if_old(&self, connection: &mut Connection) {
        let gate = &self.opening.gate;
        if self.spares.count() > 0
            && !connection.is_spent
            && connection.is_old(&gate.login())
            && let Some(fresh) = self.spares.take()
        {
            self.spares.replaced(mem::replace(connection, fresh));
            gate.counts.drained.add(1);
        }
    }
}

impl ManageConnection for Manager {
    type Connection = Connection;
    type Error = Error;

    async fn connect(&self) -> Result<Connection, Error> {
        let given = self.given.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(login) = given {
            return self.opening.open(&login).await.map(Connection::new);
        }
        let began = Instant::now();
        let error = match self.opening.open_newest().await {
            Ok(opened) => return Ok(Connection::new(opened)),
            Err(error) => error,
        };
        match refused(&error) {
            Some(cause) if self.hands_out_hollow_ones => {
                // Meanwhile a connection that is returned will do as well.
                time::sleep_until((began + GRACE).into()).await;
                hollow(cause).await.map(Connection::hollow)
            }
            _ => Err(error),
        }
    }

    async fn is_valid(&self, connection: &mut Connection) -> Result<(), Error> {
        if connection.is_hollow() {
            let is_asked_for = connection.opened.elapsed() < FRESH;
            return if is_asked_for { Ok(()) } else { connection.check_connection().await };
        }
        if LOOKING.try_with(|()| ()).is_ok() {
            return Ok(());
        }
        let checked = if self.opening.gate.is_to_check() {
            self.opening.check(connection).await
        } else {
            connection.simple_query("").await.map(drop)
        };
        connection.is_spent = checked.is_err();
        checked
    }

    /// Is asked of each connection that is returned.
    fn has_broken(&self, connection: &mut Connection) -> bool {
        self.exchange_if_old(connection);
        connection.is_hollow() || connection.is_closed() || self.is_too_old(connection)
    }
}

impl fmt::Debug for Manager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Manager").field("max_lifetime", &self.max_lifetime).finish_non_exhaustive()
    }
}

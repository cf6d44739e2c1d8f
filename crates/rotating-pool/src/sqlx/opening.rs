//! How a connection is opened, by the pool or beside it, and how it is told whose it is.

use std::{
    io::ErrorKind,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use sqlx::{Connection, Error};
use tokio::time;

use super::{
    hooks::AfterConnect,
    server::{Options, Server},
    sessions::{Session, Sessions},
};
use crate::{adapter::caught, gate::Gate, login::Login, spares::Spares, sqlstate};

/// A database that does not answer a small question in this time does not answer.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// Makes a connection ready for the application.
pub(super) struct Opening<DB: Server> {
    pub(super) gate: Arc<Gate>,
    pub(super) sessions: Sessions,
    /// With the application's own settings, and any login.
    pub(super) options: Options<DB>,
    pub(super) role: Option<String>,
    pub(super) probe: String,
    pub(super) after_connect: Option<AfterConnect<DB>>,
    pub(super) spares: Spares<DB::Connection>,
    /// A user who is not found has been found before: there are servers that list none.
    pub(super) has_found_user: AtomicBool,
}

impl<DB: Server> Opening<DB> {
    /// Opens a connection with `login` that may take the place of one in the pool, and runs the probe statement.
    pub(super) async fn open(&self, login: &Login) -> Result<DB::Connection, Error> {
        let opened = caught(in_time(async {
            let mut connection = self.connect(login).await?;
            let session = DB::session(&mut connection).await?;
            if login.is(&session.user) {
                self.note(&mut connection, session, login).await?;
            }
            self.prepare(&mut connection).await?;
            DB::run(&mut connection, &self.probe).await?;
            Ok(connection)
        }));
        opened.await.unwrap_or_else(|panicked| Err(Error::Configuration(panicked.into())))
    }

    /// Takes over a connection that the pool has opened. If the login changed meanwhile, another is put in its place: the
    /// one that straddled the change is never handed out.
    pub(super) async fn settle(&self, connection: &mut DB::Connection) -> Result<(), Error> {
        loop {
            let session = DB::session(connection).await?;
            let login = self.gate.login();
            if login.is(&session.user) {
                self.note(connection, session, &login).await?;
                break;
            }
            self.gate.counts.straddled.add(1);
            tracing::debug!(generation = login.number(), "the login changed while a connection was opened");
            let straddler = std::mem::replace(connection, self.connect(&login).await?);
            close::<DB>(straddler).await;
        }
        self.prepare(connection).await
    }

    /// Returns whether the login of an open connection still exists. One that does not answer is not usable either.
    pub(super) async fn is_usable(&self, connection: &mut DB::Connection) -> bool {
        match in_time(DB::has_user(connection)).await {
            Ok(true) => {
                self.has_found_user.store(true, Ordering::Relaxed);
                true
            }
            Ok(false) if DB::SESSIONS_OUTLIVE_USERS && !self.has_found_user.load(Ordering::Relaxed) => true,
            Ok(false) => {
                self.gate.found_dropped();
                // Who acts as another role, which is still there, may work on.
                let may_serve = DB::SESSIONS_OUTLIVE_USERS || self.role.is_some();
                if !may_serve {
                    self.gate.counts.poisoned.add(1);
                }
                may_serve
            }
            Err(_) => false,
        }
    }

    /// Replaces a connection that is of another login than the newest, if there is a spare one.
    pub(super) async fn exchange_if_old(&self, connection: &mut DB::Connection) {
        let is_old = match in_time(DB::session(connection)).await {
            Ok(session) => !self.gate.login().is(&session.user),
            Err(error) => is_dropped(&error),
        };
        if is_old && let Some(fresh) = self.spares.take() {
            self.spares.replaced(std::mem::replace(connection, fresh));
            self.gate.counts.drained.add(1);
        }
    }

    pub(super) async fn connect(&self, login: &Login) -> Result<DB::Connection, Error> {
        DB::Connection::connect_with(&DB::with_login(&self.options, login.credentials())).await
    }

    /// Notes a session of `login`, and from time to time forgets those that have ended.
    async fn note(
        &self,
        connection: &mut DB::Connection,
        session: Session,
        login: &Login,
    ) -> Result<(), Error> {
        if self.sessions.add(session) {
            let known = self.sessions.of(login);
            let living = DB::living(connection, &known).await?;
            self.sessions.forget_ended(&known, &living);
        }
        Ok(())
    }

    async fn prepare(&self, connection: &mut DB::Connection) -> Result<(), Error> {
        if let Some(role) = &self.role {
            DB::set_role(connection, role).await?;
        }
        match &self.after_connect {
            Some(after_connect) => after_connect(connection).await,
            None => Ok(()),
        }
    }
}

pub(super) async fn close<DB: Server>(connection: DB::Connection) {
    // The server ends the session anyway when the socket goes.
    let _unheard = in_time(connection.close()).await;
}

pub(super) async fn in_time<T>(answer: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    time::timeout(PATIENCE, answer).await.unwrap_or_else(|_| Err(Error::Io(ErrorKind::TimedOut.into())))
}

/// Returns whether PostgreSQL says that the user of a session is gone.
pub(super) fn is_dropped(error: &Error) -> bool {
    error.as_database_error().and_then(|error| error.code()).is_some_and(|code| sqlstate::is_denial(&code))
}

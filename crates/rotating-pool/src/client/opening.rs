//! How a connection is opened, by the pool or beside it.

use std::sync::Arc;

use futures_core::future::BoxFuture;
use tokio::task::JoinHandle;
use tokio_postgres::{
    Client, Config, Error, Socket,
    tls::{MakeTlsConnect, TlsConnect},
};

use super::{
    refusal::{Refusing, refusing},
    sql,
};
use crate::{
    adapter::{Failure, Reason},
    error::{Error as PoolError, Since},
    gate::Gate,
    login::Login,
    sessions::Sessions,
    sqlstate,
};

/// Connects with a configuration, and drives the connection in a task.
pub(crate) type Connector =
    Arc<dyn Fn(Config) -> BoxFuture<'static, Result<(Client, JoinHandle<()>), Error>> + Send + Sync>;

/// Returns what connects with this kind of TLS.
pub(crate) fn connector<T>(tls: T) -> Connector
where
    T: MakeTlsConnect<Socket, Stream: Send + Sync, TlsConnect: Send + Sync> + Clone + Send + Sync + 'static,
    <T::TlsConnect as TlsConnect<Socket>>::Future: Send,
{
    Arc::new(move |config| {
        let tls = tls.clone();
        Box::pin(async move {
            let (client, connection) = config.connect(tls).await?;
            let task = tokio::spawn(async move {
                if let Err(error) = connection.await {
                    tracing::debug!("a connection ended: {error}");
                }
            });
            Ok((client, task))
        })
    })
}

/// A connection that was opened, and the task that drives it.
pub(crate) struct Opened {
    pub(crate) client: Client,
    pub(crate) task: JoinHandle<()>,
    /// It only says why there is no connection.
    pub(crate) refuses: bool,
}

/// Makes a connection ready for the application.
pub(crate) struct Opening {
    pub(crate) gate: Arc<Gate>,
    pub(crate) sessions: Sessions,
    /// With the application's own settings, and any login.
    pub(crate) config: Config,
    pub(crate) connector: Connector,
    pub(crate) role: Option<String>,
    pub(crate) probe: String,
    pub(crate) refusing: Refusing,
}

impl Opening {
    /// Opens a connection for the pool. If the login changes meanwhile it is opened again: one that straddled the change is
    /// never handed out.
    pub(crate) async fn open(&self) -> Result<Opened, Error> {
        loop {
            if let Some(since) = self.gate.pinned() {
                return self.refuse(&PoolError::NoValidCredentials { since: Since::new(since) }).await;
            }
            let login = self.gate.login();
            let opened = self.open_with(&login).await;
            if self.gate.login().number() != login.number() {
                self.gate.counts.straddled.add(1);
                tracing::debug!("the login changed while a connection was opened");
                continue;
            }
            match opened {
                Ok((client, task)) => return Ok(Opened { client, task, refuses: false }),
                Err(error) if reason(&error) == Reason::Refused => {
                    self.gate.was_refused_a_connection();
                    return match self.refusing {
                        Refusing::AtOnce => Err(error),
                        // The pool would go on trying, and tell nobody why.
                        Refusing::AtFirstUse => self.refuse(&error).await,
                    };
                }
                Err(error) => return Err(error),
            }
        }
    }

    async fn refuse(&self, reason: &(dyn std::error::Error + Send + Sync)) -> Result<Opened, Error> {
        let (client, task) = refusing(self.refusing, &reason.to_string()).await?;
        Ok(Opened { client, task, refuses: true })
    }

    /// Opens a connection and closes it.
    #[cfg(feature = "bb8-postgres")]
    pub(crate) async fn try_first(&self) -> Result<(), Error> {
        self.probe(&self.gate.login()).await.map(drop)
    }

    /// Opens a connection and runs the probe statement.
    pub(super) async fn probe(&self, login: &Login) -> Result<(Client, JoinHandle<()>), Error> {
        let (client, task) = self.open_with(login).await?;
        client.batch_execute(&self.probe).await?;
        Ok((client, task))
    }

    pub(super) async fn open_with(&self, login: &Login) -> Result<(Client, JoinHandle<()>), Error> {
        let _connecting = login.connecting();
        let mut config = self.config.clone();
        let credentials = login.credentials();
        config.user(credentials.username()).password(credentials.password().expose_secret());
        let (client, task) = (self.connector)(config).await?;
        if let Some(session) = sql::session(&client).await?
            && login.is(&session.user)
        {
            self.sessions.add(session);
        }
        if let Some(role) = &self.role {
            sql::set_role(&client, role).await?;
        }
        Ok((client, task))
    }

    /// Asks whether the login of an open connection still exists. One that does not answer is as good as gone.
    pub(crate) async fn check(&self, client: &Client) -> Result<(), Error> {
        let Some(answer) = sql::in_time(sql::session(client)).await else {
            return Err(Error::__private_api_timeout());
        };
        match answer {
            Err(error) if is_dropped(&error) => {
                self.gate.found_dropped();
                // It acts as another role, which is still there.
                if self.role.is_some() {
                    return Ok(());
                }
                self.gate.counts.poisoned.add(1);
                Err(error)
            }
            answer => answer.map(drop),
        }
    }
}

pub(super) fn is_dropped(error: &Error) -> bool {
    error.code().is_some_and(|code| sqlstate::is_denial(code.code()))
}

pub(super) fn reason(error: &Error) -> Reason {
    error.code().map_or(Reason::Other, |code| sqlstate::reason(code.code()))
}

pub(super) fn failure(error: Error) -> Failure {
    Failure { reason: reason(&error), source: Box::new(error) }
}

/// What the first connection's failure tells the application.
pub(crate) fn cannot_connect(
    user: &str,
    source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> PoolError {
    PoolError::Connect { user: user.to_owned(), source: source.into() }
}

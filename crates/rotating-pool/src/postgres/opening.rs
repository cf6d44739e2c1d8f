//! How a connection is opened, and how it is asked for its login.

use std::{
    future::Future,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{task::JoinHandle, time};
use tokio_postgres::{Client, Config, Error, SimpleQueryMessage};

use super::{Network, PATIENCE, Sessions, code, is_dropped, refusal};
use crate::{adapter::Reason, gate::Gate, login::Login, sqlstate};

/// Who is refused a connection waits so long for another login.
const GRACE: Duration = Duration::from_millis(800);

/// Makes connections.
pub(crate) struct Opening {
    pub(crate) gate: Arc<Gate>,
    pub(crate) sessions: Arc<Sessions>,
    pub(crate) network: Box<dyn Network>,
    /// With the application's own settings, and any login.
    pub(crate) config: Config,
    pub(crate) role: Option<String>,
    pub(crate) probe: String,
}

/// A connection that is open.
pub(crate) struct Opened {
    pub(crate) client: Client,
    /// Ends with the client, and is ended with the session.
    pub(crate) task: JoinHandle<()>,
    #[cfg(feature = "bb8-postgres")]
    pub(crate) user: String,
}

impl Opening {
    /// Opens a connection with the newest login. If that changes meanwhile it begins again: a connection that straddles
    /// the change is never returned.
    pub(crate) async fn open_newest(&self) -> Result<Opened, Error> {
        let began = Instant::now();
        loop {
            let login = self.gate.login();
            let number = login.number();
            if let Some(since) = self.gate.pinned() {
                let until = (since + GRACE).max(began);
                if !before(until, self.gate.until(|gate| gate.pinned() != Some(since))).await {
                    return Err(refusal::error(|| self.gate.no_login(since)).await);
                }
                continue;
            }
            let has_moved = self.gate.until(|gate| gate.login().number() != number);
            let opened = tokio::select! {
                opened = self.open(&login) => opened,
                () = has_moved => {
                    self.straddled(&login);
                    continue;
                }
            };
            match opened {
                Ok(opened) if self.gate.login().has_user_of(&login) => return Ok(opened),
                Ok(_) => self.straddled(&login),
                Err(error) if reason(&error) == Some(Reason::Refused) => {
                    self.gate.was_refused_a_connection();
                    let has_moved = self.gate.until(|gate| gate.login().number() != number);
                    if !before(began + GRACE, has_moved).await {
                        return Err(match self.gate.pinned() {
                            Some(since) => refusal::error(|| self.gate.no_login(since)).await,
                            None => error,
                        });
                    }
                }
                Err(error) => {
                    if reason(&error) == Some(Reason::Unclear) {
                        self.gate.was_refused_a_connection();
                    }
                    return Err(error);
                }
            }
        }
    }

    /// Opens a connection with `login`.
    pub(crate) async fn open(&self, login: &Login) -> Result<Opened, Error> {
        let user = login.credentials().username();
        let session = self.sessions.begin(user);
        let mut config = self.config.clone();
        config.user(user).password(login.credentials().password().expose_secret());
        let (client, serving) = tokio::select! {
            biased;
            () = session.ended() => return Err(refusal::error(|| crate::Error::DrainedLate).await),
            opened = self.network.connect(&config) => opened?,
        };
        let task = session.serve(client.cancel_token(), serving);
        if let Some(role) = &self.role {
            client.batch_execute(&set_role(role)).await?;
        }
        Ok(Opened {
            client,
            task,
            #[cfg(feature = "bb8-postgres")]
            user: user.to_owned(),
        })
    }

    /// Returns whether the login of an open connection still exists. Why not is an error; one that does not answer in
    /// time is not usable either.
    pub(crate) async fn check(&self, client: &Client) -> Result<(), Error> {
        let Ok(answer) = time::timeout(PATIENCE, user(client)).await else {
            return Err(refusal::silence().await);
        };
        match answer {
            Ok(_) => Ok(()),
            Err(error) if is_dropped(&error) => {
                self.gate.found_dropped();
                // It acts as another role, which is still there.
                if self.role.is_some() {
                    return Ok(());
                }
                self.gate.counts.poisoned.add(1);
                Err(error)
            }
            Err(error) => Err(error),
        }
    }

    fn straddled(&self, login: &Login) {
        if !self.gate.login().has_user_of(login) {
            self.gate.counts.straddled.add(1);
            tracing::debug!("the login changed while a connection was opened");
        }
    }
}

/// Returns the user of a session. Of one that was dropped it is an error.
pub(crate) async fn user(client: &Client) -> Result<String, Error> {
    let answer = client.simple_query("SELECT session_user").await?;
    let user = answer.into_iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
        _ => None,
    });
    Ok(user.unwrap_or_default())
}

/// Ends a session from within, and waits until the server has ended it.
pub(crate) async fn vacate(client: &Client) {
    let ended = async {
        // Whatever role it acts as, its own login may do that.
        let _ended = client.batch_execute("RESET ROLE; SELECT pg_terminate_backend(pg_backend_pid())").await;
        // It is not answered: the driver is told of the end.
        let _gone = client.batch_execute("").await;
    };
    let _late = time::timeout(PATIENCE, ended).await;
}

pub(crate) fn set_role(role: &str) -> String {
    format!("SET ROLE \"{}\"", role.replace('"', "\"\""))
}

fn reason(error: &Error) -> Option<Reason> {
    code(error).map(sqlstate::reason)
}

/// Returns whether it came in time.
async fn before(until: Instant, event: impl Future<Output = ()>) -> bool {
    time::timeout_at(until.into(), event).await.is_ok()
}

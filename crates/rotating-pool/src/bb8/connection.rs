//! A connection of the pool.

use std::{
    fmt,
    ops::{Deref, DerefMut},
    time::Instant,
};

use tokio_postgres::Client;

use crate::{login::Login, postgres::Opened};

/// A `tokio_postgres::Client` that knows its login.
pub struct Connection {
    client: Client,
    /// None if there is no server at its other end.
    user: Option<String>,
    pub(super) opened: Instant,
    /// It has failed a check, and is not kept.
    pub(super) is_spent: bool,
}

impl Connection {
    pub(super) fn new(opened: Opened) -> Self {
        let Opened { client, task, user } = opened;
        // It ends with the client, and is ended with the session.
        drop(task);
        Self { client, user: Some(user), opened: Instant::now(), is_spent: false }
    }

    pub(super) fn hollow(client: Client) -> Self {
        Self { client, user: None, opened: Instant::now(), is_spent: false }
    }

    pub(super) fn is_hollow(&self) -> bool {
        self.user.is_none()
    }

    pub(super) fn is_old(&self, newest: &Login) -> bool {
        self.user.as_ref().is_some_and(|user| user != newest.credentials().username())
    }
}

impl Deref for Connection {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

impl DerefMut for Connection {
    fn deref_mut(&mut self) -> &mut Client {
        &mut self.client
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("client", &self.client).finish_non_exhaustive()
    }
}

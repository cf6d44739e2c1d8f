//! What the builders of `tokio-postgres` pools have in common.

use std::sync::Arc;

use secrets_config_core::{DbCredentials, Rotating};
use tokio_postgres::{
    Config, NoTls, Socket,
    tls::{MakeTlsConnect, TlsConnect},
};

use super::{Opening, Sessions, network::Tls};
use crate::{Error, gate::Gate, login::Login};

/// How a pool follows its login, whichever crate's it is.
pub(crate) struct Setup<T> {
    pub(crate) login: Rotating<DbCredentials>,
    pub(crate) config: Config,
    pub(crate) tls: T,
    pub(crate) overlap: Option<u32>,
    pub(crate) probe: String,
    pub(crate) role: Option<String>,
}

/// What there is before the first connection.
pub(crate) struct Beginning {
    pub(crate) rotating: Rotating<DbCredentials>,
    pub(crate) login: Arc<Login>,
    pub(crate) gate: Arc<Gate>,
    pub(crate) opening: Arc<Opening>,
    overlap: Option<u32>,
}

impl Setup<NoTls> {
    pub(crate) fn new(login: Rotating<DbCredentials>) -> Self {
        let (config, probe) = (Config::new(), "SELECT 1".to_owned());
        Self { login, config, tls: NoTls, overlap: None, probe, role: None }
    }
}

impl<T> Setup<T> {
    pub(crate) fn tls<U>(self, tls: U) -> Setup<U> {
        let Self { login, config, tls: _, overlap, probe, role } = self;
        Setup { login, config, tls, overlap, probe, role }
    }
}

impl<T> Setup<T>
where
    T: MakeTlsConnect<Socket> + Clone + Send + Sync + 'static,
    T::Stream: Send + 'static,
    T::TlsConnect: Send,
    <T::TlsConnect as TlsConnect<Socket>>::Future: Send,
{
    pub(crate) fn begin(self) -> Beginning {
        let Self { login: mut rotating, config, tls, overlap, probe, role } = self;
        let first = rotating.current().hold();
        rotating.mark_seen(&first);
        let login = Arc::new(Login::new(first));
        let gate = Gate::new(Arc::clone(&login), rotating.trouble());
        let opening = Arc::new(Opening {
            gate: Arc::clone(&gate),
            sessions: Arc::new(Sessions::default()),
            network: Box::new(Tls(tls)),
            config,
            role,
            probe,
        });
        Beginning { rotating, login, gate, opening, overlap }
    }
}

impl Beginning {
    pub(crate) fn failed(&self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
        Error::Connect { user: self.login.credentials().username().to_owned(), source: source.into() }
    }

    /// Returns how many connections there may be above the pool's maximum.
    pub(crate) fn overlap(&self, max: usize) -> usize {
        self.overlap.map_or_else(|| (max / 2).max(1), |overlap| overlap as usize)
    }
}

//! The way to the server, in whatever kind of TLS.

use std::future::Future;

use futures_util::future::BoxFuture;
use tokio_postgres::{
    CancelToken, Client, Config, Error, Socket,
    tls::{MakeTlsConnect, TlsConnect},
};

/// What moves a connection's data, until it ends.
pub(crate) type Serving = BoxFuture<'static, Result<(), Error>>;

/// Hides the type of the TLS from that of the pool.
pub(crate) trait Network: Send + Sync {
    fn connect<'a>(&'a self, config: &'a Config) -> BoxFuture<'a, Result<(Client, Serving), Error>>;

    /// Asks the server to break off what a session is doing.
    fn cancel(&self, token: CancelToken) -> BoxFuture<'_, Result<(), Error>>;
}

pub(crate) struct Tls<T>(pub(crate) T);

impl<T> Network for Tls<T>
where
    T: MakeTlsConnect<Socket> + Clone + Send + Sync + 'static,
    T::Stream: Send + 'static,
    T::TlsConnect: Send,
    <T::TlsConnect as TlsConnect<Socket>>::Future: Future + Send,
{
    fn connect<'a>(&'a self, config: &'a Config) -> BoxFuture<'a, Result<(Client, Serving), Error>> {
        let tls = self.0.clone();
        Box::pin(async move {
            let (client, connection) = config.connect(tls).await?;
            Ok((client, Box::pin(connection) as Serving))
        })
    }

    fn cancel(&self, token: CancelToken) -> BoxFuture<'_, Result<(), Error>> {
        let tls = self.0.clone();
        Box::pin(async move { token.cancel_query(tls).await })
    }
}

//! How it is said, where only a driver's own error or connection will do, that there is no login for it.

#[cfg(feature = "bb8-postgres")]
use std::error::Error as StdError;
use std::{
    io,
    pin::Pin,
    task::{Context, Poll, Waker},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::{Config, Error, NoTls, config::SslMode};

/// Returns an error of the driver with `cause()` among its sources.
pub(super) async fn error(cause: impl Fn() -> crate::Error) -> Error {
    input_output(|| io::Error::other(Cause(cause()))).await
}

/// Returns an error of the driver for a server that does not answer.
pub(super) async fn silence() -> Error {
    input_output(|| io::ErrorKind::TimedOut.into()).await
}

async fn input_output(cause: impl Fn() -> io::Error) -> Error {
    loop {
        let stream = Stream::new(Script::Refuse(Some(cause())));
        if let Err(error) = config().connect_raw(stream, NoTls).await {
            return error;
        }
    }
}

/// Returns what an error of the driver was made of, if it is one of ours.
#[cfg(feature = "bb8-postgres")]
pub(crate) fn refused(error: &Error) -> Option<&crate::Error> {
    std::iter::successors(error.source(), |error| (*error).source()).find_map(<dyn StdError>::downcast_ref)
}

/// Returns a client without a server, whose first statement is answered with SQLSTATE 28000 and `cause`.
#[cfg(feature = "bb8-postgres")]
pub(crate) async fn hollow(cause: &crate::Error) -> Result<tokio_postgres::Client, Error> {
    let chain = std::iter::successors(Some(cause as &dyn StdError), |error| (*error).source());
    // A NUL would end the field of the message.
    let text = chain.map(ToString::to_string).collect::<Vec<_>>().join(": ").replace('\0', "");
    let stream = Stream::new(Script::Greet(text));
    let (client, connection) = config().connect_raw(stream, NoTls).await?;
    // It ends after its one answer, or with the client.
    let _serving = tokio::spawn(connection);
    Ok(client)
}

fn config() -> Config {
    let mut config = Config::new();
    config.user("nobody").ssl_mode(SslMode::Disable);
    config
}

/// Puts our error into the chain of sources: that of an `io::Error` begins below what it was made of.
#[derive(Debug, thiserror::Error)]
#[error("no connection was tried")]
struct Cause(#[source] crate::Error);

/// A stream with nobody at its other end.
struct Stream {
    script: Script,
    unread: Vec<u8>,
    reader: Option<Waker>,
}

/// What happens at the next message from the client.
enum Script {
    Refuse(Option<io::Error>),
    #[cfg(feature = "bb8-postgres")]
    Greet(String),
    #[cfg(feature = "bb8-postgres")]
    Fail(String),
    End,
}

impl Stream {
    fn new(script: Script) -> Self {
        Self { script, unread: Vec::new(), reader: None }
    }

    fn hear(&mut self) -> io::Result<()> {
        self.script = match std::mem::replace(&mut self.script, Script::End) {
            Script::Refuse(error) => return Err(error.unwrap_or_else(|| io::ErrorKind::NotConnected.into())),
            #[cfg(feature = "bb8-postgres")]
            Script::Greet(cause) => {
                // AuthenticationOk, ReadyForQuery
                self.unread.extend_from_slice(b"R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I");
                Script::Fail(cause)
            }
            #[cfg(feature = "bb8-postgres")]
            Script::Fail(cause) => {
                self.unread.extend(error_response(&cause));
                Script::End
            }
            Script::End => Script::End,
        };
        if let Some(reader) = self.reader.take() {
            reader.wake();
        }
        Ok(())
    }
}

#[cfg(feature = "bb8-postgres")]
fn error_response(cause: &str) -> Vec<u8> {
    let fields = format!("SFATAL\0VFATAL\0C28000\0M{cause}\0\0");
    let length = u32::try_from(fields.len() + 4).unwrap_or(u32::MAX);
    [b"E", &length.to_be_bytes()[..], fields.as_bytes()].concat()
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.unread.is_empty() && !matches!(self.script, Script::End) {
            self.reader = Some(context.waker().clone());
            return Poll::Pending;
        }
        let length = self.unread.len().min(buffer.remaining());
        buffer.put_slice(&self.unread[..length]);
        self.unread.drain(..length);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Stream {
    fn poll_write(mut self: Pin<&mut Self>, _: &mut Context<'_>, message: &[u8]) -> Poll<io::Result<usize>> {
        Poll::Ready(self.hear().map(|()| message.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use std::{error::Error as _, iter, sync::Arc, time::Instant};

    use super::*;
    use crate::error::Since;

    fn cause() -> crate::Error {
        let why = io::Error::other("somebody is\0 away");
        crate::Error::NoValidCredentials { since: Since::new(Instant::now()), source: Some(Arc::new(why)) }
    }

    #[tokio::test]
    async fn the_error_of_the_driver_has_ours_among_its_sources() {
        let error = error(cause).await;
        let mut sources = iter::successors(error.source(), |error| (*error).source());
        assert!(sources.any(|source| source.is::<crate::Error>()));
    }

    #[cfg(feature = "bb8-postgres")]
    #[tokio::test]
    async fn a_hollow_client_answers_its_first_statement_with_the_cause() {
        let client = hollow(&cause()).await.unwrap();
        let error = client.query("SELECT 1", &[]).await.unwrap_err();
        let error = error.as_db_error().unwrap();
        assert_eq!(error.code().code(), "28000");
        let said = error.message();
        assert!(said.starts_with("no valid login") && said.ends_with(": somebody is away"), "{said}");
        assert!(client.query("SELECT 1", &[]).await.unwrap_err().is_closed());
    }
}

//! Connections that say why there is none.

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream},
    task::JoinHandle,
};
use tokio_postgres::{Client, Config, Error, NoTls};

/// When a connection refuses.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Refusing {
    /// While it is opened.
    AtOnce,
    /// At the first statement: for a pool that keeps what goes wrong before to itself.
    AtFirstUse,
}

/// Opens a connection to nobody, which fails with an error of the driver's own that says `reason`.
pub(crate) async fn refusing(when: Refusing, reason: &str) -> Result<(Client, JoinHandle<()>), Error> {
    const ROOM: usize = 4096;
    let (ours, theirs) = tokio::io::duplex(ROOM);
    let error = error_response(reason);
    let _server = tokio::spawn(async move {
        // It ends with the client's end of the stream.
        let _gone = serve(theirs, when, &error).await;
    });
    let mut config = Config::new();
    config.user("nobody");
    let (client, connection) = config.connect_raw(ours, NoTls).await?;
    // What it would say is what its client is told.
    let task = tokio::spawn(async move { connection.await.unwrap_or_default() });
    Ok((client, task))
}

async fn serve(mut stream: DuplexStream, when: Refusing, error: &[u8]) -> std::io::Result<()> {
    const READY: &[u8] = b"Z\0\0\0\x05I";
    let mut buffer = [0; 1024];
    // What it asks for does not matter, and no driver says little enough to need a second look.
    let _greeting = stream.read(&mut buffer).await?;
    if when == Refusing::AtOnce {
        return stream.write_all(error).await;
    }
    stream.write_all(b"R\0\0\0\x08\0\0\0\0").await?;
    stream.write_all(READY).await?;
    while stream.read(&mut buffer).await? > 0 {
        stream.write_all(error).await?;
        stream.write_all(READY).await?;
    }
    Ok(())
}

/// An error as a PostgreSQL server sends it: invalid authorization.
fn error_response(reason: &str) -> Vec<u8> {
    let fields: Vec<u8> = [("S", "FATAL"), ("V", "FATAL"), ("C", "28000"), ("M", reason)]
        .iter()
        .flat_map(|(field, text)| [field.as_bytes(), text.as_bytes(), b"\0"].concat())
        .chain(*b"\0")
        .collect();
    let length = u32::try_from(fields.len() + 4).unwrap_or(u32::MAX);
    [b"E".as_slice(), &length.to_be_bytes(), &fields].concat()
}

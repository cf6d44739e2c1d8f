//! Connections whose bytes are passed on.

use std::{future::pending, pin::pin};

use hyper::Method;
use tokio::{
    io::{self, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
    time::sleep,
};

use super::{Fault, traffic::Traffic};

/// Passes on what both sides say, until one of them ends the connection.
pub(super) async fn tunnel(traffic: &Traffic, client: TcpStream) {
    let (cleared, silenced) = (traffic.cleared(), traffic.silenced());
    let hold = match traffic.fault(&Method::CONNECT, "") {
        None | Some(Fault::Edit { .. }) => None,
        Some(Fault::Delay(time)) => {
            sleep(time).await;
            None
        }
        Some(Fault::Stall) => {
            cleared.await;
            None
        }
        Some(Fault::Hold(time)) => Some(time),
        Some(Fault::Cut | Fault::CutAnswer | Fault::Answer { .. }) => return,
    };
    let Ok(server) = TcpStream::connect(traffic.upstream()).await else { return };
    let _unsupported = server.set_nodelay(true);
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let back = async {
        if let Some(time) = hold {
            sleep(time).await;
        }
        copy(from_server, to_client, traffic).await
    };
    // Whose sockets stay open when it is silenced.
    let mut passing = pin!(async { tokio::try_join!(copy(from_client, to_server, traffic), back) });
    tokio::select! {
        biased;
        () = silenced => pending::<()>().await,
        // A side that is gone is the end of the connection and no news.
        _ended = &mut passing => {}
    }
}

async fn copy(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    traffic: &Traffic,
) -> io::Result<()> {
    let mut buffer = vec![0; 16 << 10];
    loop {
        let count = from.read(&mut buffer).await?;
        traffic.thawed().await;
        if count == 0 {
            return to.shutdown().await;
        }
        to.write_all(&buffer[..count]).await?;
    }
}

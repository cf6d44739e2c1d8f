//! Ports taken from the system.

use std::net::{Ipv4Addr, TcpListener};

use tokio::net::TcpSocket;

use crate::{Error, Result};

/// Returns a TCP port of the loopback address that was free a moment ago.
///
/// Somebody else may take it before it is used, so whoever starts a server on it tries again with another.
pub(crate) fn free() -> Result<u16> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(Error::io("take a free port"))
}

/// Returns a TCP port of the loopback address, and what keeps it from everybody but a server that is told of it.
///
/// On Linux a port that is taken and not listened on is given to nobody else, and may be taken once more by whoever
/// allows the reuse of its address, as servers do. Elsewhere nothing is kept.
pub(crate) fn reserved() -> Result<(u16, Option<TcpSocket>)> {
    if !cfg!(target_os = "linux") {
        return Ok((free()?, None));
    }
    let reserve = || {
        let socket = TcpSocket::new_v4()?;
        socket.set_reuseaddr(true)?;
        socket.bind((Ipv4Addr::LOCALHOST, 0).into())?;
        Ok((socket.local_addr()?.port(), Some(socket)))
    };
    reserve().map_err(Error::io("take a free port"))
}

/// How many ports a server is offered before its start is given up.
pub(crate) const ATTEMPTS: usize = 5;

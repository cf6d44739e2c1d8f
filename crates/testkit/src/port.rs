//! Ports taken from the system.

use std::net::{Ipv4Addr, TcpListener};

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

/// How many ports a server is offered before its start is given up.
pub(crate) const ATTEMPTS: usize = 5;

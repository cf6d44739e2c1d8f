//! A proxy that spoils the traffic to a server.

mod fault;
mod http;
mod tcp;
mod traffic;

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use tokio::{net::TcpListener, task::JoinSet};

pub use fault::{Fault, When};
pub use traffic::Seen;

use self::{http::Http, traffic::Traffic};
use crate::{Error, Result};

/// A proxy on the loopback address in front of one server. It passes everything on and keeps a record, until a
/// [`Fault`] is injected. Its connections end when the value is dropped.
///
/// # Examples
///
/// ```
/// # async fn example(vault: std::net::SocketAddr) -> testkit::Result<()> {
/// use testkit::{Fault, Proxy, When};
///
/// let proxy = Proxy::http(vault).await?;
/// proxy.inject(When::path("/v1/auth/").times(2), Fault::status(412));
/// // ... a client of `proxy.url()` tries to log in ...
/// assert_eq!(proxy.requests("/v1/auth/").len(), 3);
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    traffic: Arc<Traffic>,
    _acceptor: JoinSet<()>,
}

impl Proxy {
    /// Starts a proxy that speaks HTTP and knows each request.
    ///
    /// # Errors
    ///
    /// There may be no free port.
    pub async fn http(upstream: SocketAddr) -> Result<Self> {
        Self::start(upstream, Protocol::Http(Http::new()?)).await
    }

    /// Starts a proxy that passes bytes on, such as PostgreSQL's. A fault is one of a connection's start.
    ///
    /// # Errors
    ///
    /// There may be no free port.
    pub async fn tcp(upstream: SocketAddr) -> Result<Self> {
        Self::start(upstream, Protocol::Tcp).await
    }

    async fn start(upstream: SocketAddr, protocol: Protocol) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
        let listener = listener.map_err(Error::io("take a free port"))?;
        let address = listener.local_addr().map_err(Error::io("take a free port"))?;
        let traffic = Arc::new(Traffic::new(upstream));
        let mut acceptor = JoinSet::new();
        acceptor.spawn(accept(listener, traffic.clone(), protocol));
        Ok(Self { address, traffic, _acceptor: acceptor })
    }

    /// Lets requests, or connections, go wrong from now on. Of several faults that fit, the last one counts.
    pub fn inject(&self, when: When, fault: Fault) {
        self.traffic.inject(when, fault);
    }

    /// Takes all faults back. What [`Fault::Stall`] holds goes on.
    pub fn clear(&self) {
        self.traffic.clear();
    }

    /// Closes every connection there is.
    pub fn cut(&self) {
        self.traffic.cut();
    }

    /// Passes on nothing more of a TCP connection, until [`thaw`](Self::thaw); the connections stay open.
    pub fn freeze(&self) {
        self.traffic.freeze(true);
    }

    /// Ends what [`freeze`](Self::freeze) began.
    pub fn thaw(&self) {
        self.traffic.freeze(false);
    }

    /// Passes on nothing more of the TCP connections there are, for good; they stay open, and new ones are served.
    pub fn silence(&self) {
        self.traffic.silence();
    }

    /// Sends what comes from now on to another server.
    pub fn set_upstream(&self, upstream: SocketAddr) {
        self.traffic.set_upstream(upstream);
    }

    /// Returns the HTTP requests so far whose paths begin with `prefix`, in their order.
    #[must_use]
    pub fn requests(&self, prefix: &str) -> Vec<Seen> {
        self.traffic.requests(prefix)
    }

    /// Returns how many connections were accepted so far.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.traffic.connections()
    }

    /// The address it listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address it listens on, such as `http://127.0.0.1:8200`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

#[derive(Clone, Debug)]
enum Protocol {
    Http(Http),
    Tcp,
}

/// Serves each connection until it is cut.
async fn accept(listener: TcpListener, traffic: Arc<Traffic>, protocol: Protocol) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        while connections.try_join_next().is_some() {}
        // What is written goes out at once: a proxy adds no delay of its own.
        let _unsupported = stream.set_nodelay(true);
        let (cut, protocol, traffic) = (traffic.connected(), protocol.clone(), traffic.clone());
        connections.spawn(async move {
            let serving = async {
                match protocol {
                    Protocol::Http(http) => http.serve(&traffic, stream).await,
                    Protocol::Tcp => tcp::tunnel(&traffic, stream).await,
                }
            };
            tokio::select! {
                () = cut => {}
                () = serving => {}
            }
        });
    }
}

//! A server that behaves like Vault in the few calls that `direct-vault` makes.

mod state;

use std::{
    fmt,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use http_body_util::{BodyExt, Full};
use hyper::{
    Request, Response,
    body::{Bytes, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

use self::state::State;
use crate::{Error, Result};

/// A Vault in the same process, which goes by tokio's clock: in a test that pauses it, an hour passes at once.
///
/// It knows the login of an AppRole, wrapped secret ids, leases below `database/creds/`, renewal and revocation, and
/// gives out what it was told to keep. Everybody may log in, until [`accept`](Self::accept) says who.
#[derive(Clone)]
pub struct FakeVault {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    _acceptor: Arc<JoinSet<()>>,
}

/// How long what it grants lives. Whole seconds, as with Vault.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// How long a token lives without renewal.
    pub token_ttl: Duration,
    /// How long a token lives at most.
    pub token_max_ttl: Duration,
    /// How long a lease lives without renewal.
    pub lease_ttl: Duration,
    /// How long a lease lives at most.
    pub lease_max_ttl: Duration,
}

impl FakeVault {
    /// Starts it on a port of the system.
    ///
    /// # Errors
    ///
    /// There may be no free port.
    pub async fn start(terms: Terms) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
        let listener = listener.map_err(Error::io("take a free port"))?;
        let address = listener.local_addr().map_err(Error::io("take a free port"))?;
        let state = Arc::new(Mutex::new(State::new(terms)));
        let mut acceptor = JoinSet::new();
        acceptor.spawn(accept(listener, state.clone()));
        Ok(Self { address, state, _acceptor: Arc::new(acceptor) })
    }

    /// Where it listens, such as `http://127.0.0.1:8200`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Seals or unseals it.
    pub fn seal(&self, sealed: bool) {
        self.lock().sealed = sealed;
    }

    /// Denies every request to this path, such as `sys/leases/renew`, from now on.
    pub fn deny(&self, path: &str) {
        self.lock().denied.push(path.to_owned());
    }

    /// Answers every request to this path with status 500 from now on, as where what is behind it fails.
    pub fn fail(&self, path: &str) {
        self.lock().failing.push(path.to_owned());
    }

    /// Accepts a login with this secret id and no other from now on.
    pub fn accept(&self, secret_id: &str) {
        self.lock().accepted = Some(secret_id.to_owned());
    }

    /// Wraps a secret id, as made at `path`, and returns the token it is in.
    #[must_use]
    pub fn wrap(&self, secret_id: &str, path: &str) -> String {
        self.lock().wrap(secret_id, path)
    }

    /// Keeps `data` at this path, without a lease, in the place of what was there.
    pub fn write(&self, path: &str, data: Value) {
        self.lock().written.insert(path.to_owned(), data);
    }

    /// Revokes every token there is, and with them the leases.
    pub fn revoke_all(&self) {
        self.lock().revoke_all();
    }

    /// Returns whether it is sealed.
    #[must_use]
    pub fn is_sealed(&self) -> bool {
        self.lock().sealed
    }

    /// Returns the requests so far, such as `POST auth/approle/login`, in their order.
    #[must_use]
    pub fn requests(&self) -> Vec<String> {
        self.lock().requests.clone()
    }

    /// Returns how many requests there were so far.
    #[must_use]
    pub fn request_count(&self) -> usize {
        self.lock().requests.len()
    }

    /// Returns how many seconds each renewal of a token asked for so far, if it asked for any.
    #[must_use]
    pub fn token_increments(&self) -> Vec<Option<u64>> {
        self.lock().token_increments.clone()
    }

    /// Returns how many tokens it made so far.
    #[must_use]
    pub fn tokens_made(&self) -> usize {
        self.lock().tokens_made()
    }

    /// Returns how many leases it made so far.
    #[must_use]
    pub fn leases_made(&self) -> usize {
        self.lock().leases_made()
    }

    /// Returns how many tokens live.
    #[must_use]
    pub fn tokens(&self) -> usize {
        self.lock().tokens()
    }

    /// Returns how many leases live: neither they nor the tokens that made them have ended.
    #[must_use]
    pub fn leases(&self) -> usize {
        self.lock().leases()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

impl fmt::Debug for FakeVault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FakeVault").field("address", &self.address).finish_non_exhaustive()
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn accept(listener: TcpListener, state: Arc<Mutex<State>>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        while connections.try_join_next().is_some() {}
        let _unsupported = stream.set_nodelay(true);
        connections.spawn(serve(stream, state.clone()));
    }
}

async fn serve(stream: TcpStream, state: Arc<Mutex<State>>) {
    let service = service_fn(|request| answer(&state, request));
    // A client that leaves is its own business.
    let _ended = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

async fn answer(
    state: &Mutex<State>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, hyper::Error> {
    let (head, body) = request.into_parts();
    let body = body.collect().await?.to_bytes();
    let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
    let token = head.headers.get("x-vault-token").and_then(|token| token.to_str().ok()).unwrap_or_default();
    let path = head.uri.path().trim_start_matches("/v1/");
    let (status, body) = lock(state).answer(head.method.as_str(), path, token, &body);
    let mut response = Response::new(Full::from(body.to_string()));
    *response.status_mut() = status;
    Ok(response)
}

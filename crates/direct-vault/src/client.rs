//! HTTP to Vault: timeouts, a token that is never shown, and errors without bodies.

mod accessor;
mod answer;
mod auth;
mod body;
mod health;
mod lease;
mod request_id;
mod resolver;
mod tls;
mod token;
mod unwrap;

use std::time::Duration;

use reqwest::{
    Method,
    header::{HOST, HeaderName, HeaderValue, LOCATION},
    redirect::{Attempt, Policy},
};
use zeroize::Zeroizing;

use self::answer::Answer;
pub(crate) use self::{
    auth::{Grant, NewToken},
    health::Health,
    lease::{Answered, Increment, LeaseId, Leased},
    request_id::RequestId,
    tls::TlsFiles,
    token::Token,
};
use crate::{Address, Error, ServerSettings};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Vault answers these from its own storage.
const QUICK: Duration = Duration::from_secs(10);
/// A database user is made or dropped while we wait: give a slow database its time.
const SLOW: Duration = Duration::from_secs(30);

const TOKEN: HeaderName = HeaderName::from_static("x-vault-token");
const NAMESPACE: HeaderName = HeaderName::from_static("x-vault-namespace");
/// Vault wants it on every request that a proxy or an agent may see, so that a browser cannot be made to send one.
const REQUEST: HeaderName = HeaderName::from_static("x-vault-request");

/// Speaks to one Vault. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    http: reqwest::Client,
    address: Address,
    /// The address that requests are sent to, where that has the name in Vault's certificate.
    named: Option<Address>,
    namespace: Option<HeaderValue>,
    auth_namespace: Option<HeaderValue>,
    timeout: Option<Duration>,
    /// Who is to have signed Vault's certificate.
    authority: String,
}

impl Client {
    /// Returns a client that uses these files for TLS.
    pub(crate) fn new(settings: &ServerSettings, files: &TlsFiles) -> Result<Self, Error> {
        let authority = files.authority();
        let mut builder = reqwest::Client::builder()
            .tls_backend_preconfigured(files.config(&settings.addr)?)
            .connect_timeout(CONNECT_TIMEOUT)
            // For requests that are not ours: these each have their own.
            .timeout(SLOW)
            .redirect(Policy::custom(same_origin))
            .retry(reqwest::retry::never())
            .user_agent(concat!("direct-vault/", env!("CARGO_PKG_VERSION")));
        let server_name = settings.tls.tls_server_name.as_deref().filter(|_| settings.addr.is_https());
        let named = server_name.map(|name| settings.addr.named(name).ok_or(Error::ServerName)).transpose()?;
        if named.is_some() {
            // A proxy would look the name up by itself.
            builder = builder.no_proxy().dns_resolver(resolver::At(settings.addr.clone()));
        }
        let http =
            builder.build().map_err(|error| Error::Tls { file: authority.clone(), reason: root(&error) })?;
        let namespace = namespace(settings.namespace.as_deref())?;
        let auth_namespace = namespace_or(settings.auth_namespace.as_deref(), &namespace)?;
        let (address, timeout) = (settings.addr.clone(), settings.client_timeout);
        Ok(Self { http, address, named, namespace, auth_namespace, timeout, authority })
    }

    /// Sends one request and reads the whole answer, whatever its status.
    async fn send(
        &self,
        method: Method,
        path: &str,
        token: Option<&Token>,
        body: Option<Zeroizing<Vec<u8>>>,
        timeout: Duration,
    ) -> Result<Answer, Error> {
        let timeout = self.timeout.unwrap_or(timeout);
        let mut request = self.request(method, path, timeout).header(REQUEST, "true");
        let is_auth = path.starts_with("auth/");
        if let Some(namespace) = if is_auth { &self.auth_namespace } else { &self.namespace } {
            request = request.header(NAMESPACE, namespace);
        }
        if let Some(token) = token {
            request = request.header(TOKEN, token.header());
        }
        if let Some(body) = body {
            request = request.body(bytes::Bytes::from_owner(body));
        }
        let failed = |error: reqwest::Error| {
            let path = path.to_owned();
            if error.is_connect() {
                self.unreachable(&error)
            } else if error.is_timeout() {
                Error::TimedOut { path, timeout }
            } else if tls::refusal(&error, &self.authority).is_some() {
                // Vault says only after the handshake that it does not take our certificate.
                self.unreachable(&error)
            } else {
                Error::AnswerLost { path, reason: root(&error) }
            }
        };
        let mut response = request.send().await.map_err(failed)?;
        let status = response.status();
        let retry_after = answer::retry_after(response.headers());
        let location =
            response.headers().get(LOCATION).and_then(|value| Some(value.to_str().ok()?.to_owned()));
        let body = body::read(&mut response).await.map_err(|reading| match reading {
            body::Failed::Network(error) => failed(error),
            body::Failed::TooLarge => Error::Malformed { path: path.to_owned(), reason: "it is too large" },
        })?;
        Ok(Answer { path: path.to_owned(), status, retry_after, location, body })
    }

    /// Returns a request to an API path, which may end in a query.
    fn request(&self, method: Method, path: &str, timeout: Duration) -> reqwest::RequestBuilder {
        let request = self.http.request(method, self.target().join(path));
        let request = request.timeout(timeout);
        match &self.named {
            Some(_) => request.header(HOST, self.address.authority()),
            None => request,
        }
    }

    async fn post(
        &self,
        path: &str,
        token: Option<&Token>,
        body: Zeroizing<Vec<u8>>,
        timeout: Duration,
    ) -> Result<Answer, Error> {
        self.send(Method::POST, path, token, Some(body), timeout).await
    }

    async fn get(&self, path: &str, token: &Token, timeout: Duration) -> Result<Answer, Error> {
        self.send(Method::GET, path, Some(token), None, timeout).await
    }

    #[cfg(feature = "vaultrs")]
    pub(crate) fn http(&self) -> &reqwest::Client {
        &self.http
    }

    #[cfg(feature = "metrics")]
    pub(crate) fn address(&self) -> &Address {
        &self.address
    }

    /// Returns the address that requests are sent to.
    pub(crate) fn target(&self) -> &Address {
        self.named.as_ref().unwrap_or(&self.address)
    }

    #[cfg(feature = "vaultrs")]
    pub(crate) fn namespace(&self) -> Option<&HeaderValue> {
        self.namespace.as_ref()
    }

    fn unreachable(&self, error: &reqwest::Error) -> Error {
        let reason = if error.is_timeout() {
            "timed out".to_owned()
        } else {
            tls::refusal(error, &self.authority).unwrap_or_else(|| root(error))
        };
        Error::Unreachable { address: self.address.to_string(), reason }
    }
}

fn namespace(name: Option<&str>) -> Result<Option<HeaderValue>, Error> {
    match name.map(str::trim) {
        None | Some("") => Ok(None),
        Some(name) => HeaderValue::from_str(name).map(Some).map_err(|_| Error::Namespace),
    }
}

fn namespace_or(name: Option<&str>, other: &Option<HeaderValue>) -> Result<Option<HeaderValue>, Error> {
    Ok(namespace(name)?.or_else(|| other.clone()))
}

/// Follows a redirect on the same scheme, host and port only: reqwest would send our token along anywhere.
fn same_origin(attempt: Attempt<'_>) -> reqwest::redirect::Action {
    const MOST: usize = 3;
    let same = attempt.previous().first().is_some_and(|first| first.origin() == attempt.url().origin());
    if same && attempt.previous().len() <= MOST { attempt.follow() } else { attempt.stop() }
}

/// Returns what the innermost error says: `connection refused`, `invalid peer certificate: UnknownIssuer`.
fn root(error: &reqwest::Error) -> String {
    let mut innermost: &dyn std::error::Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

//! The operator's client.

use std::time::Duration;

use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::{Error, Result};

/// A client of Vault's API with one token; paths are those below `/v1/`.
#[derive(Clone, Debug)]
pub struct Admin {
    client: Client,
    address: String,
    token: String,
    headers: Vec<(&'static str, String)>,
}

impl Admin {
    /// Returns a client for the server at `address` that sends `token`.
    ///
    /// # Panics
    ///
    /// When the system's resolver cannot be set up.
    #[must_use]
    pub fn new(address: &str, token: &str) -> Self {
        let client = Client::builder().no_proxy().timeout(Duration::from_secs(30)).build();
        Self {
            client: client.expect("an HTTP client without TLS needs nothing"),
            address: address.to_owned(),
            token: token.to_owned(),
            headers: Vec::new(),
        }
    }

    /// Returns the same client with another token.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: token.to_owned(), ..self.clone() }
    }

    /// Returns the same client inside of a namespace.
    #[must_use]
    pub fn in_namespace(&self, name: &str) -> Self {
        self.with_header("X-Vault-Namespace", name)
    }

    /// Returns the same client, whose answers come wrapped in a token that lives for `ttl`, such as `60s`.
    #[must_use]
    pub fn wrapping(&self, ttl: &str) -> Self {
        self.with_header("X-Vault-Wrap-TTL", ttl)
    }

    fn with_header(&self, name: &'static str, value: &str) -> Self {
        let mut client = self.clone();
        client.headers.push((name, value.to_owned()));
        client
    }

    /// Reads a path and returns the whole envelope.
    ///
    /// # Errors
    ///
    /// Vault's refusal, or no answer.
    pub async fn get(&self, path: &str) -> Result<Value> {
        self.send(Method::GET, path, None).await
    }

    /// Writes to a path with PUT.
    ///
    /// # Errors
    ///
    /// Vault's refusal, or no answer.
    pub async fn put(&self, path: &str, body: Value) -> Result<Value> {
        self.send(Method::PUT, path, Some(body)).await
    }

    /// Writes to a path with POST.
    ///
    /// # Errors
    ///
    /// Vault's refusal, or no answer.
    pub async fn post(&self, path: &str, body: Value) -> Result<Value> {
        self.send(Method::POST, path, Some(body)).await
    }

    /// Deletes a path.
    ///
    /// # Errors
    ///
    /// Vault's refusal, or no answer.
    pub async fn delete(&self, path: &str) -> Result<Value> {
        self.send(Method::DELETE, path, None).await
    }

    /// Lists the keys below a path; none is no error.
    ///
    /// # Errors
    ///
    /// Vault's refusal, or no answer.
    pub async fn list(&self, path: &str) -> Result<Vec<String>> {
        match self.get(&format!("{path}?list=true")).await {
            Ok(envelope) => Ok(texts(&envelope["data"]["keys"])),
            Err(Error::Vault { status: 404, .. }) => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    /// Counts the leases below a prefix, such as `database/creds/app-role`.
    ///
    /// # Errors
    ///
    /// Vault's refusal, or no answer.
    pub async fn lease_count(&self, prefix: &str) -> Result<usize> {
        Ok(self.list(&format!("sys/leases/lookup/{prefix}")).await?.len())
    }

    /// Revokes every lease below a prefix and waits until that is done.
    ///
    /// # Errors
    ///
    /// Vault's refusal, or no answer.
    pub async fn revoke_prefix(&self, prefix: &str) -> Result<()> {
        self.put(&format!("sys/leases/revoke-prefix/{prefix}"), json!({ "sync": true })).await.map(drop)
    }

    /// Revokes one lease and waits until that is done.
    ///
    /// # Errors
    ///
    /// Vault's refusal, or no answer.
    pub async fn revoke_lease(&self, id: &str) -> Result<()> {
        self.put("sys/leases/revoke", json!({ "lease_id": id, "sync": true })).await.map(drop)
    }

    /// Returns what Vault knows of a token.
    ///
    /// # Errors
    ///
    /// Vault's refusal, such as when the token is dead, or no answer.
    pub async fn look_up_token(&self, token: &str) -> Result<TokenInfo> {
        let envelope = self.post("auth/token/lookup", json!({ "token": token })).await?;
        let data = &envelope["data"];
        let accessor = data["accessor"].as_str().unwrap_or_default().to_owned();
        Ok(TokenInfo { accessor, ttl: Duration::from_secs(data["ttl"].as_u64().unwrap_or_default()) })
    }

    /// Revokes a token, and with it its leases.
    ///
    /// # Errors
    ///
    /// Vault's refusal, such as when the token is dead, or no answer.
    pub async fn revoke_token(&self, token: &str) -> Result<()> {
        self.post("auth/token/revoke", json!({ "token": token })).await.map(drop)
    }

    /// Revokes the token of an accessor, and with it its leases.
    ///
    /// # Errors
    ///
    /// Vault's refusal, or no answer.
    pub async fn revoke_accessor(&self, accessor: &str) -> Result<()> {
        self.post("auth/token/revoke-accessor", json!({ "accessor": accessor })).await.map(drop)
    }

    /// Allows one request in `interval` to a path, and answers 429 to the others; with `Retry-After`, if wanted.
    ///
    /// # Errors
    ///
    /// Vault's refusal, or no answer.
    pub async fn limit_rate(&self, path: &str, interval: Duration, retry_after: bool) -> Result<()> {
        self.post("sys/quotas/config", json!({ "enable_rate_limit_response_headers": retry_after })).await?;
        let quota = json!({ "path": path, "rate": 1.0, "interval": format!("{}s", interval.as_secs()) });
        self.post("sys/quotas/rate-limit/limit", quota).await.map(drop)
    }

    /// Ends what [`limit_rate`](Self::limit_rate) began.
    ///
    /// # Errors
    ///
    /// Vault's refusal, or no answer.
    pub async fn unlimit_rate(&self) -> Result<()> {
        self.delete("sys/quotas/rate-limit/limit").await.map(drop)
    }

    /// Returns the paths of the mounted engines, such as `secret/`.
    ///
    /// # Errors
    ///
    /// Vault's refusal, or no answer.
    pub async fn mounts(&self) -> Result<Vec<String>> {
        let envelope = self.get("sys/mounts").await?;
        Ok(envelope["data"].as_object().into_iter().flat_map(|mounts| mounts.keys().cloned()).collect())
    }

    /// Returns the status of `sys/health`: 200 active, 501 not initialised, 503 sealed.
    ///
    /// # Errors
    ///
    /// No answer.
    pub async fn health(&self) -> Result<u16> {
        let url = self.url("sys/health");
        match self.client.get(&url).send().await {
            Ok(response) => Ok(response.status().as_u16()),
            Err(source) => Err(Error::Http { method: Method::GET.to_string(), url, source }),
        }
    }

    /// The token this client sends.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.token
    }

    async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Result<Value> {
        let url = self.url(path);
        let unanswered = |source| Error::Http { method: method.to_string(), url: url.clone(), source };
        let mut request = self.client.request(method.clone(), &url).header("X-Vault-Token", &self.token);
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        if let Some(body) = &body {
            request = request.json(body);
        }
        let response = request.send().await.map_err(unanswered)?;
        let status = response.status();
        let text = response.text().await.map_err(unanswered)?;
        let answer: Value = serde_json::from_str(&text).unwrap_or(Value::Null);
        if status.is_success() {
            return Ok(answer);
        }
        let errors = texts(&answer["errors"]);
        Err(Error::Vault {
            method: method.to_string(),
            path: path.to_owned(),
            status: status.as_u16(),
            errors,
        })
    }

    fn url(&self, path: &str) -> String {
        format!("{}/v1/{path}", self.address)
    }
}

/// What Vault knows of a token.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TokenInfo {
    /// The name it can be revoked by.
    pub accessor: String,
    /// How long it lives on.
    pub ttl: Duration,
}

fn texts(array: &Value) -> Vec<String> {
    array.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

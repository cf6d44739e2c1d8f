//! What it granted, and what it says.

use std::{collections::BTreeMap, time::Duration};

use hyper::StatusCode;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::Terms;

pub(super) struct State {
    terms: Terms,
    tokens: BTreeMap<String, Grant>,
    leases: BTreeMap<String, Lease>,
    pub(super) sealed: bool,
    pub(super) denied: Vec<String>,
    pub(super) failing: Vec<String>,
    /// The one secret id that it takes, if that matters.
    pub(super) accepted: Option<String>,
    pub(super) written: BTreeMap<String, Value>,
    /// What is wrapped, and where that was made, by its token.
    wrapped: BTreeMap<String, (String, String)>,
    wrapped_so_far: usize,
    pub(super) requests: Vec<String>,
    pub(super) token_increments: Vec<Option<u64>>,
}

struct Grant {
    made: Instant,
    expires: Instant,
    revoked: bool,
}

struct Lease {
    grant: Grant,
    token: String,
}

type Answer = (StatusCode, Value);

impl State {
    pub(super) fn new(terms: Terms) -> Self {
        Self {
            terms,
            tokens: BTreeMap::new(),
            leases: BTreeMap::new(),
            sealed: false,
            denied: Vec::new(),
            failing: Vec::new(),
            accepted: None,
            written: BTreeMap::new(),
            wrapped: BTreeMap::new(),
            wrapped_so_far: 0,
            requests: Vec::new(),
            token_increments: Vec::new(),
        }
    }

    pub(super) fn tokens_made(&self) -> usize {
        self.tokens.len()
    }

    pub(super) fn leases_made(&self) -> usize {
        self.leases.len()
    }

    pub(super) fn tokens(&self) -> usize {
        let now = Instant::now();
        self.tokens.values().filter(|grant| grant.lives(now)).count()
    }

    pub(super) fn leases(&self) -> usize {
        self.leases.values().filter(|lease| self.lives(lease)).count()
    }

    pub(super) fn wrap(&mut self, secret_id: &str, path: &str) -> String {
        self.wrapped_so_far += 1;
        let token = format!("wrapping.{}", self.wrapped_so_far);
        self.wrapped.insert(token.clone(), (secret_id.to_owned(), path.to_owned()));
        token
    }

    pub(super) fn revoke_all(&mut self) {
        self.tokens.values_mut().for_each(|grant| grant.revoked = true);
    }

    pub(super) fn answer(&mut self, method: &str, path: &str, token: &str, body: &Value) -> Answer {
        self.requests.push(format!("{method} {path}"));
        if path == "sys/health" {
            let status = if self.sealed { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK };
            return (status, json!({ "sealed": self.sealed }));
        }
        if self.sealed {
            return refused(StatusCode::SERVICE_UNAVAILABLE, "Vault is sealed");
        }
        match path {
            "auth/approle/login" => return self.log_in(body),
            "sys/wrapping/lookup" => return self.look_at_wrapped(body),
            "sys/wrapping/unwrap" => return self.unwrap(token),
            _ => {}
        }
        let now = Instant::now();
        let is_alive = self.tokens.get(token).is_some_and(|grant| grant.lives(now));
        if !is_alive || self.denied.iter().any(|denied| denied == path) {
            return refused(StatusCode::FORBIDDEN, "permission denied");
        }
        if self.failing.iter().any(|failing| failing == path) {
            return refused(StatusCode::INTERNAL_SERVER_ERROR, "internal error");
        }
        match path {
            "auth/token/lookup-self" => granted(json!({ "data": {} })),
            "auth/token/renew-self" => self.renew_token(token, body),
            "auth/token/revoke-self" => self.revoke_token(token),
            "sys/leases/renew" => self.renew_lease(body),
            "sys/leases/revoke" => self.revoke_lease(body),
            _ if path.starts_with("database/creds/") => self.issue(path, token),
            _ => match self.written.get(path) {
                Some(data) => granted(json!({
                    "lease_id": "", "lease_duration": 0, "renewable": false, "data": data,
                })),
                None => refused(StatusCode::FORBIDDEN, "permission denied"),
            },
        }
    }

    fn log_in(&mut self, body: &Value) -> Answer {
        if self.accepted.as_deref().is_some_and(|accepted| body["secret_id"] != accepted) {
            return refused(StatusCode::BAD_REQUEST, "invalid role or secret ID");
        }
        let token = format!("hvs.{}", self.tokens.len() + 1);
        self.tokens.insert(token.clone(), Grant::new(Instant::now(), self.terms.token_ttl));
        let accessor = format!("accessor.{}", self.tokens.len());
        granted(json!({ "auth": {
            "client_token": token,
            "accessor": accessor,
            "lease_duration": self.terms.token_ttl.as_secs(),
            "renewable": true,
            "num_uses": 0,
        } }))
    }

    fn look_at_wrapped(&self, body: &Value) -> Answer {
        let token = body["token"].as_str().unwrap_or_default();
        match self.wrapped.get(token) {
            Some((_, path)) => granted(json!({ "data": { "creation_path": path } })),
            None => refused(StatusCode::BAD_REQUEST, "wrapping token is not valid or does not exist"),
        }
    }

    fn unwrap(&mut self, token: &str) -> Answer {
        match self.wrapped.remove(token) {
            Some((secret_id, _)) => granted(json!({ "data": { "secret_id": secret_id } })),
            None => refused(StatusCode::BAD_REQUEST, "wrapping token is not valid or does not exist"),
        }
    }

    fn renew_token(&mut self, token: &str, body: &Value) -> Answer {
        let (now, terms) = (Instant::now(), self.terms);
        let Some(grant) = self.tokens.get_mut(token) else { return gone() };
        let increment = body["increment"].as_u64();
        self.token_increments.push(increment);
        let asked = increment.map_or(terms.token_ttl, Duration::from_secs);
        let ttl = grant.renew(now, asked, terms.token_max_ttl);
        granted(json!({ "auth": {
            "client_token": token, "lease_duration": ttl, "renewable": true, "num_uses": 0,
        } }))
    }

    fn revoke_token(&mut self, token: &str) -> Answer {
        self.tokens.entry(token.to_owned()).and_modify(|grant| grant.revoked = true);
        (StatusCode::NO_CONTENT, Value::Null)
    }

    fn issue(&mut self, path: &str, token: &str) -> Answer {
        let number = self.leases.len() + 1;
        let id = format!("{path}/{number}");
        let grant = Grant::new(Instant::now(), self.terms.lease_ttl);
        self.leases.insert(id.clone(), Lease { grant, token: token.to_owned() });
        granted(json!({
            "lease_id": id,
            "lease_duration": self.terms.lease_ttl.as_secs(),
            "renewable": true,
            "data": { "username": format!("v-{number}"), "password": format!("password-{number}") },
        }))
    }

    fn renew_lease(&mut self, body: &Value) -> Answer {
        let (now, terms) = (Instant::now(), self.terms);
        let Some(id) = self.lease_id(body) else { return gone() };
        let Some(lease) = self.leases.get_mut(&id) else { return gone() };
        let ttl = lease.grant.renew(now, terms.lease_ttl, terms.lease_max_ttl);
        granted(json!({ "lease_id": id, "lease_duration": ttl, "renewable": true }))
    }

    fn revoke_lease(&mut self, body: &Value) -> Answer {
        let Some(id) = self.lease_id(body) else { return gone() };
        self.leases.entry(id).and_modify(|lease| lease.grant.revoked = true);
        (StatusCode::NO_CONTENT, Value::Null)
    }

    /// Returns the id that the body names, if that lease lives.
    fn lease_id(&self, body: &Value) -> Option<String> {
        let id = body["lease_id"].as_str()?;
        self.leases.get(id).is_some_and(|lease| self.lives(lease)).then(|| id.to_owned())
    }

    fn lives(&self, lease: &Lease) -> bool {
        let now = Instant::now();
        lease.grant.lives(now) && self.tokens.get(&lease.token).is_some_and(|token| token.lives(now))
    }
}

impl Grant {
    fn new(now: Instant, ttl: Duration) -> Self {
        Self { made: now, expires: now + ttl, revoked: false }
    }

    fn lives(&self, now: Instant) -> bool {
        !self.revoked && now < self.expires
    }

    /// Gives it `ttl` more, but not beyond `most` since it was made. Returns the seconds it has.
    fn renew(&mut self, now: Instant, ttl: Duration, most: Duration) -> u64 {
        self.expires = (now + ttl).min(self.made + most);
        self.expires.saturating_duration_since(now).as_secs()
    }
}

fn granted(body: Value) -> Answer {
    (StatusCode::OK, body)
}

fn gone() -> Answer {
    refused(StatusCode::BAD_REQUEST, "lease not found")
}

fn refused(status: StatusCode, message: &str) -> Answer {
    (status, json!({ "errors": [message] }))
}

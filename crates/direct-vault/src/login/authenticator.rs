//! Logs in, again and again.

use std::sync::Mutex;

use secrets_config_core::Secret;

use super::{
    Login, Method, Proof,
    memory::{Memory, Source, lock},
};
use crate::{
    Error,
    client::{Client, NewToken, Token},
};

/// Logs in by one method and remembers what it needs for the next time.
#[derive(Debug)]
pub(crate) struct Authenticator {
    method: Method,
    /// The login's API path.
    path: String,
    /// What goes into the body, by its name there.
    sources: Vec<(&'static str, Source)>,
    /// Texts of the body that stay the same.
    fixed: Vec<(&'static str, Secret<String>)>,
    wrapping_path: Option<String>,
    pub(super) memory: Mutex<Memory>,
}

impl Authenticator {
    pub(crate) fn new(login: Login) -> Self {
        let method = login.method();
        let role = |role: String| ("role", Secret::new(role));
        let (mount, sources, fixed, wrapping_path) = match login {
            Login::AppRole(app_role) => (
                app_role.mount,
                vec![
                    ("role_id", Source::new("role id", app_role.role_id)),
                    (SECRET_ID, Source::new("secret id", app_role.secret_id)),
                ],
                Vec::new(),
                app_role.wrapping_path,
            ),
            Login::Kubernetes(kubernetes) => {
                let token = Source::new("service account's token", kubernetes.token());
                (kubernetes.mount, vec![("jwt", token)], vec![role(kubernetes.role)], None)
            }
            Login::Jwt(jwt) => {
                let fixed = jwt.role.map(role).into_iter().collect();
                (jwt.mount, vec![("jwt", Source::new("JWT", jwt.token))], fixed, None)
            }
            Login::Token(given) => {
                (String::new(), vec![(TOKEN, Source::new("token", given.token))], Vec::new(), None)
            }
        };
        let path = match method {
            Method::Token => "auth/token/lookup-self".to_owned(),
            _ => format!("auth/{}/login", mount.trim_matches('/')),
        };
        let wrapping_path = wrapping_path.map(|path| path.trim().trim_matches('/').to_owned());
        Self { method, path, sources, fixed, wrapping_path, memory: Mutex::default() }
    }

    /// Gets a new token.
    pub(crate) async fn log_in(&self, client: &Client) -> Result<NewToken, Error> {
        if self.method == Method::Token {
            return self.take_given(client).await;
        }
        let proof = self.proof(client).await?;
        let refused = match client.login(self.method, &self.path, &proof).await {
            Ok(token) => {
                lock(&self.memory).accepted = Some(proof);
                return Ok(token);
            }
            Err(error @ Error::LoginRefused { .. }) => error,
            Err(error) => return Err(error),
        };
        // What is new may be cut off, or not known to Vault yet.
        let Some(accepted) = lock(&self.memory).accepted.clone() else { return Err(refused) };
        let again = if accepted == proof {
            Err(refused.clone())
        } else {
            client.login(self.method, &self.path, &accepted).await
        };
        if let Err(Error::LoginRefused { .. }) = again {
            lock(&self.memory).accepted = None;
        }
        let token = again.map_err(|_| refused.clone())?;
        tracing::warn!("{refused}; what was accepted before still is");
        Ok(token)
    }

    /// Whether a file holds something else than at the last login.
    pub(crate) async fn has_changed(&self) -> bool {
        for (_, source) in &self.sources {
            if source.has_changed().await {
                return true;
            }
        }
        false
    }

    async fn proof(&self, client: &Client) -> Result<Proof, Error> {
        let mut texts = self.fixed.clone();
        for (name, source) in &self.sources {
            let text = source.read().await?;
            let text = match &self.wrapping_path {
                Some(path) if *name == SECRET_ID => self.unwrapped(client, text, path).await?,
                _ => text,
            };
            texts.push((name, text));
        }
        Ok(Proof::new(texts))
    }

    /// Takes the token that was given, unless it is the one in use: that one has to be replaced by somebody else.
    async fn take_given(&self, client: &Client) -> Result<NewToken, Error> {
        let Some((_, source)) = self.sources.first() else { return Err(Error::Stopped) };
        let text = source.read().await?;
        let token = Token::new(&text).ok_or(Error::Source {
            what: "token",
            is_file: true,
            reason: "it holds characters that cannot be sent".to_owned(),
        })?;
        if lock(&self.memory).given.as_ref() == Some(&token) {
            return Err(Error::TokenNotReplaced);
        }
        let new = client.given(token, &self.path).await?;
        lock(&self.memory).given = Some(new.token.clone());
        Ok(new)
    }
}

const SECRET_ID: &str = "secret_id";
const TOKEN: &str = "token";

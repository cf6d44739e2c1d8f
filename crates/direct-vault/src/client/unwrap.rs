//! Secrets that come wrapped in a token of their own.

use secrets_config_core::Secret;
use serde::{Deserialize, Serialize};

use super::{Answer, Client, QUICK, Token, answer::Asked, body};
use crate::Error;

impl Client {
    /// Returns where the wrapped answer comes from. `path` is where it should: for the error.
    pub(crate) async fn wrapping_path(&self, wrapping: &Secret<String>, path: &str) -> Result<String, Error> {
        #[derive(Serialize)]
        struct Body<'a> {
            token: &'a str,
        }
        #[derive(Deserialize)]
        struct LookedUp {
            data: About,
        }
        #[derive(Deserialize)]
        struct About {
            creation_path: String,
        }
        let body = Body { token: wrapping.expose_secret() };
        let body = body::json(&body, body.token.len());
        let answer = self.post("sys/wrapping/lookup", None, body, QUICK).await?;
        let LookedUp { data } = used(&answer, path)?.parse(Asked::Read, &self.address)?;
        Ok(data.creation_path.trim_matches('/').to_owned())
    }

    /// Takes the secret id out of its wrapping. That can be done once.
    pub(crate) async fn unwrap_secret_id(
        &self,
        wrapping: &Secret<String>,
        path: &str,
    ) -> Result<Secret<String>, Error> {
        #[derive(Deserialize)]
        struct Unwrapped {
            data: Content,
        }
        #[derive(Deserialize)]
        struct Content {
            secret_id: Secret<String>,
        }
        let Some(token) = Token::new(wrapping) else {
            return Err(Error::WrappingTokenUsed { path: path.to_owned(), messages: Vec::new() });
        };
        let answer = self.post("sys/wrapping/unwrap", Some(&token), body::json(&(), 0), QUICK).await?;
        let Unwrapped { data } = used(&answer, path)?.parse(Asked::Read, &self.address)?;
        Ok(data.secret_id)
    }
}

/// Vault does not tell a token that was used from one that never was or has ended. A refusal by somebody else, in front
/// of Vault, says nothing about the token.
fn used<'a>(answer: &'a Answer, path: &str) -> Result<&'a Answer, Error> {
    match (answer.status.as_u16(), answer.messages()) {
        (400 | 403 | 404, Some(messages)) => {
            Err(Error::WrappingTokenUsed { path: path.to_owned(), messages })
        }
        _ => Ok(answer),
    }
}

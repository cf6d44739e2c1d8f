//! Login and the life of a token.

use std::time::Duration;

use secrets_config_core::Secret;
use serde::{Deserialize, Serialize};

use super::{Client, QUICK, Token, answer::Asked, body};
use crate::Error;

/// How long something was granted for. Zero means without end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Grant {
    pub(crate) ttl: Duration,
    pub(crate) renewable: bool,
}

/// A good login.
#[derive(Debug)]
pub(crate) struct Login {
    pub(crate) token: Token,
    pub(crate) grant: Grant,
}

#[derive(Deserialize)]
struct Authenticated {
    auth: Auth,
}

#[derive(Deserialize)]
struct Auth {
    client_token: Secret<String>,
    lease_duration: u64,
    renewable: bool,
    #[serde(default)]
    num_uses: u64,
}

impl Auth {
    fn grant(&self) -> Grant {
        Grant { ttl: Duration::from_secs(self.lease_duration), renewable: self.renewable }
    }
}

impl Client {
    /// Logs in with an AppRole mounted at `auth/{mount}`.
    pub(crate) async fn login(
        &self,
        mount: &str,
        role_id: &Secret<String>,
        secret_id: &Secret<String>,
    ) -> Result<Login, Error> {
        #[derive(Serialize)]
        struct Body<'a> {
            role_id: &'a str,
            secret_id: &'a str,
        }
        let body = Body { role_id: role_id.expose_secret(), secret_id: secret_id.expose_secret() };
        let body = body::json(&body, body.role_id.len() + body.secret_id.len());
        let answer = self.post(&format!("auth/{mount}/login"), None, body, QUICK).await?;
        let Authenticated { auth } = answer.parse(Asked::Login, &self.address)?;
        let token = Token::new(&auth.client_token).ok_or_else(|| answer.malformed("its token is none"))?;
        if auth.num_uses > 0 {
            // It ends by its time if this fails.
            let _revoked = self.revoke_token(&token).await;
            return Err(Error::UnusableToken { limit: format!("token_num_uses={}", auth.num_uses) });
        }
        Ok(Login { token, grant: auth.grant() })
    }

    pub(crate) async fn renew_token(&self, token: &Token) -> Result<Grant, Error> {
        let answer = self.post("auth/token/renew-self", Some(token), body::json(&(), 0), QUICK).await?;
        let Authenticated { auth } = answer.parse(Asked::Renew, &self.address)?;
        Ok(auth.grant())
    }

    /// Returns whether the token is alive.
    pub(crate) async fn is_alive(&self, token: &Token) -> Result<bool, Error> {
        let answer = self.get("auth/token/lookup-self", token, QUICK).await?;
        match answer.good(Asked::LookUp, &self.address) {
            Ok(()) => Ok(true),
            Err(Error::Denied { .. } | Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Revokes the token and with it every lease it made.
    pub(crate) async fn revoke_token(&self, token: &Token) -> Result<(), Error> {
        let answer = self.post("auth/token/revoke-self", Some(token), body::json(&(), 0), QUICK).await?;
        answer.good(Asked::Revoke, &self.address)
    }
}

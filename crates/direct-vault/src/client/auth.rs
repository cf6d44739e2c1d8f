//! Login and the life of a token.

use std::time::Duration;

use secrets_config_core::Secret;
use serde::{Deserialize, Serialize};

use super::{Client, Increment, QUICK, RequestId, Token, accessor::AccessorHash, answer::Asked, body};
use crate::{
    Error,
    login::{Method, Proof},
};

/// How long something was granted for. Zero means without end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Grant {
    pub(crate) ttl: Duration,
    pub(crate) renewable: bool,
}

impl Grant {
    /// What Vault says in seconds. What outlives everybody is without end: no sum with it overflows.
    pub(super) fn new(seconds: u64, renewable: bool) -> Self {
        const CENTURY: u64 = 100 * 365 * 86_400;
        Self { ttl: Duration::from_secs(if seconds < CENTURY { seconds } else { 0 }), renewable }
    }
}

/// A token that a login gave.
#[derive(Debug)]
pub(crate) struct NewToken {
    pub(crate) token: Token,
    pub(crate) grant: Grant,
    /// It was made for us and can be revoked, with all that it made. A batch token cannot.
    pub(crate) is_ours: bool,
    /// The request that gave it.
    pub(crate) request_id: RequestId,
    /// None if it has no accessor, as a batch token.
    pub(crate) accessor: Option<AccessorHash>,
}

#[derive(Deserialize)]
struct Authenticated {
    #[serde(default)]
    request_id: RequestId,
    auth: Auth,
}

#[derive(Deserialize)]
struct Auth {
    client_token: Secret<String>,
    #[serde(default, deserialize_with = "AccessorHash::read")]
    accessor: Option<AccessorHash>,
    lease_duration: u64,
    renewable: bool,
    #[serde(default)]
    num_uses: u64,
    #[serde(default)]
    token_type: TokenType,
}

#[derive(Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "lowercase")]
enum TokenType {
    Batch,
    #[default]
    #[serde(other)]
    Service,
}

impl Auth {
    fn grant(&self) -> Grant {
        Grant::new(self.lease_duration, self.renewable)
    }
}

impl Client {
    /// Logs in at `path`.
    pub(crate) async fn login(&self, method: Method, path: &str, proof: &Proof) -> Result<NewToken, Error> {
        let answer = self.post(path, None, body::json(proof, proof.len()), QUICK).await?;
        let Authenticated { request_id, auth } = answer.parse(Asked::Login(method), &self.address)?;
        let token = Token::new(&auth.client_token).ok_or_else(|| answer.malformed("its token is none"))?;
        if auth.num_uses > 0 {
            // It ends by its time if this fails.
            let _revoked = self.revoke_token(&token).await;
            return Err(Error::UnusableToken { limit: format!("token_num_uses={}", auth.num_uses) });
        }
        let (grant, is_ours) = (auth.grant(), auth.token_type != TokenType::Batch);
        Ok(NewToken { token, grant, is_ours, request_id, accessor: auth.accessor })
    }

    /// Asks at `path` what a token that somebody else made is worth.
    pub(crate) async fn given(&self, token: Token, path: &str) -> Result<NewToken, Error> {
        #[derive(Deserialize)]
        struct LookedUp {
            #[serde(default)]
            request_id: RequestId,
            data: About,
        }
        #[derive(Deserialize)]
        struct About {
            #[serde(default, deserialize_with = "AccessorHash::read")]
            accessor: Option<AccessorHash>,
            ttl: u64,
            #[serde(default)]
            renewable: bool,
            #[serde(default)]
            num_uses: u64,
        }
        let answer = self.get(path, &token, QUICK).await?;
        let LookedUp { request_id, data } = answer.parse(Asked::Login(Method::Token), &self.address)?;
        if data.num_uses > 0 {
            return Err(Error::UnusableToken { limit: format!("num_uses={}", data.num_uses) });
        }
        let grant = Grant::new(data.ttl, data.renewable);
        Ok(NewToken { token, grant, is_ours: false, request_id, accessor: data.accessor })
    }

    /// Gives the token as much time as it is asked for, or else as its role says.
    pub(crate) async fn renew_token(
        &self,
        token: &Token,
        increment: Option<Increment>,
    ) -> Result<Grant, Error> {
        #[derive(Serialize)]
        struct Body {
            #[serde(skip_serializing_if = "Option::is_none")]
            increment: Option<u64>,
        }
        let body = body::json(&Body { increment: increment.map(|Increment(time)| time.as_secs()) }, 0);
        let answer = self.post("auth/token/renew-self", Some(token), body, QUICK).await?;
        let Authenticated { auth, .. } = answer.parse(Asked::Renew, &self.address)?;
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

    /// Revokes the token if that is ours to do.
    pub(crate) async fn revoke_held(&self, held: &NewToken) -> Result<(), Error> {
        if held.is_ours { self.revoke_token(&held.token).await } else { Ok(()) }
    }

    /// Revokes the token and with it every lease it made.
    pub(crate) async fn revoke_token(&self, token: &Token) -> Result<(), Error> {
        let answer = self.post("auth/token/revoke-self", Some(token), body::json(&(), 0), QUICK).await?;
        answer.good(Asked::Revoke, &self.address)
    }
}

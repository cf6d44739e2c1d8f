//! Leased reads: what was read, and how to keep or give back the lease.

use std::{fmt, time::Duration};

use secrets_config_core::Secret;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use super::{Client, Grant, QUICK, RequestId, SLOW, Token, answer::Asked, body};
use crate::Error;

/// The id of a lease. Who knows it can revoke the lease, so it is shown without its tail.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub(crate) struct LeaseId(Secret<String>);

impl LeaseId {
    fn as_str(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for LeaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str().rsplit_once('/').map_or("", |(path, _)| path))
    }
}

/// What was read, with or without a lease.
pub(crate) struct Answered {
    /// The `data` of the answer.
    pub(crate) data: Zeroizing<Vec<u8>>,
    pub(crate) lease: Option<Leased>,
}

/// The lease of what was read.
#[derive(Debug)]
pub(crate) struct Leased {
    pub(crate) id: LeaseId,
    pub(crate) grant: Grant,
    /// The request that made it.
    pub(crate) request_id: RequestId,
}

/// How much time is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Increment(pub(crate) Duration);

#[derive(Deserialize)]
struct Read<'a> {
    #[serde(default)]
    request_id: RequestId,
    lease_id: LeaseId,
    lease_duration: u64,
    renewable: bool,
    #[serde(borrow)]
    data: &'a RawValue,
}

#[derive(Deserialize)]
struct Renewed {
    lease_duration: u64,
    renewable: bool,
}

impl Client {
    /// Reads `path`, which may make a lease.
    pub(crate) async fn read(&self, token: &Token, path: &str) -> Result<Answered, Error> {
        let answer = self.get(path, token, SLOW).await?;
        let Read { request_id, lease_id, lease_duration, renewable, data } =
            answer.parse(Asked::Read, &self.address)?;
        let grant = Grant::new(lease_duration, renewable);
        let lease = (!lease_id.as_str().is_empty()).then_some(Leased { id: lease_id, grant, request_id });
        Ok(Answered { data: Zeroizing::new(data.get().as_bytes().to_vec()), lease })
    }

    pub(crate) async fn renew_lease(
        &self,
        token: &Token,
        id: &LeaseId,
        Increment(increment): Increment,
    ) -> Result<Grant, Error> {
        #[derive(Serialize)]
        struct Body<'a> {
            lease_id: &'a str,
            increment: u64,
        }
        let body = Body { lease_id: id.as_str(), increment: increment.as_secs() };
        let body = body::json(&body, body.lease_id.len());
        let answer = self.post("sys/leases/renew", Some(token), body, QUICK).await?;
        let Renewed { lease_duration, renewable } = answer.parse(Asked::Renew, &self.address)?;
        Ok(Grant::new(lease_duration, renewable))
    }

    /// Revokes the lease and waits until it is: the database login is gone then.
    pub(crate) async fn revoke_lease(&self, token: &Token, id: &LeaseId) -> Result<(), Error> {
        #[derive(Serialize)]
        struct Body<'a> {
            lease_id: &'a str,
            sync: bool,
        }
        let body = body::json(&Body { lease_id: id.as_str(), sync: true }, id.as_str().len());
        let answer = self.post("sys/leases/revoke", Some(token), body, SLOW).await?;
        answer.good(Asked::Revoke, &self.address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tail_of_a_lease_id_is_not_shown() {
        let id = LeaseId(Secret::from("database/creds/app/hunter2-canary"));
        assert_eq!(format!("{id:?}"), "database/creds/app");
        assert_eq!(format!("{:?}", LeaseId(Secret::from("hunter2-canary"))), "");
    }
}

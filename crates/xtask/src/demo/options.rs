//! What can be varied.

use std::{fmt, time::Duration};

use testkit::Provision;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Options {
    pub(crate) length: Duration,
    pub(crate) rate: u32,
    pub(crate) lease_ttl: Option<Duration>,
    pub(crate) lease_max_ttl: Option<Duration>,
    pub(crate) token_ttl: Option<Duration>,
    pub(crate) token_max_ttl: Option<Duration>,
    pub(crate) login_max_age: Duration,
    pub(crate) outage: Option<Duration>,
}

impl Options {
    /// The operator's settings; of a life and its limit, the one that was not given follows the other.
    pub(super) fn provision(&self) -> Provision {
        let usual = Provision::default();
        let (lease_ttl, lease_max_ttl) =
            pair(self.lease_ttl, self.lease_max_ttl, usual.lease_ttl, usual.lease_max_ttl);
        let (token_ttl, token_max_ttl) =
            pair(self.token_ttl, self.token_max_ttl, usual.token_ttl, usual.token_max_ttl);
        Provision { lease_ttl, lease_max_ttl, token_ttl, token_max_ttl, ..usual }
    }

    /// What the service is told besides where its servers are.
    pub(super) fn service_env(&self) -> Option<(String, String)> {
        let seconds = self.login_max_age.as_secs();
        (seconds > 0).then(|| ("DATABASE_LOGIN_MAX_AGE".to_owned(), seconds.to_string()))
    }

    /// How many generations a run must see at least.
    pub(super) fn generations(&self) -> usize {
        if self.length >= Duration::from_secs(60) { 3 } else { 1 }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            length: Duration::from_secs(60),
            rate: 200,
            lease_ttl: None,
            lease_max_ttl: None,
            token_ttl: None,
            token_max_ttl: None,
            login_max_age: Duration::from_secs(20),
            outage: None,
        }
    }
}

impl fmt::Display for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Provision { lease_ttl, lease_max_ttl, token_ttl, token_max_ttl, .. } = self.provision();
        write!(
            f,
            "{} requests a second for {:?}; database users live {lease_ttl:?}, at most {lease_max_ttl:?}; \
             tokens {token_ttl:?}, at most {token_max_ttl:?}",
            self.rate, self.length
        )?;
        match self.outage {
            Some(outage) => write!(f, "; Vault is killed for {outage:?} in the middle"),
            None => Ok(()),
        }
    }
}

fn pair(
    ttl: Option<Duration>,
    max: Option<Duration>,
    usual_ttl: Duration,
    usual_max: Duration,
) -> (Duration, Duration) {
    match (ttl, max) {
        (Some(ttl), Some(max)) => (ttl, max),
        (Some(ttl), None) => (ttl, usual_max.max(ttl)),
        (None, Some(max)) => (usual_ttl.min(max), max),
        (None, None) => (usual_ttl, usual_max),
    }
}

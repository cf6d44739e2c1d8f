//! The moments of a life at which something is under way.

use std::time::Duration;

use direct_vault::{Status, Vault};
use lifecycle_tests::turns::{complete, cut_after, settle, until};
use secrets_config_core::{DbCredentials, Rotating};
use testkit::Terms;
use tokio::time::advance;

use crate::ground::{Ground, LONG, PATH};

/// In 30 s something is renewed after 7 to 17 s. That it is overdue then makes the first turn the same one each time.
const WHEN_DUE: Duration = Duration::from_secs(17);

/// A moment: how Vault is set up, when it begins, and how it is seen to be over.
#[derive(Clone, Copy)]
pub(crate) struct Stage {
    pub(crate) terms: Terms,
    /// How long after the start it begins.
    from: Duration,
    is_over: fn(&Status) -> bool,
    sealed: bool,
}

pub(crate) const TOKEN_RENEWAL: Stage = Stage {
    terms: Terms { token_ttl: Duration::from_secs(30), ..LONG },
    from: WHEN_DUE,
    is_over: |status| status.counters.renewals > 0,
    sealed: false,
};

pub(crate) const LEASE_RENEWAL: Stage = Stage {
    terms: Terms { lease_ttl: Duration::from_secs(30), ..LONG },
    from: WHEN_DUE,
    is_over: |status| status.counters.renewals > 0,
    sealed: false,
};

/// The renewal grants less, the lease is read anew, published, and the old one revoked.
pub(crate) const LEASE_REPLACEMENT: Stage = Stage {
    terms: Terms { lease_ttl: Duration::from_secs(30), lease_max_ttl: Duration::from_secs(31), ..LONG },
    from: WHEN_DUE,
    is_over: |status| status.counters.revocations > 0,
    sealed: false,
};

/// The same with the token: another login, the lease under it, and the old token revoked, which takes its lease along.
pub(crate) const TOKEN_REPLACEMENT: Stage = Stage {
    terms: Terms { token_ttl: Duration::from_secs(30), token_max_ttl: Duration::from_secs(31), ..LONG },
    from: WHEN_DUE,
    is_over: |status| status.counters.revocations > 0,
    sealed: false,
};

pub(crate) const OUTAGE: Stage = Stage {
    terms: Terms { lease_ttl: Duration::from_secs(30), ..LONG },
    from: WHEN_DUE,
    is_over: |status| status.counters.renewals > 0,
    sealed: true,
};

impl Stage {
    /// Lives up to the stage and then so many turns into it. Returns whether it was over by then.
    pub(crate) async fn reach(
        &self,
        turns: usize,
        ground: &Ground,
    ) -> (Vault, Rotating<DbCredentials>, bool) {
        let vault = ground.vault().await;
        let login = complete(vault.database(PATH)).await.unwrap();
        settle().await;
        advance(self.from).await;
        ground.server.seal(self.sealed);
        let unseal = async {
            let checks =
                || ground.server.requests().iter().filter(|asked| *asked == "GET sys/health").count();
            until("Vault is asked how it is", || checks() > 2).await;
            ground.server.seal(false);
            std::future::pending::<()>().await;
        };
        let mut status = vault.status();
        let over = async {
            tokio::select! {
                // Fails when there will be no more: then it is not over.
                ended = status.wait_for(self.is_over) => drop(ended.unwrap()),
                () = unseal => {}
            }
        };
        let is_over = cut_after(turns, over).await.is_some();
        (vault, login, is_over)
    }
}

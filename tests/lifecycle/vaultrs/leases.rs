//! Leases of a token that a client has kept.

use std::time::Duration;

use direct_vault::Vault;
use lifecycle_tests::{
    service::settings,
    turns::{complete, pass, paused},
};
use testkit::{FakeVault, Terms};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

#[test]
fn a_replaced_lease_is_revoked_though_its_token_is_kept() {
    paused(async {
        let ttl = 10 * MINUTE;
        let terms = Terms { token_ttl: ttl, token_max_ttl: ttl, lease_ttl: ttl, lease_max_ttl: 100 * ttl };
        let server = FakeVault::start(terms).await.unwrap();
        let vault = complete(Vault::builder(settings(&server, &[])).start()).await.unwrap();
        let login = complete(vault.database("database/creds/app")).await.unwrap();
        let kept = vault.vaultrs().unwrap();

        let mut status = vault.status();
        drop(complete(status.wait_for(|status| status.generation == 2)).await.unwrap());
        pass(5 * SECOND, SECOND).await;
        assert_eq!((login.generation(), server.tokens(), server.leases()), (2, 2, 1));
        drop(kept);
        pass(10 * SECOND, SECOND).await;
        assert_eq!((server.tokens(), server.leases()), (1, 1));
        complete(vault.shutdown()).await;
    });
}

//! What is denied for good is said once, however long the life.

use std::time::Duration;

use canary_tests::Log;
use direct_vault::Vault;
use lifecycle_tests::{
    service::settings,
    turns::{complete, pass, paused},
};
use testkit::{FakeVault, Terms};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

/// Three leases are replaced again and again for a quarter of an hour, under three tokens: other warnings come again
/// after a minute.
#[test]
fn that_leases_cannot_be_renewed_is_said_once_in_the_lives_of_several_leases_and_tokens() {
    paused(async {
        let log = Log::capture();
        let terms = Terms {
            token_ttl: 3 * MINUTE,
            token_max_ttl: 6 * MINUTE,
            lease_ttl: MINUTE,
            lease_max_ttl: 10 * MINUTE,
        };
        let server = FakeVault::start(terms).await.unwrap();
        server.deny("sys/leases/renew");
        let vault = complete(Vault::builder(settings(&server, &[])).start()).await.unwrap();
        let mut logins = Vec::new();
        for path in ["database/creds/one", "database/creds/two", "database/creds/three"] {
            logins.push(complete(vault.database(path)).await.unwrap());
            pass(5 * MINUTE, SECOND / 2).await;
        }
        let status = vault.status().borrow().clone();
        assert!(status.counters.logins >= 3 && status.is_ready(), "{status:?}");
        assert!(logins.iter().all(|login| login.generation() >= 5), "{status:?}");
        complete(vault.shutdown()).await;

        // Each lease has asked once.
        let asked = server.requests().iter().filter(|request| request.ends_with("sys/leases/renew")).count();
        assert_eq!(asked, 3);
        let said = log.text_from(0);
        let warnings: Vec<_> = said.lines().filter(|line| line.contains(" WARN ")).collect();
        assert!(
            matches!(warnings[..], [warning] if warning.contains("Vault denied renew on sys/leases/renew")),
            "{warnings:#?}"
        );
    });
}

//! What those who use a lease are told of what keeps it from being replaced.

use std::{sync::Arc, time::Duration};

use direct_vault::{Error, Vault};
use lifecycle_tests::{
    service::settings,
    turns::{complete, pass, paused},
};
use secrets_config_core::rotating::Trouble;
use testkit::{FakeVault, Terms};

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3600);
const TERMS: Terms = Terms { token_ttl: HOUR, token_max_ttl: HOUR, lease_ttl: HOUR, lease_max_ttl: HOUR };

fn is_well(trouble: &Trouble) -> bool {
    trouble.cause().is_none()
}

#[test]
fn an_outage_is_told_to_all_until_it_is_over() {
    paused(async {
        let server = FakeVault::start(TERMS).await.unwrap();
        let vault = complete(Vault::builder(settings(&server, &[])).start()).await.unwrap();
        let mut troubles = Vec::new();
        let mut logins = Vec::new();
        for _ in 0..2 {
            let login = complete(vault.database("database/creds/app")).await.unwrap();
            troubles.push(login.trouble());
            logins.push(login);
        }
        assert!(troubles.iter().all(is_well));
        server.seal(true);
        pass(HOUR, SECOND).await;
        for trouble in &troubles {
            let cause = trouble.cause().unwrap();
            assert!(matches!(cause.downcast_ref(), Some(Error::Sealed { .. })), "{cause}");
        }
        server.seal(false);
        pass(60 * SECOND, SECOND).await;
        assert!(troubles.iter().all(is_well));
        complete(vault.shutdown()).await;
    });
}

/// What is denied for good keeps the whole from being well.
#[test]
fn an_outage_that_is_over_is_no_trouble_of_a_lease_beside_one_that_is_denied() {
    paused(async {
        let server = FakeVault::start(TERMS).await.unwrap();
        let vault = complete(Vault::builder(settings(&server, &[])).start()).await.unwrap();
        let denied = complete(vault.database("database/creds/denied")).await.unwrap();
        let allowed = complete(vault.database("database/creds/allowed")).await.unwrap();
        server.deny("database/creds/denied");
        pass(HOUR - 300 * SECOND, SECOND).await;
        server.seal(true);
        // What is denied is asked for once a minute, and finds out.
        pass(120 * SECOND, SECOND).await;
        let of = |cause: Option<Arc<dyn std::error::Error + Send + Sync>>| cause.unwrap().to_string();
        for login in [&allowed, &denied] {
            assert!(of(login.trouble().cause()).contains("is sealed"), "{:?}", login.trouble());
        }
        server.seal(false);
        pass(60 * SECOND, SECOND).await;
        assert!(is_well(&allowed.trouble()), "{:?}", allowed.trouble());
        assert!(of(denied.trouble().cause()).contains("denied"), "{:?}", denied.trouble());
        complete(vault.shutdown()).await;
    });
}

#[test]
fn after_the_end_there_will_be_nothing_new() {
    paused(async {
        let server = FakeVault::start(TERMS).await.unwrap();
        let vault = complete(Vault::builder(settings(&server, &[])).start()).await.unwrap();
        let login = complete(vault.database("database/creds/app")).await.unwrap();
        complete(vault.shutdown()).await;
        let cause = login.trouble().cause().unwrap();
        assert!(matches!(cause.downcast_ref(), Some(Error::Stopped)), "{cause}");
    });
}

#[test]
fn what_is_wrong_with_one_lease_is_told_to_those_who_use_it() {
    paused(async {
        let server = FakeVault::start(TERMS).await.unwrap();
        let vault = complete(Vault::builder(settings(&server, &[])).start()).await.unwrap();
        let denied = complete(vault.database("database/creds/denied")).await.unwrap();
        let allowed = complete(vault.database("database/creds/allowed")).await.unwrap();
        server.deny("database/creds/denied");
        pass(HOUR - 300 * SECOND, SECOND).await;
        let cause = denied.trouble().cause().unwrap();
        assert!(matches!(cause.downcast_ref(), Some(Error::Denied { .. })), "{cause}");
        assert!(is_well(&allowed.trouble()), "{:?}", allowed.trouble());
        complete(vault.shutdown()).await;
    });
}

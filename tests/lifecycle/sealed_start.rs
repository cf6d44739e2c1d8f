//! A start while Vault is sealed, in simulated time.
#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

use std::{future::pending, time::Duration};

use direct_vault::{Error, Vault};
use lifecycle_tests::{
    journal::{Event, Journal},
    service::settings,
    turns::{complete, paused},
};
use testkit::{FakeVault, Terms};
use tokio::time::{Instant, sleep};
use tracing::Level;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
const LONG: Terms = Terms { token_ttl: HOUR, token_max_ttl: HOUR, lease_ttl: HOUR, lease_max_ttl: HOUR };

async fn sealed() -> FakeVault {
    let server = FakeVault::start(LONG).await.unwrap();
    server.seal(true);
    server
}

#[test]
fn s12_it_says_once_a_minute_what_it_waits_for_and_tries_one_login() {
    paused(async {
        let journal = Journal::begin();
        let server = sealed().await;
        let starting = async {
            tokio::select! {
                started = Vault::builder(settings(&server, &[])).start() => started,
                () = async {
                    sleep(5 * MINUTE).await;
                    let said = journal.events().into_iter().filter(|event| event.level == Level::WARN);
                    let said: Vec<Event> = said.collect();
                    assert!(said.iter().all(|event| event.message.contains("is sealed")), "{said:#?}");
                    assert!((4..=6).contains(&said.len()), "{said:#?}");
                    let logins = server.requests().iter().filter(|asked| asked.ends_with("login")).count();
                    assert!(logins <= 1, "{logins} logins");
                    server.seal(false);
                    pending().await
                } => unreachable!(),
            }
        };
        let vault = complete(starting).await.unwrap();
        assert!(vault.status().borrow().is_ready());
        complete(vault.shutdown()).await;
    });
}

#[test]
fn s12_at_its_deadline_it_ends_and_says_that_vault_is_sealed() {
    const DEADLINE: Duration = Duration::from_secs(90);
    paused(async {
        let server = sealed().await;
        let start = Instant::now();
        let starting = Vault::builder(settings(&server, &[])).startup_deadline(DEADLINE).start();
        let error = complete(starting).await.unwrap_err();
        let took = start.elapsed();
        let Error::NotStarted { deadline: DEADLINE, source: Some(source) } = error else { panic!("{error}") };
        assert!(matches!(*source, Error::Sealed { .. }), "{source}");
        assert!((DEADLINE..DEADLINE + Duration::from_secs(1)).contains(&took), "it took {took:?}");
    });
}

//! An administrator revokes the login under load: it is dropped with all it may do.

use std::time::{Duration, Instant};

use pool_tests::{Held, Load, Logins, Owner, Pool, SOON, Settings, eventually, for_every_pool};
use rotating_pool::Error;

for_every_pool!(
    s07_the_pool_asks_for_another_login_and_recovers_within_two_seconds,
    s07_an_open_transaction_gets_a_typed_error,
    s07_without_a_new_login_growth_fails_at_once,
    s07_a_pool_without_overlap_recovers_too,
    s07_a_pool_that_is_empty_asks_for_another_login,
);

async fn s07_the_pool_asks_for_another_login_and_recovers_within_two_seconds<P: Pool>() {
    let mut owner = Owner::start().await;
    let (pool, rotation) = owner.connect::<P>(&Settings::default()).await;
    let load = Load::start(&pool, 8);
    eventually("the pool is full", async || pool.size() == 10 || owner.sessions().await >= 8).await;
    let mut requests = owner.refresh_requests();

    let revoked = Instant::now();
    owner.revoke("app_1").await;
    tokio::time::timeout(Duration::from_secs(10), requests.next())
        .await
        .expect("a request for another login");
    let noticed = revoked.elapsed();
    owner.rotate_revoked("").await;
    eventually("the new login is in use", async || rotation.generation() == 2).await;
    // The bound is two seconds and what it takes to get a login, on a machine that has nothing else to do.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let failed = load.failed();
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(load.failed(), failed, "nothing fails after the recovery");
    assert!(noticed < Duration::from_secs(5), "{noticed:?}");
    // Found dropped when it was looked at, or exchanged before anybody did.
    let counters = rotation.counters();
    assert!(counters.poisoned + counters.drained > 0, "{counters:?}");
    drop(load);
}

async fn s07_an_open_transaction_gets_a_typed_error<P: Pool>() {
    let owner = Owner::start().await;
    let (pool, rotation) = owner.connect::<P>(&Settings::default()).await;
    let mut held = pool.hold().await.unwrap();
    owner.revoke("app_1").await;
    // A transaction may work on for a statement or two with what it knows of its user.
    let error = loop {
        if let Err(error) = held.write().await {
            break error;
        }
    };
    // Until the pool has noticed, nobody can tell it from an error of the application's own.
    eventually("a typed error", async || {
        if let Err(error) = pool.write().await {
            let _trouble = rotation.observe(&*error.0);
        }
        matches!(rotation.observe(&*error.0), Some(Error::CredentialsRevoked))
    })
    .await;
}

async fn s07_without_a_new_login_growth_fails_at_once<P: Pool>() {
    let owner = Owner::start().await;
    let (pool, rotation) = owner.connect::<P>(&Settings::default()).await;
    owner.revoke("app_1").await;
    eventually("the pool notices", async || {
        let _fails = pool.write().await;
        rotation.trouble().is_some()
    })
    .await;
    let began = Instant::now();
    let error = pool.user().await.unwrap_err();
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    assert!(matches!(rotation.observe(&*error.0), Some(Error::NoValidCredentials { .. })), "{error}");
}

async fn s07_a_pool_without_overlap_recovers_too<P: Pool>() {
    let mut owner = Owner::start().await;
    let settings = Settings { max: 2, overlap: Some(0), ..Settings::default() };
    let (pool, rotation) = owner.connect::<P>(&settings).await;
    owner.revoke("app_1").await;
    eventually("the pool notices", async || {
        let _fails = pool.write().await;
        rotation.trouble().is_some()
    })
    .await;
    owner.rotate_revoked("").await;
    eventually("a new login ends it", async || rotation.trouble().is_none()).await;
    eventually("it is used", async || pool.user().await.is_ok_and(|user| user == "app_2")).await;
}

/// No connection is left that could be asked whether its login still exists, and the application tells nobody what it sees.
async fn s07_a_pool_that_is_empty_asks_for_another_login<P: Pool>() {
    let mut owner = Owner::start().await;
    let (pool, rotation) = owner.connect::<P>(&Settings::default()).await;
    let mut requests = owner.refresh_requests();
    owner.run("ALTER ROLE app_1 NOLOGIN").await;
    owner.end_sessions_of("app_1").await;
    owner.revoke("app_1").await;
    pool.user().await.expect_err("there is nobody to log in as");
    // Ten seconds where nobody tells of the refusal, and then each connection has failed.
    tokio::time::timeout(SOON, requests.next()).await.expect("another login is asked for");
    owner.rotate_revoked("").await;
    eventually("the new login is in use", async || rotation.generation() == 2).await;
    eventually("it serves", async || pool.user().await.is_ok_and(|user| user == "app_2")).await;
}

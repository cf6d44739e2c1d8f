//! A static role: the user stays, its password changes.

use std::time::Duration;

use pool_tests::{Held, Load, Owner, Pool, Settings, eventually, for_every_pool};
use secrets_config_core::DbCredentials;

for_every_pool!(
    s35_sessions_stay_when_only_the_password_changes,
    s35_a_password_that_is_refused_is_asked_for_again,
);

async fn s35_sessions_stay_when_only_the_password_changes<P: Pool>() {
    let mut owner = Owner::start().await;
    let (pool, rotation) = owner.connect::<P>(&Settings { max: 3, ..Settings::default() }).await;
    let load = Load::start(&pool, 6);
    eventually("the pool is full", async || owner.sessions_of("app_1").await == 3).await;
    let pids = "SELECT sum(pid) FROM pg_stat_activity WHERE usename = 'app_1'";
    let before = owner.number(pids).await;
    for number in 0..5 {
        owner.run(&format!("ALTER ROLE app_1 PASSWORD 'password {number}'")).await;
        let retired = owner.publish(DbCredentials::new("app_1", format!("password {number}")));
        tokio::time::timeout(Duration::from_secs(10), retired.released()).await.unwrap();
    }
    eventually("the probes end", async || owner.sessions_of("app_1").await == 3).await;
    assert_eq!(owner.number(pids).await, before, "the very same sessions");
    load.stop().await.assert_none_failed();
    assert_eq!(rotation.counters().drained, 0);
}

async fn s35_a_password_that_is_refused_is_asked_for_again<P: Pool>() {
    let mut owner = Owner::start().await;
    let (pool, rotation) = owner.connect::<P>(&Settings::default()).await;
    let mut requests = owner.refresh_requests();
    let held = pool.hold().await.unwrap();
    owner.run("ALTER ROLE app_1 PASSWORD 'another'").await;
    let refused = pool.user().await.unwrap_err();
    let _trouble = rotation.observe(&*refused.0);
    tokio::time::timeout(Duration::from_secs(10), requests.next()).await.expect("a request for the new one");
    let _old = owner.publish(DbCredentials::new("app_1", "another"));
    eventually("the pool serves again", async || pool.user().await.is_ok()).await;
    held.commit().await.unwrap();
}

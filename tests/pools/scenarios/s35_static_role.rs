//! A static role: the user stays, its password changes.

use std::time::Duration;

use pool_tests::{Held, Load, Owner, Place, Pool, SOON, Settings, eventually, for_every_pool, for_pool};
use secrets_config_core::{DbCredentials, rotating};
use testkit::Proxy;

for_every_pool!(
    s35_sessions_stay_when_only_the_password_changes,
    s35_a_password_that_is_refused_is_asked_for_again,
    s35_a_password_that_was_good_a_moment_ago_is_asked_for_again,
    s35_a_role_that_was_made_again_is_in_use_again,
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

for_pool!(waiting_bb8, Bb8, s35_who_is_refused_is_connected_with_a_password_that_comes_soon);
for_pool!(waiting_deadpool, Deadpool, s35_who_is_refused_is_connected_with_a_password_that_comes_soon);

async fn s35_who_is_refused_is_connected_with_a_password_that_comes_soon<P: Pool>() {
    let mut owner = Owner::start().await;
    let (pool, _rotation) = owner.connect::<P>(&Settings::default()).await;
    let held = pool.hold().await.unwrap();
    owner.run("ALTER ROLE app_1 PASSWORD 'another'").await;
    let connecting = tokio::spawn({
        let pool = pool.clone();
        async move { pool.user().await }
    });
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!connecting.is_finished(), "it waits");
    let _old = owner.publish(DbCredentials::new("app_1", "another"));
    assert_eq!(connecting.await.unwrap().expect("it was tried again"), "app_1");
    held.commit().await.unwrap();
}

async fn s35_a_password_that_was_good_a_moment_ago_is_asked_for_again<P: Pool>() {
    let owner = Owner::start().await;
    let upstream = format!("{}:{}", owner.place().host, owner.place().port).parse().unwrap();
    let proxy = Proxy::tcp(upstream).await.unwrap();
    let place = Place { host: "127.0.0.1".to_owned(), port: proxy.address().port() };
    let (pool, rotation) = owner.connect_through::<P>(&place, &Settings::default()).await;
    let mut requests = owner.refresh_requests();
    let held = pool.hold().await.unwrap();
    // What another pool is refused is no reason to think ill of this login, and reason to try it.
    let (_publisher, wrong) = rotating::channel(DbCredentials::new("app_1", "wrong"));
    let refused = P::connect(wrong, &owner.place(), &Settings::default()).await.err().unwrap();
    let before = proxy.connections();
    assert!(rotation.observe(&refused).is_none());
    eventually("the login is tried", async || proxy.connections() > before).await;
    eventually("it works", async || owner.sessions_of("app_1").await == 1).await;
    owner.run("ALTER ROLE app_1 PASSWORD 'another'").await;
    let refused = pool.user().await.unwrap_err();
    let _trouble = rotation.observe(&*refused.0);
    tokio::time::timeout(SOON, requests.next()).await.expect("a request for the new one");
    held.commit().await.unwrap();
}

/// Under the same name, which is another role for the server.
async fn s35_a_role_that_was_made_again_is_in_use_again<P: Pool>() {
    let mut owner = Owner::start().await;
    let (pool, rotation) = owner.connect::<P>(&Settings { max: 2, ..Settings::default() }).await;
    let load = Load::start(&pool, 4);
    eventually("the pool is full", async || pool.size() == 2).await;
    owner.revoke("app_1").await;
    eventually("it is noticed", async || rotation.trouble().is_some()).await;
    owner
        .run(
            "CREATE ROLE app_1 LOGIN PASSWORD 'another' CONNECTION LIMIT 10;
             GRANT ALL ON orders, orders_id_seq TO app_1",
        )
        .await;
    let _old = owner.publish(DbCredentials::new("app_1", "another"));
    eventually("it is used", async || rotation.generation() == 2 && pool.write().await.is_ok()).await;
    eventually("an error is the application's own again", async || {
        let error = pool.run("SELECT * FROM pg_authid").await.unwrap_err();
        rotation.observe(&*error.0).is_none()
    })
    .await;
    let failed = load.failed();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(load.failed(), failed, "nothing fails after the recovery");
    drop(load);
}

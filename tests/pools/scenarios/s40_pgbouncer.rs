//! A pgbouncer between the pool and the database: its sessions are what the server knows of.

mod bouncer;
mod transaction_mode;

use std::time::{Duration, Instant};

use pool_tests::{Held, Load, Logins, Owner, Pool, SOON, Settings, eventually, for_every_pool};
use secrets_config_core::{DbCredentials, rotating};

use self::bouncer::Bouncer;

for_every_pool!(
    s40_no_query_fails_and_each_old_login_is_let_go_of,
    s40_a_transaction_ends_well_after_the_swap,
    s40_a_transaction_is_ended_before_its_login,
    s40_a_revoked_login_is_replaced_by_the_next,
    s40_a_role_is_of_the_session_that_took_it_on,
    s40_sessions_stay_when_only_the_password_changes,
);

async fn s40_no_query_fails_and_each_old_login_is_let_go_of<P: Pool>() {
    let mut owner = Owner::start().await;
    let Some(bouncer) = Bouncer::in_session_mode(&owner).await else { return };
    let settings = Settings { max: 4, ..Settings::default() };
    let (pool, rotation) = owner.connect_through::<P>(&bouncer.place(), &settings).await;
    let load = Load::start(&pool, 6);
    for generation in 2..=5 {
        let (next, old) = (owner.make("").await, format!("app_{}", generation - 1));
        let retired = owner.publish(next);
        let released = tokio::time::timeout(SOON, retired.released());
        assert!(released.await.is_ok(), "{rotation:?}");
        owner.revoke(&old).await;
        assert_eq!(rotation.generation(), generation);
    }
    assert_eq!(pool.user().await.unwrap(), "app_5");
    load.stop().await.assert_none_failed();
    eventually("pgbouncer keeps no session of a user that is gone", async || {
        let gone = "SELECT count(*) FROM pg_stat_activity
            WHERE backend_type = 'client backend' AND usename IS NULL";
        owner.number(gone).await == 0
    })
    .await;
    assert_eq!(rotation.counters().drained_late, 0);
}

async fn s40_a_transaction_ends_well_after_the_swap<P: Pool>() {
    let mut owner = Owner::start().await;
    let Some(bouncer) = Bouncer::in_session_mode(&owner).await else { return };
    let (pool, rotation) = owner.connect_through::<P>(&bouncer.place(), &Settings::default()).await;
    let mut held = pool.hold().await.unwrap();
    owner.rotate().await;
    eventually("the new login is used", async || pool.user().await.unwrap() == "app_2").await;
    eventually("one is left", async || rotation.old_connections() == 1).await;
    // Longer than pgbouncer keeps a session that nobody uses.
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(held.user().await.unwrap(), "app_1");
    assert_eq!(rotation.old_connections(), 1);
    held.write().await.unwrap();
    held.commit().await.unwrap();
    eventually("the old login is let go of", async || owner.logins().await == 1).await;
}

async fn s40_a_transaction_is_ended_before_its_login<P: Pool>() {
    let mut owner = Owner::start().await;
    let Some(bouncer) = Bouncer::in_session_mode(&owner).await else { return };
    let end = Instant::now() + Duration::from_secs(24);
    owner.set_expires(Some(end));
    let (pool, rotation) = owner.connect_through::<P>(&bouncer.place(), &Settings::default()).await;
    let mut held = pool.hold().await.unwrap();
    let next = owner.make("").await;
    let retired = owner.publish(next);
    eventually("the swap", async || rotation.generation() == 2).await;
    held.write().await.expect("a swap ends nothing");
    tokio::time::timeout_at(end.into(), retired.released()).await.expect("let go of before the end");
    held.write().await.expect_err("its session was ended");
    assert_eq!(rotation.counters().drained_late, 1);
    pool.write().await.unwrap();
}

async fn s40_a_revoked_login_is_replaced_by_the_next<P: Pool>() {
    let mut owner = Owner::start().await;
    let Some(bouncer) = Bouncer::in_session_mode(&owner).await else { return };
    let (pool, rotation) = owner.connect_through::<P>(&bouncer.place(), &Settings::default()).await;
    let load = Load::start(&pool, 8);
    eventually("the pool is full", async || pool.size() == 10 || owner.sessions().await >= 8).await;
    let mut requests = owner.refresh_requests();
    owner.revoke("app_1").await;
    eventually("it is noticed", async || rotation.counters().poisoned > 0).await;
    tokio::time::timeout(SOON, requests.next()).await.expect("another login is asked for");
    assert!(rotation.trouble().is_none(), "what pgbouncer says may mean anything");
    owner.rotate_revoked("").await;
    eventually("the new login is in use", async || rotation.generation() == 2).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let failed = load.failed();
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(load.failed(), failed, "nothing fails after the recovery");
    drop(load);
}

async fn s40_a_role_is_of_the_session_that_took_it_on<P: Pool>() {
    let mut owner = Owner::start().await;
    let Some(bouncer) = Bouncer::in_session_mode(&owner).await else { return };
    owner.run("GRANT app TO app_1").await;
    let settings = Settings { max: 2, role: Some("app"), ..Settings::default() };
    let (pool, rotation) = owner.connect_through::<P>(&bouncer.place(), &settings).await;
    // Divides by nought where it is not so.
    let acts_as_app = "SELECT 1 / (current_user = 'app')::int";
    pool.run(acts_as_app).await.unwrap();
    let next = owner.make("IN ROLE app").await;
    let retired = owner.publish(next);
    tokio::time::timeout(SOON, retired.released()).await.unwrap();
    assert_eq!(rotation.generation(), 2);
    pool.run(acts_as_app).await.unwrap();
    pool.close().await;
    let (_publisher, same) = rotating::channel(DbCredentials::new("app_2", "password of app_2"));
    let (other, _) = P::connect(same, &bouncer.place(), &Settings::default()).await.unwrap();
    other.run("SELECT 1 / (current_user = 'app_2')::int").await.unwrap();
}

async fn s40_sessions_stay_when_only_the_password_changes<P: Pool>() {
    let mut owner = Owner::start().await;
    let Some(bouncer) = Bouncer::in_session_mode(&owner).await else { return };
    let settings = Settings { max: 3, ..Settings::default() };
    let (pool, rotation) = owner.connect_through::<P>(&bouncer.place(), &settings).await;
    let load = Load::start(&pool, 6);
    eventually("the pool is full", async || owner.sessions_of("app_1").await == 3).await;
    for number in 0..3 {
        owner.run(&format!("ALTER ROLE app_1 PASSWORD 'password {number}'")).await;
        let retired = owner.publish(DbCredentials::new("app_1", format!("password {number}")));
        tokio::time::timeout(SOON, retired.released()).await.unwrap();
    }
    load.stop().await.assert_none_failed();
    assert_eq!(rotation.counters().drained, 0);
    owner.end_sessions_of("app_1").await;
    eventually("the pool serves again", async || pool.user().await.is_ok()).await;
}

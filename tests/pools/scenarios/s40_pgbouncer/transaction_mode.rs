//! In transaction mode a session serves one transaction of whoever comes next. Not for `sqlx`, whose connections are told
//! apart by their sessions.

use std::time::Duration;

use pool_tests::{Held, Load, Logins, Owner, Pool, Settings, eventually, for_pool};
use secrets_config_core::{DbCredentials, rotating};
use tokio::{sync::watch, task::JoinSet};

use super::bouncer::Bouncer;

for_pool!(
    bb8,
    Bb8,
    s40_no_query_fails_and_each_old_login_is_let_go_of,
    s40_no_transaction_of_another_client_is_broken_off
);
for_pool!(
    deadpool,
    Deadpool,
    s40_no_query_fails_and_each_old_login_is_let_go_of,
    s40_no_transaction_of_another_client_is_broken_off
);

async fn s40_no_query_fails_and_each_old_login_is_let_go_of<P: Pool>() {
    let mut owner = Owner::start().await;
    let Some(bouncer) = Bouncer::in_transaction_mode(&owner).await else { return };
    let settings = Settings { max: 6, ..Settings::default() };
    let (pool, rotation) = owner.connect_through::<P>(&bouncer.place(), &settings).await;
    let load = Load::start(&pool, 8);
    // By now no session is left of those there were when the pool was made.
    tokio::time::sleep(Duration::from_secs(3)).await;
    let mut held = pool.hold().await.unwrap();
    for generation in 2..=5 {
        owner.rotate().await;
        eventually("the new login is used", async || rotation.generation() == generation).await;
    }
    for _ in 0..20 {
        held.write().await.expect("its login is not let go of");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    held.commit().await.unwrap();
    eventually("the old logins are let go of", async || owner.logins().await == 1).await;
    assert_eq!(pool.user().await.unwrap(), "app_5");
    load.stop().await.assert_none_failed();
    assert_eq!(rotation.counters().drained_late, 0);
}

/// Of clients that have the same login.
async fn s40_no_transaction_of_another_client_is_broken_off<P: Pool>() {
    let owner = Owner::start().await;
    let Some(bouncer) = Bouncer::in_transaction_mode(&owner).await else { return };
    let place = bouncer.place();
    let (other, _) = owner.connect_through::<P>(&place, &Settings::default()).await;
    let (stop, stopped) = watch::channel(false);
    let mut clients = JoinSet::new();
    for _ in 0..4 {
        let (other, stopped) = (other.clone(), stopped.clone());
        clients.spawn(async move {
            while !*stopped.borrow() {
                let mut held = other.hold().await.unwrap();
                tokio::time::sleep(Duration::from_millis(3)).await;
                held.write().await.unwrap();
                held.commit().await.unwrap();
            }
        });
    }
    let (first, next) = (owner.login().current().hold(), owner.make("").await);
    for _ in 0..10 {
        let (mut publisher, login) = rotating::channel(DbCredentials::clone(&first));
        let settings = Settings { max: 4, overlap: Some(0), ..Settings::default() };
        let (pool, rotation) = P::connect(login, &place, &settings).await.unwrap();
        let (one, two, three) = tokio::join!(pool.hold(), pool.hold(), pool.hold());
        drop((one.unwrap(), two.unwrap(), three.unwrap()));
        let _old = publisher.publish(next.clone());
        eventually("connections are ended to make room", async || rotation.counters().drained >= 2).await;
        pool.close().await;
    }
    stop.send_replace(true);
    while let Some(client) = clients.join_next().await {
        client.expect("its transactions succeed");
    }
}

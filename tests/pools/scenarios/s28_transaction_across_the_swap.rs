//! A long transaction is open across a swap.

use std::time::{Duration, Instant};

use pool_tests::{Held, Load, Logins, Owner, Pool, Settings, eventually, for_every_pool};
use rotating_pool::Error;

for_every_pool!(
    s28_a_transaction_ends_well_after_the_swap,
    s28_a_connection_that_is_always_waited_for_is_replaced_when_it_is_returned,
    s28_a_transaction_that_outlives_its_pool_ends_well,
    s28_a_transaction_that_lasts_to_the_end_of_its_login_gets_a_typed_error,
);

async fn s28_a_transaction_ends_well_after_the_swap<P: Pool>() {
    let mut owner = Owner::start().await;
    let (pool, rotation) = owner.connect::<P>(&Settings::default()).await;
    let mut held = pool.hold().await.unwrap();
    owner.rotate().await;
    eventually("the swap", async || rotation.generation() == 2).await;
    eventually("it is used", async || pool.user().await.unwrap() == "app_2").await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(held.user().await.unwrap(), "app_1");
    assert_eq!(rotation.old_connections(), 1);
    held.write().await.unwrap();
    held.commit().await.unwrap();
    eventually("the old login is let go of", async || owner.logins().await == 1).await;
    assert_eq!(rotation.counters().drained_late, 0);
}

/// It is never one that nobody uses: only the pool's own hooks see it.
async fn s28_a_connection_that_is_always_waited_for_is_replaced_when_it_is_returned<P: Pool>() {
    let mut owner = Owner::start().await;
    let (pool, rotation) = owner.connect::<P>(&Settings { max: 1, ..Settings::default() }).await;
    let held = pool.hold().await.unwrap();
    let load = Load::start(&pool, 8);
    owner.rotate().await;
    eventually("the old connection is known", async || rotation.old_connections() == 1).await;
    held.commit().await.unwrap();
    eventually("the old login is let go of", async || owner.logins().await == 1).await;
    assert_eq!(pool.user().await.unwrap(), "app_2");
    load.stop().await.assert_none_failed();
    assert_eq!(rotation.counters().drained, 1);
}

async fn s28_a_transaction_that_outlives_its_pool_ends_well<P: Pool>() {
    let mut owner = Owner::start().await;
    let (pool, rotation) = owner.connect::<P>(&Settings::default()).await;
    let mut held = pool.hold().await.unwrap();
    owner.rotate().await;
    eventually("the old connection is known", async || rotation.old_connections() == 1).await;
    rotation.close();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(owner.logins().await, 2, "the old login is held");
    held.write().await.unwrap();
    held.commit().await.unwrap();
    drop(pool);
    eventually("the old login is let go of", async || owner.logins().await == 1).await;
    eventually("no session is left", async || owner.sessions().await == 0).await;
}

async fn s28_a_transaction_that_lasts_to_the_end_of_its_login_gets_a_typed_error<P: Pool>() {
    let mut owner = Owner::start().await;
    let end = Instant::now() + Duration::from_secs(8);
    owner.set_expires(Some(end));
    let (pool, rotation) = owner.connect::<P>(&Settings::default()).await;
    let mut held = pool.hold().await.unwrap();
    let next = owner.make("").await;
    let retired = owner.publish(next);
    eventually("the swap", async || rotation.generation() == 2).await;
    held.write().await.expect("a swap ends nothing");
    tokio::time::timeout_at(end.into(), retired.released()).await.expect("let go of before the end");
    let error = held.write().await.unwrap_err();
    assert!(matches!(rotation.observe(&*error.0), Some(Error::DrainedLate)), "{error}");
    assert_eq!(rotation.counters().drained_late, 1);
    drop(held);
    pool.write().await.unwrap();
}

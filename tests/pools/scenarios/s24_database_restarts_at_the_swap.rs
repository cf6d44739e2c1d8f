//! The database restarts at the moment of a swap: the old login is kept, and the swap comes later.

use pool_tests::{Owner, Pool, Settings, eventually, for_every_pool};

for_every_pool!(s24_the_swap_waits_for_the_database);

async fn s24_the_swap_waits_for_the_database<P: Pool>() {
    let mut owner = Owner::start().await;
    let (pool, rotation) = owner.connect::<P>(&Settings::default()).await;
    pool.write().await.unwrap();
    let next = owner.make("").await;
    owner.postgres.stop().await.unwrap();
    let _old = owner.publish(next);
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    assert_eq!(rotation.generation(), 1, "what cannot be tried is not put in use");
    owner.postgres.restart().await.unwrap();
    eventually("the swap", async || rotation.generation() == 2).await;
    eventually("it is used", async || pool.user().await.is_ok_and(|user| user == "app_2")).await;
    pool.write().await.unwrap();
}

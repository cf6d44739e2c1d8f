//! There is no room for two pools.

use std::time::Duration;

use pool_tests::{Load, Owner, Pool, Settings, eventually, for_every_pool};

for_every_pool!(
    s29_there_are_never_more_connections_than_the_maximum_and_the_overlap,
    s29_without_overlap_there_are_never_more_than_the_maximum,
    s29_a_role_may_allow_no_more_than_the_maximum,
    s29_a_server_may_have_no_room_for_more_than_the_maximum,
);

async fn s29_there_are_never_more_connections_than_the_maximum_and_the_overlap<P: Pool>() {
    let owner = Owner::start().await;
    rotate_and_watch::<P>(owner, Settings { max: 4, overlap: Some(2), ..Settings::default() }, "", 6).await;
}

async fn s29_without_overlap_there_are_never_more_than_the_maximum<P: Pool>() {
    let owner = Owner::start().await;
    rotate_and_watch::<P>(owner, Settings { max: 4, overlap: Some(0), ..Settings::default() }, "", 4).await;
}

async fn s29_a_role_may_allow_no_more_than_the_maximum<P: Pool>() {
    let owner = Owner::start().await;
    rotate_and_watch::<P>(owner, Settings { max: 4, ..Settings::default() }, "CONNECTION LIMIT 4", 6).await;
}

/// It refuses with the same code where the limit is that of a database, and where it is `max_connections`.
async fn s29_a_server_may_have_no_room_for_more_than_the_maximum<P: Pool>() {
    let owner = Owner::start().await;
    // Those of the superuser count: it has two, and keeps them.
    tokio::join!(owner.run("SELECT pg_sleep(0.5)"), owner.run("SELECT pg_sleep(0.5)"));
    owner.run("ALTER DATABASE app CONNECTION LIMIT 6").await;
    rotate_and_watch::<P>(owner, Settings { max: 4, ..Settings::default() }, "", 4).await;
}

async fn rotate_and_watch<P: Pool>(mut owner: Owner, settings: Settings, options: &str, most: u32) {
    owner.run(&format!("ALTER ROLE app_1 {}", if options.is_empty() { "LOGIN" } else { options })).await;
    let (pool, rotation) = owner.connect::<P>(&settings).await;
    let load = Load::start(&pool, 6);
    eventually("the pool is full", async || pool.size() == 4).await;
    let watch = owner.watch_sessions();
    for generation in 2..=6 {
        let next = owner.make(options).await;
        let retired = owner.publish(next);
        let released = tokio::time::timeout(Duration::from_secs(20), retired.released());
        assert!(released.await.is_ok(), "{rotation:?}");
        assert_eq!(rotation.generation(), generation);
    }
    assert!(watch.most() <= most, "{} sessions", watch.most());
    load.stop().await.assert_none_failed();
    assert!(rotation.counters().drained >= 4);
}

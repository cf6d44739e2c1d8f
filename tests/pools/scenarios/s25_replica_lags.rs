//! The server that the pool uses does not know the new login yet, as a replica that is behind.

use std::time::Duration;

use pool_tests::{Load, Owner, Pool, Settings, eventually, for_every_pool};
use secrets_config_core::DbCredentials;

for_every_pool!(s25_a_login_that_is_not_known_yet_delays_the_swap);

async fn s25_a_login_that_is_not_known_yet_delays_the_swap<P: Pool>() {
    let mut owner = Owner::start().await;
    let (pool, rotation) = owner.connect::<P>(&Settings::default()).await;
    let load = Load::start(&pool, 4);
    let _old = owner.publish(DbCredentials::new("app_late", "x"));
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(rotation.generation(), 1);
    owner
        .run("CREATE ROLE app_late LOGIN PASSWORD 'x'; GRANT ALL ON orders, orders_id_seq TO app_late")
        .await;
    eventually("the swap", async || rotation.generation() == 2 && rotation.old_connections() == 0).await;
    eventually("the old sessions leave", async || owner.sessions_of("app_1").await == 0).await;
    load.stop().await.assert_none_failed();
}

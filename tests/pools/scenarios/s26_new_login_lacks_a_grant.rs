//! The new login may connect and lacks a grant: the probe statement finds it.

use std::time::Duration;

use pool_tests::{Load, Owner, Pool, Settings, eventually, for_every_pool};
use secrets_config_core::DbCredentials;

for_every_pool!(s26_a_login_that_lacks_a_grant_is_not_put_in_use);

async fn s26_a_login_that_lacks_a_grant_is_not_put_in_use<P: Pool>() {
    let mut owner = Owner::start().await;
    let settings = Settings { probe: Some("SELECT FROM orders LIMIT 0"), ..Settings::default() };
    let (pool, rotation) = owner.connect::<P>(&settings).await;
    let load = Load::start(&pool, 4);
    owner.run("CREATE ROLE app_bare LOGIN PASSWORD 'x'").await;
    let _old = owner.publish(DbCredentials::new("app_bare", "x"));
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(rotation.generation(), 1);
    owner.rotate().await;
    eventually("the next login is put in use", async || rotation.generation() == 3).await;
    eventually("the old sessions leave", async || owner.sessions_of("app_1").await == 0).await;
    load.stop().await.assert_none_failed();
    assert_eq!(owner.sessions_of("app_bare").await, 0);
}

//! The new login may connect and lacks a grant: the probe statement finds it.

use std::time::{Duration, Instant};

use pool_tests::{Load, Logins, Owner, Pool, SOON, Settings, eventually, for_every_pool};
use secrets_config_core::{
    DbCredentials,
    rotating::{RefreshRequests, Request},
};

for_every_pool!(
    s26_a_login_that_lacks_a_grant_is_not_put_in_use,
    s26_another_is_asked_for_when_the_login_in_use_ends_before,
);

async fn s26_a_login_that_lacks_a_grant_is_not_put_in_use<P: Pool>() {
    let mut owner = Owner::start().await;
    let settings = Settings { probe: Some("SELECT FROM orders LIMIT 0"), ..Settings::default() };
    let (pool, rotation) = owner.connect::<P>(&settings).await;
    let load = Load::start(&pool, 4);
    let mut requests = owner.refresh_requests();
    owner.run("CREATE ROLE app_bare LOGIN PASSWORD 'x'").await;
    let _old = owner.publish(DbCredentials::new("app_bare", "x"));
    assert_eq!(replacement_asked_for(&mut requests).await, 2);
    assert_eq!(rotation.generation(), 1);
    let next = owner.make("").await;
    let bare = owner.publish(next);
    tokio::time::timeout(SOON, bare.released()).await.expect("the pool lets go of it");
    eventually("the next login is put in use", async || rotation.generation() == 3).await;
    eventually("the old sessions leave", async || owner.sessions_of("app_1").await == 0).await;
    load.stop().await.assert_none_failed();
    assert_eq!(owner.sessions_of("app_bare").await, 0);
}

async fn s26_another_is_asked_for_when_the_login_in_use_ends_before<P: Pool>() {
    let mut owner = Owner::start().await;
    let settings = Settings { probe: Some("SELECT FROM orders LIMIT 0"), ..Settings::default() };
    owner.set_expires(Some(Instant::now() + Duration::from_secs(2)));
    let (pool, rotation) = owner.connect::<P>(&settings).await;
    let mut requests = owner.refresh_requests();
    owner.run("CREATE ROLE app_bare LOGIN PASSWORD 'x'").await;
    let _old = owner.publish(DbCredentials::new("app_bare", "x"));
    assert_eq!(replacement_asked_for(&mut requests).await, 2);
    owner.rotate().await;
    eventually("the next login is put in use", async || rotation.generation() == 3).await;
    pool.write().await.unwrap();
}

/// Returns of which generation it is said that it is of no use.
async fn replacement_asked_for(requests: &mut RefreshRequests) -> u64 {
    let asked = tokio::time::timeout(SOON, async {
        loop {
            if let Request::Replacement { generation } = requests.next().await {
                return generation;
            }
        }
    });
    asked.await.expect("another login is asked for")
}

//! The network swallows everything on the old connections: nothing waits for them for long.

use std::time::Duration;

use pool_tests::{Held, Logins, Owner, Place, Pool, Settings, eventually, for_every_pool};
use testkit::Proxy;

for_every_pool!(
    s30_connections_that_do_not_answer_are_dropped_and_their_places_used_again,
    s30_old_connections_that_never_answer_again_hold_up_no_change,
);

async fn s30_connections_that_do_not_answer_are_dropped_and_their_places_used_again<P: Pool>() {
    let mut owner = Owner::start().await;
    let upstream = format!("{}:{}", owner.place().host, owner.place().port).parse().unwrap();
    let proxy = Proxy::tcp(upstream).await.unwrap();
    let place = Place { host: "127.0.0.1".to_owned(), port: proxy.address().port() };
    let settings = Settings { max: 2, timeout: Duration::from_secs(30), ..Settings::default() };
    let (pool, rotation) = owner.connect_through::<P>(&place, &settings).await;
    let (one, other) = (pool.hold().await.unwrap(), pool.hold().await.unwrap());
    drop((one, other));
    eventually("both are idle", async || pool.write().await.is_ok()).await;
    proxy.freeze();
    owner.rotate().await;
    tokio::time::sleep(Duration::from_secs(7)).await;
    proxy.thaw();
    proxy.cut();
    eventually("the swap", async || rotation.generation() == 2).await;
    eventually("both places serve", async || {
        let (one, other) = tokio::join!(pool.hold(), pool.hold());
        one.is_ok() && other.is_ok()
    })
    .await;
    eventually("the old login is let go of", async || owner.logins().await == 1).await;
    assert!(pool.size() <= 2);
}

/// The network is back for new connections only, as after a firewall has lost its table.
async fn s30_old_connections_that_never_answer_again_hold_up_no_change<P: Pool>() {
    let mut owner = Owner::start().await;
    let upstream = format!("{}:{}", owner.place().host, owner.place().port).parse().unwrap();
    let proxy = Proxy::tcp(upstream).await.unwrap();
    let place = Place { host: "127.0.0.1".to_owned(), port: proxy.address().port() };
    let settings = Settings { max: 2, timeout: Duration::from_secs(30), ..Settings::default() };
    let (pool, rotation) = owner.connect_through::<P>(&place, &settings).await;
    let (one, other) = (pool.hold().await.unwrap(), pool.hold().await.unwrap());
    one.commit().await.unwrap();
    other.commit().await.unwrap();
    eventually("both are idle", async || pool.idle() == 2).await;
    proxy.silence();
    let next = owner.make("").await;
    let _old = owner.publish(next);
    eventually("the swap", async || rotation.generation() == 2).await;
    // Five seconds for each, and what the pool needs beside; nobody else uses it.
    eventually("what is in a place is a new connection, or nothing", async || {
        pool.idle() == pool.size() && pool.size() as u64 == rotation.counters().drained
    })
    .await;
    let (mut one, mut other) = (pool.hold().await.unwrap(), pool.hold().await.unwrap());
    assert_eq!((one.user().await.unwrap(), other.user().await.unwrap()), ("app_2".into(), "app_2".into()));
}

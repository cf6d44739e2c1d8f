//! The network swallows everything on the old connections: nothing waits for them for long.

use std::time::Duration;

use pool_tests::{Owner, Place, Pool, Settings, eventually, for_every_pool};
use testkit::Proxy;

for_every_pool!(s30_connections_that_do_not_answer_are_dropped_and_their_places_used_again);

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
    eventually("the old login is let go of", async || owner.roles().await == 1).await;
    assert!(pool.size() <= 2);
}

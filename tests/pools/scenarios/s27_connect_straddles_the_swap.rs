//! A connect begins with the old login, stalls, and ends after the swap.

use std::time::Duration;

use pool_tests::{Held, Owner, Place, Pool, Settings, eventually, for_every_pool};
use testkit::{Fault, Proxy, When};

for_every_pool!(s27_a_connection_that_straddles_is_never_handed_out);

const TIMES: u64 = 100;

async fn s27_a_connection_that_straddles_is_never_handed_out<P: Pool>() {
    let mut owner = Owner::start().await;
    let place = owner.place();
    let proxy = Proxy::tcp(format!("{}:{}", place.host, place.port).parse().unwrap()).await.unwrap();
    let place = Place { host: "127.0.0.1".to_owned(), port: proxy.address().port() };
    let settings = Settings { max: 2, ..Settings::default() };
    let (pool, rotation) = owner.connect_through::<P>(&place, &settings).await;
    for number in 1..=TIMES {
        // The one connection is taken, so that the next caller needs another.
        let mut held = pool.hold().await.unwrap();
        assert_eq!(pool.size(), 1);
        let before = proxy.connections();
        proxy.inject(When::always().times(1), Fault::Stall);
        let straddling = tokio::spawn({
            let pool = pool.clone();
            async move { pool.hold().await }
        });
        eventually("the connect begins", async || proxy.connections() > before).await;
        let next = owner.make("").await;
        let user = next.username().to_owned();
        let retired = owner.publish(next);
        eventually("the swap", async || rotation.generation() == number + 1).await;
        proxy.clear();
        let mut straddling = straddling.await.unwrap().unwrap();
        assert_eq!(straddling.user().await.unwrap(), user);
        assert_ne!(held.user().await.unwrap(), user);
        held.commit().await.unwrap();
        // The old login is held as long as something of it was there, and no longer.
        tokio::time::timeout(Duration::from_secs(10), retired.released()).await.unwrap();
        owner.revoke_all_but(&user).await;
        straddling.commit().await.unwrap();
        // The next round begins with one connection.
        owner
            .run(&format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{user}'"))
            .await;
        eventually("the pool serves", async || pool.write().await.is_ok()).await;
    }
    assert_eq!(rotation.counters().straddled, TIMES);
}

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
    let settings = Settings { max: 1, ..Settings::default() };
    let (pool, rotation) = owner.connect_through::<P>(&place, &settings).await;
    let mut user = "app_1".to_owned();
    for number in 1..=TIMES {
        // The one connection is dead, so that the next caller needs another.
        owner.end_sessions_of(&user).await;
        let before = proxy.connections();
        proxy.inject(When::always().times(1), Fault::Stall);
        let straddling = tokio::spawn({
            let pool = pool.clone();
            async move { pool.hold().await }
        });
        eventually("the connect begins", async || proxy.connections() > before).await;
        let next = owner.make("").await;
        user = next.username().to_owned();
        let retired = owner.publish(next);
        eventually("the swap", async || rotation.generation() == number + 1).await;
        proxy.clear();
        let mut straddling = straddling.await.unwrap().unwrap();
        assert_eq!(straddling.user().await.unwrap(), user);
        straddling.commit().await.unwrap();
        // The old login is held as long as a connect may use it, and no longer.
        tokio::time::timeout(Duration::from_secs(10), retired.released()).await.unwrap();
        owner.revoke_all_but(&user).await;
        assert_eq!(pool.user().await.unwrap(), user);
    }
    assert_eq!(rotation.counters().straddled, TIMES);
}

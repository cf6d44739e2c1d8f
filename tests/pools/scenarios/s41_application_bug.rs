//! The application uses a table that is none of its business, a hundred times a second.

use std::time::Duration;

use pool_tests::{Load, Owner, Pool, Settings, eventually, for_every_pool};

for_every_pool!(s41_an_error_of_the_applications_own_is_left_to_it);

async fn s41_an_error_of_the_applications_own_is_left_to_it<P: Pool>() {
    let owner = Owner::start().await;
    owner.run("CREATE TABLE private (id int)").await;
    let (pool, rotation) = owner.connect::<P>(&Settings::default()).await;
    let load = Load::start(&pool, 2);
    let mut requests = owner.refresh_requests();
    eventually("connections are open", async || pool.size() >= 2).await;
    for _ in 0..300 {
        let error = pool.run("SELECT * FROM private").await.unwrap_err();
        assert!(error.to_string().contains("permission denied"), "{error}");
        assert!(rotation.observe(&*error.0).is_none(), "it is not about the login");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(tokio::time::timeout(Duration::from_millis(100), requests.next()).await.is_err(), "no storm");
    assert_eq!((rotation.generation(), rotation.counters()), (1, Default::default()));
    load.stop().await.assert_none_failed();
}

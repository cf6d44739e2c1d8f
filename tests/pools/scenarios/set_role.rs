//! Sessions that act as another role than they have logged in as.

use std::time::Duration;

use pool_tests::{Held, Logins, Owner, Pool, SOON, Settings, eventually, for_every_pool};

for_every_pool!(
    sessions_that_act_as_the_application_outlive_their_login,
    sessions_that_act_as_the_application_are_ended_to_make_room,
);

async fn sessions_that_act_as_the_application_outlive_their_login<P: Pool>() {
    let mut owner = Owner::start().await;
    owner.run("GRANT app TO app_1").await;
    let (pool, rotation) =
        owner.connect::<P>(&Settings { role: Some("app"), max: 1, ..Settings::default() }).await;
    let mut held = pool.hold().await.unwrap();
    let mut requests = owner.refresh_requests();
    owner.revoke("app_1").await;
    held.write().await.expect("the role that it acts as is still there");
    held.commit().await.unwrap();
    for _ in 0..20 {
        pool.write().await.unwrap();
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    tokio::time::timeout(Duration::from_secs(5), requests.next()).await.expect("another login is asked for");
    owner.rotate_revoked("IN ROLE app").await;
    eventually("the new login is in use", async || rotation.generation() == 2).await;
    eventually("every session is of it", async || owner.sessions_of("app_2").await == owner.sessions().await)
        .await;
    pool.write().await.unwrap();
}

/// Where there is no room, a session is ended from within: by its own login, not by the role that it acts as.
async fn sessions_that_act_as_the_application_are_ended_to_make_room<P: Pool>() {
    let mut owner = Owner::start().await;
    owner.run("GRANT app TO app_1").await;
    let settings = Settings { role: Some("app"), max: 2, overlap: Some(0), ..Settings::default() };
    let (pool, rotation) = owner.connect::<P>(&settings).await;
    let (one, other) = (pool.hold().await.unwrap(), pool.hold().await.unwrap());
    one.commit().await.unwrap();
    other.commit().await.unwrap();
    eventually("both are idle", async || pool.idle() == 2).await;
    let watch = owner.watch_sessions();
    let next = owner.make("IN ROLE app").await;
    let retired = owner.publish(next);
    tokio::time::timeout(SOON, retired.released()).await.expect("the old login is let go of");
    assert_eq!(rotation.generation(), 2);
    assert!(watch.most() <= 2, "{} sessions", watch.most());
    pool.write().await.unwrap();
}

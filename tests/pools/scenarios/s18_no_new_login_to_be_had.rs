//! The owner can get no new login. The one in use serves to its end, and what is open then serves on.

use std::{
    error::Error as _,
    sync::Arc,
    time::{Duration, Instant},
};

use pool_tests::{Held, Logins, Owner, Pool, Settings, eventually, for_every_pool};
use rotating_pool::Error;
use secrets_config_core::DbCredentials;

for_every_pool!(
    s18_past_its_end_open_sessions_serve_on_and_new_ones_fail_at_once,
    s18_a_new_login_that_does_not_work_costs_no_session_without_overlap,
    s18_a_lease_that_is_renewed_ends_the_trouble,
    s18_the_error_has_what_the_owner_says_among_its_sources,
);

/// Why there is no other login.
#[derive(Debug, thiserror::Error)]
#[error("the vault is shut")]
struct Shut;

async fn s18_past_its_end_open_sessions_serve_on_and_new_ones_fail_at_once<P: Pool>() {
    let mut owner = Owner::start().await;
    let short = Some(Duration::from_secs(2));
    let settings = Settings { max_lifetime: short, idle_timeout: short, ..Settings::default() };
    let (pool, rotation) = owner.connect::<P>(&settings).await;
    let held = pool.hold().await.unwrap();
    let other = pool.hold().await.unwrap();
    other.commit().await.unwrap();
    owner.run("ALTER ROLE app_1 VALID UNTIL 'yesterday'").await;
    owner.set_expires(Some(Instant::now()));
    eventually("the end is noticed", async || rotation.trouble().is_some()).await;

    // Past the time that a connection lives otherwise, and past the time that it idles.
    tokio::time::sleep(Duration::from_secs(4)).await;
    let served = pool.hold().await.expect("an open session serves");
    let began = Instant::now();
    let error = pool.user().await.unwrap_err();
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    assert!(matches!(rotation.observe(&*error.0), Some(Error::NoValidCredentials { .. })), "{error}");
    served.commit().await.unwrap();
    held.commit().await.unwrap();

    owner.rotate().await;
    eventually("a new login ends it", async || rotation.trouble().is_none()).await;
    eventually("it is used", async || pool.user().await.unwrap() == "app_2").await;
}

async fn s18_a_new_login_that_does_not_work_costs_no_session_without_overlap<P: Pool>() {
    let mut owner = Owner::start().await;
    let probe = Some("SELECT FROM orders LIMIT 0");
    let (pool, rotation) =
        owner.connect::<P>(&Settings { max: 1, overlap: Some(0), probe, ..Settings::default() }).await;
    owner.run("ALTER ROLE app_1 VALID UNTIL 'yesterday'").await;
    owner.set_expires(Some(Instant::now()));
    eventually("the end is noticed", async || rotation.trouble().is_some()).await;
    owner.run("CREATE ROLE app_bare LOGIN PASSWORD 'x'").await;
    let _old = owner.publish(DbCredentials::new("app_bare", "x"));
    // It is tried after half a second, and after one more.
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(pool.user().await.expect("the open session serves on"), "app_1");
}

async fn s18_a_lease_that_is_renewed_ends_the_trouble<P: Pool>() {
    let owner = Owner::start().await;
    owner.set_expires(Some(Instant::now() + Duration::from_secs(1)));
    let (pool, rotation) = owner.connect::<P>(&Settings::default()).await;
    owner.set_expires(Some(Instant::now() + Duration::from_secs(3600)));
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert!(rotation.trouble().is_none(), "it was renewed in time");
    pool.write().await.unwrap();
}

async fn s18_the_error_has_what_the_owner_says_among_its_sources<P: Pool>() {
    let owner = Owner::start().await;
    let (pool, rotation) = owner.connect::<P>(&Settings { max: 2, ..Settings::default() }).await;
    let _one = pool.hold().await.unwrap();
    owner.set_trouble(Some(Arc::new(Shut)));
    owner.run("ALTER ROLE app_1 VALID UNTIL 'yesterday'").await;
    owner.set_expires(Some(Instant::now()));
    eventually("the end is noticed", async || rotation.trouble().is_some()).await;
    let error = rotation.observe(&*pool.user().await.unwrap_err().0).expect("it is about the login");
    assert!(error.source().is_some_and(|source| source.is::<Shut>()), "{error:?}");
    owner.set_trouble(None);
    let error = rotation.trouble().expect("there is still no login");
    assert!(error.source().is_none(), "{error:?}");
}

//! The application's own hooks run beside ours.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use pool_tests::{Logins, Owner, Panics, Settings, SqlxPostgres, eventually};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions, PgSslMode};

#[tokio::test]
async fn an_application_has_its_own_hooks_run_on_every_connection() {
    let mut owner = Owner::start().await;
    let place = owner.place();
    let (acquired, released) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
    let (on_acquire, on_release) = (acquired.clone(), released.clone());
    let (pool, rotation) = rotating_pool::sqlx::postgres(owner.login())
        .connect_options(
            PgConnectOptions::new_without_pgpass()
                .host(&place.host)
                .port(place.port)
                .ssl_mode(PgSslMode::Disable)
                .database("app"),
        )
        .pool_options(PgPoolOptions::new().max_connections(1))
        .after_connect(|connection| {
            Box::pin(async move {
                sqlx::query("SET application_name = 'hooked'").execute(connection).await.map(drop)
            })
        })
        .before_acquire(move |_, _| {
            on_acquire.fetch_add(1, Ordering::Relaxed);
            Box::pin(async { Ok(true) })
        })
        .after_release(move |_, metadata| {
            on_release.fetch_add(1, Ordering::Relaxed);
            Box::pin(async move { Ok(metadata.age.as_secs() < 3600) })
        })
        .connect_with_rotation()
        .await
        .unwrap();
    let name = async || -> String {
        let name = sqlx::query_scalar("SELECT current_setting('application_name')");
        name.fetch_one(&pool).await.unwrap()
    };
    assert_eq!(name().await, "hooked");
    owner.rotate().await;
    eventually("the connection is replaced", async || rotation.counters().drained == 1).await;
    assert_eq!(name().await, "hooked", "the one in its place went through the hook as well");
    assert!(acquired.load(Ordering::Relaxed) >= 2);
    eventually("it is returned", async || released.load(Ordering::Relaxed) >= 2).await;
}

#[tokio::test]
async fn a_hook_that_panics_ends_no_rotation() {
    let mut owner = Owner::start().await;
    let place = owner.place();
    let (on_connect, on_release) = (Panics::none(), Panics::none());
    let (connecting, releasing) = (on_connect.clone(), on_release.clone());
    let (pool, rotation) = rotating_pool::sqlx::postgres(owner.login())
        .connect_options(
            PgConnectOptions::new_without_pgpass()
                .host(&place.host)
                .port(place.port)
                .ssl_mode(PgSslMode::Disable)
                .database("app"),
        )
        .pool_options(PgPoolOptions::new().max_connections(2))
        .after_connect(move |_| {
            let panics = connecting.clone();
            Box::pin(async move {
                panics.next();
                Ok(())
            })
        })
        .after_release(move |_, _| {
            releasing.next();
            Box::pin(async { Ok(true) })
        })
        .connect_with_rotation()
        .await
        .unwrap();
    eventually("it is idle", async || pool.num_idle() == 1).await;
    on_connect.set(1);
    on_release.set(1);
    owner.rotate().await;
    eventually("the swap", async || rotation.generation() == 2).await;
    eventually("the old login is let go of", async || owner.logins().await == 1).await;
    assert_eq!((on_connect.left(), on_release.left()), (0, 0), "both panicked");
    owner.rotate().await;
    eventually("the next swap", async || rotation.generation() == 3).await;
    eventually("the next one is let go of", async || owner.logins().await == 1).await;
}

#[tokio::test]
async fn options_that_an_application_keeps_hold_no_login_beyond_its_end() {
    let mut owner = Owner::start().await;
    let end = Instant::now() + Duration::from_secs(8);
    owner.set_expires(Some(end));
    let (pool, rotation) = owner.connect::<SqlxPostgres>(&Settings::default()).await;
    let kept = pool.0.connect_options();
    let next = owner.make("").await;
    let retired = owner.publish(next);
    eventually("the swap", async || rotation.generation() == 2).await;
    tokio::time::timeout_at(end.into(), retired.released()).await.expect("let go of before the end");
    drop(kept);
}

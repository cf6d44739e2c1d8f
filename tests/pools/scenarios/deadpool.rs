//! What is the application's own with a deadpool.

use std::{
    iter,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use deadpool_postgres::{Hook, HookError, Object};
use pool_tests::{Deadpool, Logins, Owner, Panics, Settings, eventually};
use rotating_pool::Error;
use tokio_postgres::Config;

#[tokio::test]
async fn a_deadpool_runs_the_applications_hooks_on_every_connection() {
    let mut owner = Owner::start().await;
    let place = owner.place();
    let mut config = Config::new();
    config.host(&place.host).port(place.port).dbname("app");
    let (before, after) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
    let (on_before, on_after) = (before.clone(), after.clone());
    let (pool, rotation) = rotating_pool::deadpool::postgres(owner.login())
        .config(config)
        .pool(move |builder| {
            let (before, after) = (on_before.clone(), on_after.clone());
            builder
                .max_size(1)
                .post_create(Hook::async_fn(|client, _| {
                    Box::pin(async {
                        let named = client.batch_execute("SET application_name = 'hooked'").await;
                        named.map_err(HookError::Backend)
                    })
                }))
                .pre_recycle(Hook::sync_fn(move |_, _| {
                    before.fetch_add(1, Ordering::Relaxed);
                    Ok(())
                }))
                .post_recycle(Hook::sync_fn(move |_, _| {
                    after.fetch_add(1, Ordering::Relaxed);
                    Ok(())
                }))
        })
        .connect_with_rotation()
        .await
        .unwrap();
    let name = async || -> String {
        let client = pool.get().await.unwrap();
        let statement = client.prepare_cached("SELECT current_setting('application_name')").await.unwrap();
        client.query_one(&statement, &[]).await.unwrap().get(0)
    };
    assert_eq!(name().await, "hooked");
    owner.rotate().await;
    eventually("the connection is replaced", async || rotation.counters().drained == 1).await;
    assert_eq!(name().await, "hooked", "the one in its place went through the hook as well");
    assert!(before.load(Ordering::Relaxed) >= 2);
    assert!(after.load(Ordering::Relaxed) >= 2);
}

#[tokio::test]
async fn a_deadpool_without_a_login_says_so_in_the_sources_of_its_error() {
    let owner = Owner::start().await;
    let (pool, rotation) = owner.connect::<Deadpool>(&Settings::default()).await;
    let _only = pool.0.get().await.unwrap();
    owner.run("ALTER ROLE app_1 VALID UNTIL 'yesterday'").await;
    owner.set_expires(Some(Instant::now()));
    eventually("the end is noticed", async || rotation.trouble().is_some()).await;
    let began = Instant::now();
    let error = pool.0.get().await.unwrap_err();
    assert!(began.elapsed() < Duration::from_secs(1));
    let mut sources = iter::successors(Some(&error as &dyn std::error::Error), |error| error.source());
    let cause = sources.find_map(|error| error.downcast_ref());
    assert!(matches!(cause, Some(Error::NoValidCredentials { .. })), "{error}");
}

#[tokio::test]
async fn a_client_that_was_taken_out_of_a_deadpool_holds_its_login() {
    let mut owner = Owner::start().await;
    let (pool, rotation) = owner.connect::<Deadpool>(&Settings::default()).await;
    let taken = Object::take(pool.0.get().await.unwrap());
    owner.rotate().await;
    eventually("the swap", async || rotation.generation() == 2).await;
    eventually("the client's session is counted", async || rotation.old_connections() == 1).await;
    taken.batch_execute("INSERT INTO orders (note) VALUES ('of old')").await.unwrap();
    assert_eq!(owner.logins().await, 2);
    drop(taken);
    eventually("the old login is let go of", async || owner.logins().await == 1).await;
}

#[tokio::test]
async fn a_deadpool_that_is_dropped_lets_go_of_its_login() {
    let mut owner = Owner::start().await;
    let (pool, rotation) = owner.connect::<Deadpool>(&Settings::default()).await;
    drop((pool, rotation));
    owner.rotate().await;
    eventually("the old login is let go of", async || owner.logins().await == 1).await;
    eventually("no session is left", async || owner.sessions().await == 0).await;
}

#[tokio::test]
async fn a_hook_of_a_deadpool_that_panics_ends_no_rotation() {
    let mut owner = Owner::start().await;
    let place = owner.place();
    let mut config = Config::new();
    config.host(&place.host).port(place.port).dbname("app");
    let (on_create, on_recycle) = (Panics::none(), Panics::none());
    let (creating, recycling) = (on_create.clone(), on_recycle.clone());
    let (pool, rotation) = rotating_pool::deadpool::postgres(owner.login())
        .config(config)
        .pool(move |builder| {
            let (creating, recycling) = (creating.clone(), recycling.clone());
            builder
                .max_size(2)
                .post_create(Hook::sync_fn(move |_, _| {
                    creating.next();
                    Ok(())
                }))
                .pre_recycle(Hook::sync_fn(move |_, _| {
                    recycling.next();
                    Ok(())
                }))
        })
        .connect_with_rotation()
        .await
        .unwrap();
    assert_eq!(pool.status().available, 1);
    on_create.set(1);
    on_recycle.set(1);
    owner.rotate().await;
    eventually("the swap", async || rotation.generation() == 2).await;
    eventually("the old login is let go of", async || owner.logins().await == 1).await;
    assert_eq!((on_create.left(), on_recycle.left()), (0, 0), "both panicked");
    owner.rotate().await;
    eventually("the next swap", async || rotation.generation() == 3).await;
    eventually("the next one is let go of", async || owner.logins().await == 1).await;
}

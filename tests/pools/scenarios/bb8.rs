//! What is the application's own with bb8.

use std::{
    pin::Pin,
    time::{Duration, Instant},
};

use bb8::{CustomizeConnection, QueueStrategy};
use pool_tests::{Bb8, Logins, Owner, Panics, Pool, Settings, eventually};
use rotating_pool::{Error, bb8::Connection};
use tokio_postgres::Config;

#[derive(Debug)]
struct Named;

impl CustomizeConnection<Connection, tokio_postgres::Error> for Named {
    fn on_acquire<'a>(
        &'a self,
        connection: &'a mut Connection,
    ) -> Pin<Box<dyn Future<Output = Result<(), tokio_postgres::Error>> + Send + 'a>> {
        Box::pin(async { connection.batch_execute("SET application_name = 'named'").await })
    }
}

#[tokio::test]
async fn a_bb8_pool_runs_the_applications_customizer_on_every_connection() {
    let mut owner = Owner::start().await;
    let place = owner.place();
    let mut config = Config::new();
    config.host(&place.host).port(place.port).dbname("app");
    let (pool, rotation) = rotating_pool::bb8::postgres(owner.login())
        .config(config)
        .pool(|builder| {
            let builder = builder.max_size(3).min_idle(2).queue_strategy(QueueStrategy::Lifo);
            builder.connection_customizer(Box::new(Named))
        })
        .connect_with_rotation()
        .await
        .unwrap();
    let name = async || -> String {
        let client = pool.get().await.unwrap();
        client.query_one("SELECT current_setting('application_name')", &[]).await.unwrap().get(0)
    };
    assert_eq!(name().await, "named");
    let connections = u64::from(pool.state().connections);
    assert!(connections >= 2);
    owner.rotate().await;
    eventually("each connection is replaced", async || rotation.counters().drained == connections).await;
    assert_eq!(name().await, "named", "the one in its place went through the customizer as well");
    eventually("the old login is let go of", async || owner.logins().await == 1).await;
}

#[tokio::test]
async fn a_bb8_pool_without_a_login_hands_out_what_says_so_and_recovers() {
    let mut owner = Owner::start().await;
    let settings = Settings { timeout: Duration::from_secs(30), ..Settings::default() };
    let (pool, rotation) = owner.connect::<Bb8>(&settings).await;
    let only = pool.0.get().await.unwrap();
    owner.run("ALTER ROLE app_1 VALID UNTIL 'yesterday'").await;
    owner.set_expires(Some(Instant::now()));
    eventually("the end is noticed", async || rotation.trouble().is_some()).await;
    for _ in 0..3 {
        let began = Instant::now();
        let refused = pool.0.get().await.unwrap();
        let error = refused.query_one("SELECT 1", &[]).await.unwrap_err();
        assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
        assert_eq!(error.as_db_error().unwrap().code().code(), "28000");
        assert!(matches!(rotation.observe(&error), Some(Error::NoValidCredentials { .. })));
    }
    only.batch_execute("SELECT 1").await.unwrap();
    owner.rotate().await;
    eventually("a new login ends it", async || rotation.trouble().is_none()).await;
    for _ in 0..20 {
        assert_eq!(pool.user().await.unwrap(), "app_2", "nothing that refuses is left");
    }
}

#[tokio::test]
async fn a_bb8_pool_that_is_closed_and_dropped_lets_go_of_its_login() {
    let mut owner = Owner::start().await;
    let (pool, rotation) = owner.connect::<Bb8>(&Settings::default()).await;
    rotation.close();
    drop((pool, rotation));
    owner.rotate().await;
    eventually("the old login is let go of", async || owner.logins().await == 1).await;
    eventually("no session is left", async || owner.sessions().await == 0).await;
}

#[derive(Debug)]
struct Panicking(Panics);

impl CustomizeConnection<Connection, tokio_postgres::Error> for Panicking {
    fn on_acquire<'a>(
        &'a self,
        _: &'a mut Connection,
    ) -> Pin<Box<dyn Future<Output = Result<(), tokio_postgres::Error>> + Send + 'a>> {
        Box::pin(async {
            self.0.next();
            Ok(())
        })
    }
}

#[tokio::test]
async fn a_customizer_of_bb8_that_panics_ends_no_rotation() {
    let mut owner = Owner::start().await;
    let place = owner.place();
    let mut config = Config::new();
    config.host(&place.host).port(place.port).dbname("app");
    let panics = Panics::none();
    let customizing = panics.clone();
    let (_pool, rotation) = rotating_pool::bb8::postgres(owner.login())
        .config(config)
        .pool(move |builder| {
            let customizer = Panicking(customizing.clone());
            builder.max_size(2).connection_customizer(Box::new(customizer))
        })
        .connect_with_rotation()
        .await
        .unwrap();
    for generation in 2..=3 {
        panics.set(1);
        owner.rotate().await;
        eventually("the swap", async || rotation.generation() == generation).await;
        eventually("the old login is let go of", async || owner.logins().await == 1).await;
        assert_eq!(panics.left(), 0, "it panicked");
    }
}

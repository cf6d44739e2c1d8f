//! Vault stays sealed for three hours, and the lease ends meanwhile.

use std::time::{Duration, Instant};

use futures_util::future;
use secrets_config::{
    Secret, pool,
    vault::{Error, Vault, VaultSettings, login::AppRole},
};
use serde_json::Value;
use service_tests::{SOON, Servers};
use sqlx::postgres::PgConnectOptions;
use testkit::{Proxy, Service};

use crate::scene::{CREDS, FLOOR, HEALTH, HOUR, LOGIN, POOL, SECOND, Scene, Stage, least_pause, usual};

/// PostgreSQL lets sessions live on when their user's password is past its end. So those that are open serve on.
#[tokio::test]
async fn sessions_that_are_open_serve_on_past_the_end_of_their_lease() {
    let mut scene = Scene::start(usual()).await;
    let sealed = Instant::now();
    scene.servers.vault.restart().await.unwrap();
    scene.until(2 * HOUR, "expired", |status| status["state"] == "expired").await;
    while sealed.elapsed() < 3 * HOUR {
        let status = scene.status().await;
        assert_eq!(status["pool"]["size"], POOL, "no session is given up: {status}");
        tokio::time::sleep(FLOOR / 4).await;
    }

    let asked = scene.since(sealed, "/v1/");
    let health: Vec<_> = asked.iter().filter(|request| request.path == HEALTH).cloned().collect();
    assert!(least_pause(&health) >= FLOOR, "{health:?}");
    assert_eq!(scene.since(sealed, LOGIN).len() + scene.since(sealed, CREDS).len(), 0, "{asked:?}");
    let after = scene.end().await;
    after.assert_unharmed();
}

#[tokio::test]
async fn a_request_that_needs_another_session_fails_at_once() {
    let mut stage = Stage::set(usual()).await;
    let postgres = &stage.servers.postgres;
    let address = format!("{}:{}", postgres.host(), postgres.port()).parse().unwrap();
    let database = Proxy::tcp(address).await.unwrap();
    let port = database.address().port().to_string();
    let changes = [("DATABASE_PORT", port.as_str()), ("DATABASE_MAX_CONNECTIONS", "2")];
    let mut service = stage.service(&changes).await;
    service.wait_ready(SOON).await.unwrap();
    stage.servers.vault.restart().await.unwrap();
    until(2 * HOUR, async || status(&service).await["state"] == "expired").await;
    assert_eq!(status(&service).await["pool"]["size"], 1);

    // Longer than this two attempts to connect are not apart.
    let (began, opened) = (Instant::now(), database.connections());
    let in_use = async {
        let (status, body) = service.post("/slow?ms=10000").await.unwrap();
        assert_eq!(status, 201, "the session that is open serves on: {body}");
    };
    let others = async {
        let postgres = &stage.servers.postgres;
        until(SOON, async || postgres.query(OPEN).await.unwrap() == [["1"]]).await;
        let mut fastest = Duration::MAX;
        for _ in 0..5 {
            let asked = Instant::now();
            let (status, body) = service.get("/orders/count").await.unwrap();
            fastest = fastest.min(asked.elapsed());
            assert_eq!(status, 503, "{body}");
            assert!(body.to_string().contains("no valid login for the database for"), "{body}");
        }
        assert!(fastest < SECOND, "{fastest:?}");
        let said = service.output();
        let pinned = said.lines().find(|line| line.contains("no valid login: open connections are kept"));
        assert!(pinned.is_some_and(|line| line.contains("is sealed")), "{said}");
        assert_eq!(postgres.query(OPEN).await.unwrap(), [["1"]], "another session was free");
    };
    future::join(in_use, others).await;
    // It is back in the pool a moment after an answer, and serves who comes then.
    while began.elapsed() < 28 * SECOND {
        until(SOON, async || service.get("/orders/count").await.unwrap().0 == 200).await;
        tokio::time::sleep(FLOOR / 4).await;
    }
    let tried = database.connections() - opened;
    assert!(tried <= 1, "the server was asked {tried} times in {:?}", began.elapsed());
}

#[tokio::test]
async fn the_error_says_since_when_and_that_vault_is_sealed() {
    let mut stage = Stage::set(usual()).await;
    let Servers { app, postgres, .. } = &stage.servers;
    let login = AppRole::new(Secret::from(app.role_id.as_str()), Secret::from(app.secret_id.as_str()));
    let address = vault_tests::server(&[("VAULT_ADDR", &stage.servers.vault.address())]);
    let vault = Vault::builder(VaultSettings::new(address, login)).start().await.unwrap();
    let login = vault.database(&app.creds_path).await.unwrap();
    let place =
        PgConnectOptions::new_without_pgpass().host(postgres.host()).port(postgres.port()).database("app");
    let builder = pool::sqlx::postgres(login).connect_options(place);
    let (pool, rotation) = builder.connect_with_rotation().await.unwrap();
    let _in_use = pool.acquire().await.unwrap();

    stage.servers.vault.restart().await.unwrap();
    until(2 * HOUR, async || rotation.trouble().is_some()).await;
    let asked = Instant::now();
    let error = pool.acquire().await.unwrap_err();
    assert!(asked.elapsed() < SECOND, "{:?}", asked.elapsed());
    let error = rotation.observe(&error).unwrap();
    let pool::Error::NoValidCredentials { since, source: Some(source) } = error else { panic!("{error:?}") };
    assert!(since.elapsed() < SOON, "{since}");
    assert!(matches!(source.downcast_ref(), Some(Error::Sealed { .. })), "{source}");
    vault.shutdown().await;
}

const OPEN: &str = "select count(*) from pg_stat_activity where state = 'idle in transaction'";

async fn status(service: &Service) -> Value {
    service.get("/status").await.unwrap().1
}

async fn until(limit: Duration, is_so: impl AsyncFn() -> bool) {
    let began = Instant::now();
    while !is_so().await {
        assert!(began.elapsed() < limit, "it never came to be");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

//! Vault stays sealed for three hours, and the lease ends meanwhile.

use std::time::{Duration, Instant};

use futures_util::future;
use service_tests::SOON;
use testkit::Proxy;

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
    // A password is good for five seconds longer than its lease.
    tokio::time::sleep(HOUR + 6 * SECOND).await;
    let (_, status) = service.get("/status").await.unwrap();
    assert_eq!((&status["state"], &status["pool"]["size"]), (&"expired".into(), &1.into()), "{status}");

    let opened = database.connections();
    let in_use = service.post("/slow?ms=4000");
    let others = async {
        tokio::time::sleep(SECOND).await;
        for _ in 0..5 {
            let asked = Instant::now();
            let (status, body) = service.get("/orders/count").await.unwrap();
            assert_eq!(status, 500, "{body}");
            assert!(asked.elapsed() < SECOND, "{:?}: {body}", asked.elapsed());
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    let (in_use, ()) = future::join(in_use, others).await;
    assert_eq!(in_use.unwrap().0, 201, "the session that is open serves on");
    tokio::time::sleep(SECOND / 4).await;
    let (status, body) = service.get("/orders/count").await.unwrap();
    assert_eq!(status, 200, "{body}\n{}", service.output());
    // One finds out that the password has ended, and another makes sure.
    let tried = database.connections() - opened;
    assert!(tried <= 2, "the server was asked {tried} times");
}

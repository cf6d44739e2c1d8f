//! Vault stays sealed for three hours, and the lease ends meanwhile.

use std::time::Instant;

use crate::scene::{CREDS, FLOOR, HEALTH, HOUR, LOGIN, POOL, Scene, least_pause, usual};

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

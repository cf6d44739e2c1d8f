//! A policy stops letting the service read credentials.

use std::time::Instant;

use testkit::Provision;

use crate::scene::{CREDS, HOUR, LOGIN, Scene, lasting_token};

#[tokio::test]
async fn credentials_are_kept_to_their_end_and_new_ones_asked_for_once_a_minute() {
    let scene = Scene::start(Provision { lease_max_ttl: 2 * HOUR, ..lasting_token() }).await;
    let end = scene.proxy.requests(CREDS)[0].at + 2 * HOUR;
    let denied = Instant::now();
    let path = scene.servers.app.creds_path.clone();
    scene.servers.app.deny(&scene.servers.vault, &[&path]).await.unwrap();
    scene.until(2 * HOUR, "degraded", |status| status["state"] == "degraded").await;
    loop {
        let (is_ready, failed) = (scene.is_ready().await, scene.failed());
        // An answer that came later says nothing about the time before.
        if Instant::now() + HOUR / 12 >= end {
            break;
        }
        assert!(is_ready && failed == 0, "{}", scene.service.output());
        tokio::time::sleep(HOUR / 60).await;
    }
    assert!(scene.status().await["last_error"].as_str().unwrap().contains(&path));
    scene.until(HOUR, "expired", |status| status["state"] == "expired").await;

    let asked = scene.since(denied, CREDS);
    assert_eq!(asked.len(), 1, "{asked:?}");
    assert_eq!(scene.proxy.requests(LOGIN).len(), 2, "one for the next lease");
    assert_eq!(scene.since(asked[0].at, LOGIN).len(), 0, "the token is good");
}

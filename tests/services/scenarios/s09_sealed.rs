//! Vault restarts and stays sealed for half an hour, while no lease is due.

use std::time::Instant;

use crate::scene::{FLOOR, HEALTH, HOUR, LOGIN, Scene, least_pause, usual};

#[tokio::test]
async fn while_vault_is_sealed_nobody_notices_and_only_its_health_is_asked() {
    let mut scene = Scene::start(usual()).await;
    let sealed = Instant::now();
    scene.servers.vault.restart().await.unwrap();
    scene.until(HOUR / 2, "degraded", |status| status["state"] == "degraded").await;
    while sealed.elapsed() < HOUR / 2 {
        assert!(scene.is_ready().await, "{}", scene.service.output());
        tokio::time::sleep(FLOOR / 10).await;
    }
    let (asked, status) = (scene.since(sealed, "/v1/"), scene.status().await);
    assert!(status["last_error"].as_str().unwrap().contains("is sealed"), "{status}");
    scene.servers.vault.unseal().await.unwrap();
    scene.until(HOUR / 2, "ready", |status| status["state"] == "ready").await;

    let (health, others): (Vec<_>, Vec<_>) = asked.into_iter().partition(|request| request.path == HEALTH);
    assert!(!health.is_empty() && least_pause(&health) >= FLOOR, "{health:?}");
    assert!(others.len() <= 2, "a renewal of each meets the seal, and no other is sent: {others:?}");
    assert!(others.iter().all(|request| request.path != LOGIN), "{others:?}");
    tokio::time::sleep(HOUR / 2).await;
    let after = scene.end().await;
    after.assert_unharmed();
    assert_eq!(after.proxy.requests(LOGIN).len(), 1);
}

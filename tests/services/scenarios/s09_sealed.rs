//! Vault restarts and stays sealed for half an hour, while no lease is due.

use std::time::Instant;

use service_tests::SOON;
use testkit::Provision;

use crate::scene::{FLOOR, HEALTH, HOUR, LOGIN, SECOND, Scene, least_pause, usual};

/// Lives are long enough that a machine that is slow to start Vault again does not end them.
#[tokio::test]
async fn while_vault_is_sealed_nobody_notices_and_only_its_health_is_asked() {
    let lives = Provision { lease_ttl: 3 * HOUR, token_ttl: 3 * HOUR, token_max_ttl: 30 * HOUR, ..usual() };
    let mut scene = Scene::start(lives).await;
    scene.renewed_since(Instant::now()).await;
    let sealed = Instant::now();
    scene.servers.vault.restart().await.unwrap();
    let checks = || scene.since(sealed, HEALTH).len();
    while checks() < 3 {
        assert!(sealed.elapsed() < 3 * HOUR, "{}", scene.service.output());
        assert!(scene.is_ready().await, "{}", scene.service.output());
        tokio::time::sleep(SECOND / 10).await;
    }
    let (asked, status) = (scene.since(sealed, "/v1/"), scene.status().await);
    assert_eq!(status["state"], "degraded");
    assert!(status["last_error"].as_str().unwrap().contains("is sealed"), "{status}");
    scene.servers.vault.unseal().await.unwrap();
    scene.until(SOON, "ready", |status| status["state"] == "ready").await;

    let (health, others): (Vec<_>, Vec<_>) = asked.into_iter().partition(|request| request.path == HEALTH);
    assert!(least_pause(&health) >= FLOOR, "{health:?}");
    assert!(others.len() <= 2, "a renewal of each meets the seal, and no other is sent: {others:?}");
    assert!(others.iter().all(|request| request.path != LOGIN), "{others:?}");
    scene.renewed_since(Instant::now()).await;
    let after = scene.end().await;
    after.assert_unharmed();
    assert_eq!(after.proxy.requests(LOGIN).len(), 1);
}

//! The service starts while Vault is sealed.

use std::time::{Duration, Instant};

use service_tests::SOON;

use crate::scene::{FLOOR, HEALTH, LOGIN, SECOND, Stage, least_pause, usual};

#[tokio::test]
async fn a_start_waits_for_the_unsealing_and_says_so_once() {
    let stage = Stage::set(usual()).await;
    stage.servers.vault.seal().await.unwrap();
    let mut service = stage.service(&[]).await;
    service.wait_line("is sealed", SOON).await.unwrap();
    let began = Instant::now();
    while began.elapsed() < 8 * SECOND {
        assert_eq!(service.get("/healthz").await.unwrap().0, 200);
        assert_eq!(service.get("/readyz").await.unwrap().0, 503);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(stage.proxy.requests(LOGIN).len(), 1, "the one that found out");
    assert!(least_pause(&stage.proxy.requests(HEALTH)) >= FLOOR);
    let said = service.lines().iter().filter(|line| line.text.contains("is sealed")).count();
    assert_eq!(said, 1, "{}", service.output());

    stage.servers.vault.unseal().await.unwrap();
    service.wait_ready(5 * SECOND).await.unwrap();
}

//! The service starts while Vault is sealed.

use std::time::{Duration, Instant};

use service_tests::SOON;

use crate::machine::Probe;
use crate::scene::{FLOOR, HEALTH, LOGIN, SECOND, Stage, is_well, least_pause, usual};

/// As long as it may take at most until the end of the sealing is seen; a login follows within two seconds of that.
const LONGEST_PAUSE: Duration = Duration::from_secs(3);

#[tokio::test]
async fn a_start_waits_for_the_unsealing_and_says_so_once() {
    let stage = Stage::set(usual()).await;
    stage.servers.vault.seal().await.unwrap();
    let mut service = stage.service(&[]).await;
    let probe = Probe::start(&service);
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
    service.wait_ready(SOON).await.unwrap();
    let machine = probe.stop().await;
    let health = stage.proxy.requests(HEALTH);
    let good = health.iter().find(|check| is_well(check)).unwrap();
    for pair in health.windows(2) {
        machine.assert_within(LONGEST_PAUSE, &stage.proxy, pair[0].at, pair[1].at);
    }
    let logins = stage.proxy.requests(LOGIN);
    assert_eq!(logins.len(), 2, "{logins:?}");
    machine.assert_within(2 * SECOND, &stage.proxy, good.at, logins[1].at);
}

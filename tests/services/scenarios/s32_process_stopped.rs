//! The service does not run for a while, as when its container is frozen or its machine sleeps, and Vault goes on.
//!
//! It is stopped by a signal. That a machine's clocks go on differently while it sleeps is simulated.

use std::time::{Duration, Instant};

use service_tests::SOON;
use testkit::{Provision, Service};

use crate::machine::Probe;
use crate::scene::{CREDS, HOUR, LOGIN, RENEW_LEASE, SECOND, Stage, lasting_token, since, usual};

/// What is due is done within this, and what has ended is replaced within two seconds.
const LOOK: Duration = SECOND;
const RECOVERY: Duration = Duration::from_secs(2);

/// Starts the service, and stops it when its lease has just been renewed.
async fn stop_after_renewal(provision: Provision) -> (Stage, Service) {
    let stage = Stage::set(provision).await;
    let mut service = stage.service(&[]).await;
    service.wait_ready(SOON).await.unwrap();
    order(&service).await.unwrap();
    while !stage.proxy.requests(RENEW_LEASE).iter().any(|request| request.status == Some(200)) {
        tokio::time::sleep(SECOND / 50).await;
    }
    service.pause().await;
    (stage, service)
}

/// Has the service write a row.
async fn order(service: &Service) -> Result<(), u16> {
    match service.post("/orders").await.unwrap().0 {
        201 => Ok(()),
        status => Err(status),
    }
}

async fn generation(service: &Service) -> u64 {
    service.get("/status").await.unwrap().1["generation"].as_u64().unwrap()
}

#[tokio::test]
async fn a_service_stopped_for_more_than_half_a_lease_renews_it_at_once_and_is_unharmed() {
    let (stage, mut service) = stop_after_renewal(lasting_token()).await;
    tokio::time::sleep(HOUR.mul_f64(0.6)).await;
    let stopped = stage.proxy.requests(RENEW_LEASE).len();
    let woken = Instant::now();
    let probe = Probe::start(&service);
    service.resume().await;

    order(&service).await.unwrap();
    while stage.proxy.requests(RENEW_LEASE).len() == stopped {
        assert!(woken.elapsed() < SOON, "not renewed\n{}", service.output());
        tokio::time::sleep(SECOND / 50).await;
    }
    let late = stage.proxy.requests(RENEW_LEASE)[stopped].at;
    assert!(late >= woken, "it was not stopped");
    probe.stop().await.assert_within(LOOK, &stage.proxy, woken, late);
    tokio::time::sleep(HOUR / 2).await;
    order(&service).await.unwrap();
    let asked = [LOGIN, CREDS].map(|path| stage.proxy.requests(path).len());
    assert_eq!((asked, generation(&service).await), ([1, 1], 1));
}

/// Stops the service until Vault has taken back all that it held, and asserts that it asks for nothing but new logins
/// then.
async fn stop_past_the_end(provision: Provision, logins: usize) {
    let (stage, mut service) = stop_after_renewal(provision).await;
    tokio::time::sleep(HOUR).await;
    assert_eq!(stage.servers.left_over().await, (0, 0));
    let woken = Instant::now();
    let probe = Probe::start(&service);
    service.resume().await;

    let mut last = Err(0);
    while last.is_err() || generation(&service).await < 2 {
        assert!(woken.elapsed() < SOON, "{last:?}:\n{}", service.output());
        tokio::time::sleep(SECOND / 50).await;
        last = order(&service).await;
    }
    let recovered = Instant::now();
    probe.stop().await.assert_within(RECOVERY, &stage.proxy, woken, recovered);
    for _ in 0..50 {
        order(&service).await.unwrap();
    }
    let asked = [LOGIN, CREDS].map(|path| since(&stage.proxy, woken, path).len());
    assert_eq!((asked, generation(&service).await), ([logins, 1], 2));
    let renewed = since(&stage.proxy, woken, RENEW_LEASE);
    assert!(
        renewed.iter().all(|request| request.status == Some(200)),
        "what had ended was renewed: {renewed:?}"
    );
}

#[tokio::test]
async fn a_service_stopped_past_the_end_of_its_lease_has_another_within_two_seconds() {
    stop_past_the_end(lasting_token(), 0).await;
}

#[tokio::test]
async fn a_service_stopped_past_the_end_of_its_token_has_another_within_two_seconds() {
    stop_past_the_end(usual(), 1).await;
}

//! The server that leads is gone, and a standby answers until another one leads.

use std::time::Instant;

use service_tests::{SOON, binary};
use testkit::{Cluster, Fault, Load, Postgres, Provision, Service, When};

use crate::scene::{HEALTH, HOUR, LOGIN, SECOND, Scene, usual};

/// Lives that no election outlasts, on however slow a machine.
fn lasting() -> Provision {
    Provision { lease_ttl: 2 * HOUR, token_ttl: 2 * HOUR, token_max_ttl: 40 * HOUR, ..usual() }
}

/// Waits until a lease was renewed.
async fn renewed(service: &Service) {
    let count = async || service.get("/status").await.unwrap().1["renewals"].as_u64().unwrap();
    let (began, before) = (Instant::now(), count().await);
    // Token and lease: one of two may have been on its way.
    while count().await < before + 2 {
        assert!(began.elapsed() < 4 * HOUR, "not renewed\n{}", service.output());
        tokio::time::sleep(SECOND / 20).await;
    }
}

#[tokio::test]
async fn the_election_of_a_leader_is_noticed_by_nobody() {
    let (mut cluster, postgres, binary) =
        tokio::try_join!(Cluster::start(), Postgres::start(), binary()).unwrap();
    let app = lasting().apply(cluster.leader().await.unwrap(), &postgres).await.unwrap();
    let env = app.example_env(cluster.standby().await.unwrap(), &postgres);
    let mut service = Service::start(binary, env).await.unwrap();
    service.wait_ready(SOON).await.unwrap();
    let load = Load::start(service.address(), 200).unwrap();
    renewed(&service).await;
    cluster.kill_leader().await.unwrap();
    cluster.leader().await.unwrap();
    renewed(&service).await;

    let summary = load.stop().await;
    assert_eq!(summary.failed(), 0, "{}", service.output());
    let (_, status) = service.get("/status").await.unwrap();
    assert_eq!((&status["state"], &status["logins"]), (&"ready".into(), &1.into()), "{}", service.output());
    assert!(app.leases(cluster.leader().await.unwrap()).await.unwrap() == 1);
}

#[tokio::test]
async fn what_a_standby_answers_is_no_reason_to_log_in_again() {
    let scene = Scene::start(lasting()).await;
    let elsewhere = Fault::redirect("http://127.0.0.1:1");
    for (answer, health) in [
        (elsewhere, Fault::status(429)),
        (Fault::status(500), Fault::status(473)),
        (Fault::status(503), Fault::status(474)),
        (Fault::status(500), Fault::status(503)),
    ] {
        scene.proxy.inject(When::always(), answer);
        scene.proxy.inject(When::path(HEALTH), health);
        scene.until(2 * HOUR, "degraded", |status| status["state"] == "degraded").await;
        assert!(scene.is_ready().await);
        let began = Instant::now();
        // Until somebody has heard it again.
        while scene.since(began, "/v1/").is_empty() {
            assert!(began.elapsed() < SOON && scene.is_ready().await, "{}", scene.service.output());
            tokio::time::sleep(SECOND / 20).await;
        }
        scene.proxy.clear();
        scene.until(SOON, "ready", |status| status["state"] == "ready").await;
    }
    let after = scene.end().await;
    after.assert_unharmed();
    assert_eq!(after.proxy.requests(LOGIN).len(), 1);
}

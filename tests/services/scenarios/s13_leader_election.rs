//! The server that leads is gone, and a standby answers until another one leads.

use service_tests::{SOON, binary};
use testkit::{Cluster, Fault, Load, Postgres, Service, When};

use crate::scene::{HEALTH, HOUR, LOGIN, SECOND, Scene, usual};

#[tokio::test]
async fn the_election_of_a_leader_is_noticed_by_nobody() {
    let (mut cluster, postgres, binary) =
        tokio::try_join!(Cluster::start(), Postgres::start(), binary()).unwrap();
    let app = usual().apply(cluster.leader().await.unwrap(), &postgres).await.unwrap();
    let env = app.example_env(cluster.standby().await.unwrap(), &postgres);
    let mut service = Service::start(binary, env).await.unwrap();
    service.wait_ready(SOON).await.unwrap();
    let load = Load::start(service.address(), 200).unwrap();
    tokio::time::sleep(SECOND).await;
    cluster.kill_leader().await.unwrap();
    tokio::time::sleep(3 * HOUR / 2).await;

    let summary = load.stop().await;
    assert_eq!(summary.failed(), 0, "{}", service.output());
    let (_, status) = service.get("/status").await.unwrap();
    assert_eq!((&status["state"], &status["logins"]), (&"ready".into(), &1.into()), "{}", service.output());
    assert!(app.leases(cluster.leader().await.unwrap()).await.unwrap() == 1);
}

#[tokio::test]
async fn what_a_standby_answers_is_no_reason_to_log_in_again() {
    let scene = Scene::start(usual()).await;
    let elsewhere = Fault::redirect("http://127.0.0.1:1");
    for (answer, health) in [
        (elsewhere, Fault::status(429)),
        (Fault::status(500), Fault::status(473)),
        (Fault::status(503), Fault::status(474)),
        (Fault::status(500), Fault::status(503)),
    ] {
        scene.proxy.inject(When::always(), answer);
        scene.proxy.inject(When::path(HEALTH), health);
        scene.until(HOUR / 2, "degraded", |status| status["state"] == "degraded").await;
        assert!(scene.is_ready().await);
        tokio::time::sleep(SECOND).await;
        scene.proxy.clear();
        scene.until(HOUR / 2, "ready", |status| status["state"] == "ready").await;
    }
    let after = scene.end().await;
    after.assert_unharmed();
    assert_eq!(after.proxy.requests(LOGIN).len(), 1);
}

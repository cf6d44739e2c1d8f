//! The service ends, in good order and not.

use std::time::{Duration, Instant};

use service_tests::SOON;
use testkit::{Fault, When};

use crate::machine::Probe;
use crate::scene::{HOUR, REVOKE_TOKEN, SECOND, Scene, Stage, usual};

const REVOKE_LEASE: &str = "/v1/sys/leases/revoke";
/// How long Vault may hold the end up; the rest of the ten seconds is the requests'.
const GIVE_UP: Duration = Duration::from_secs(5);

#[tokio::test]
async fn a_service_that_is_told_to_end_gives_everything_back() {
    let mut scene = Scene::start(usual()).await;
    scene.renewed_since(Instant::now()).await;
    let told = Instant::now();
    scene.service.terminate().await;
    assert_eq!(scene.service.wait_exit(SOON).await.unwrap().code(), Some(0), "{}", scene.service.output());
    let ended = Instant::now();
    let after = scene.end().await;
    assert_eq!(after.servers.left_over().await, (0, 0));
    assert_eq!(after.servers.app.tokens(&after.servers.vault).await.unwrap(), 0);

    // While requests are finished their login is kept alive; from the first that is given back on nothing is.
    let asked = after.proxy.requests("/v1/");
    let asked = &asked[asked.iter().position(|request| request.path == REVOKE_LEASE).unwrap()..];
    let paths: Vec<_> = asked.iter().map(|request| request.path.as_str()).collect();
    assert_eq!(paths, [REVOKE_LEASE, REVOKE_TOKEN]);
    after.assert_within(GIVE_UP, asked[0].at, ended);
    after.assert_within(10 * SECOND, told, ended);
}

/// A Vault that takes requests and never answers is the worst case: one that is gone refuses at once.
#[tokio::test]
async fn a_vault_that_does_not_answer_is_given_up_in_time() {
    let stage = Stage::set(usual()).await;
    let mut service = stage.service(&[]).await;
    service.wait_ready(SOON).await.unwrap();
    let probe = Probe::start(&service);
    stage.proxy.inject(When::always(), Fault::Stall);
    service.terminate().await;
    assert_eq!(service.wait_exit(SOON).await.unwrap().code(), Some(0));
    let ended = Instant::now();
    let [lease, token] = [REVOKE_LEASE, REVOKE_TOKEN].map(|path| stage.proxy.requests(path)[0].at);
    assert!(lease < token);
    probe.stop().await.assert_within(GIVE_UP, &stage.proxy, lease, ended);
    assert!(service.output().contains("left to end by themselves"), "{}", service.output());
}

#[tokio::test]
async fn a_service_that_is_killed_leaves_one_lease_that_ends_by_its_time() {
    let stage = Stage::set(usual()).await;
    let mut service = stage.service(&[]).await;
    service.wait_ready(SOON).await.unwrap();
    service.kill().await;
    service.wait_exit(SOON).await.unwrap();
    assert_eq!(stage.servers.app.leases(&stage.servers.vault).await.unwrap(), 1);
    tokio::time::sleep(HOUR).await;
    assert_eq!(stage.servers.left_over().await, (0, 0));
}

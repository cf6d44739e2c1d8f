//! Vault makes a database user, and its answer does not arrive.

use std::time::Duration;

use serde_json::Value;
use testkit::{Fault, Provision, Seen, When};

use crate::scene::{CREDS, LOGIN, Scene, Stage, lasting_token};

/// The orphan lives for its lease, so leases are long here.
fn provision() -> Provision {
    let ttl = Duration::from_secs(120);
    Provision { lease_ttl: ttl, ..lasting_token() }
}

#[tokio::test]
async fn an_answer_that_takes_too_long_costs_one_user_that_goes_with_the_token() {
    let stage = Stage::set(provision()).await;
    stage.proxy.inject(When::path(CREDS).times(1), Fault::Hold(Duration::from_secs(40)));
    let mut service = stage.service(&[]).await;
    service.wait_ready(Duration::from_secs(40)).await.unwrap();

    assert_eq!(stage.proxy.requests(CREDS).len(), 2);
    let users = stage.servers.app.database_users(&stage.servers.postgres).await.unwrap();
    assert!((1..=2).contains(&users.len()), "{users:?}");
    assert!(service.output().contains("no answer to database/creds/app-role within"), "{}", service.output());
    service.terminate().await;
    assert_eq!(service.wait_exit(Duration::from_secs(10)).await.unwrap().code(), Some(0));
    assert_eq!(stage.servers.left_over().await, (0, 0));
}

#[tokio::test]
async fn a_connection_that_breaks_before_the_answer_is_noticed_by_nobody() {
    let scene = Scene::with(provision(), &[("DATABASE_LOGIN_MAX_AGE", "5")]).await;
    scene.proxy.inject(When::path(CREDS).times(1), Fault::CutAnswer);
    let is_lost = |request: &Seen| request.status.is_none();
    while !scene.proxy.requests(CREDS).iter().any(is_lost) {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let before = scene.status().await["generation"].as_u64();
    let is_next = |status: &Value| status["generation"].as_u64() > before;
    scene.until(Duration::from_secs(20), "replaced", is_next).await;
    let after = scene.end().await;
    after.assert_unharmed();
    assert_eq!(after.proxy.requests(LOGIN).len(), 1);
}

//! A lease reaches its own greatest lifetime: a renewal grants less than was asked for.

use std::time::Instant;

use service_tests::SOON;
use testkit::Provision;

use crate::scene::{CREDS, HOUR, LOGIN, RENEW_LEASE, SECOND, Scene, lasting_token};

#[tokio::test]
async fn a_lease_that_gets_less_than_it_asks_for_is_replaced_at_once() {
    let scene = Scene::start(Provision { lease_max_ttl: 2 * HOUR, ..lasting_token() }).await;
    scene.until(3 * HOUR, "replaced", |status| status["generation"] == 2).await;

    let creds = scene.proxy.requests(CREDS);
    let renewals = scene.proxy.requests(RENEW_LEASE);
    let truncated = renewals.iter().rfind(|renewal| renewal.at < creds[1].at).unwrap();
    let granted: serde_json::Value = serde_json::from_str(&truncated.answer).unwrap();
    assert!(granted["lease_duration"].as_u64().unwrap() < HOUR.as_secs(), "{granted}");

    scene.drained(2).await;
    let (app, vault) = (&scene.servers.app, &scene.servers.vault);
    let began = Instant::now();
    while app.leases(vault).await.unwrap() > 1 {
        assert!(began.elapsed() < SOON, "the old lease is kept\n{}", scene.service.output());
        tokio::time::sleep(SECOND / 20).await;
    }
    let after = scene.end().await;
    after.assert_unharmed();
    after.assert_within(2 * SECOND, truncated.at, creds[1].at);
    assert_eq!(after.proxy.requests(LOGIN).len(), 2, "the next lease comes with the next token");
    assert_eq!(after.servers.app.database_users(&after.servers.postgres).await.unwrap().len(), 1);
}

//! Vault cannot reach the database when credentials are renewed and read.

use std::time::Instant;

use serde_json::Value;
use service_tests::SOON;
use testkit::{Fault, Provision, Proxy, When};

use crate::scene::{CREDS, FLOOR, HOUR, LOGIN, RENEW_LEASE, SECOND, Scene, lasting_token, least_pause};

#[tokio::test]
async fn a_database_that_vault_cannot_reach_is_waited_for_without_another_login() {
    let scene = Scene::start(Provision { lease_ttl: 3 * HOUR, ..lasting_token() }).await;
    let servers = &scene.servers;
    let database = format!("{}:{}", servers.postgres.host(), servers.postgres.port()).parse().unwrap();
    let between = Proxy::tcp(database).await.unwrap();
    let port = between.address().port();
    servers.app.move_database(&servers.vault, &servers.postgres, port).await.unwrap();

    // Until a lease that could not be renewed cannot be replaced either.
    let down = Instant::now();
    between.inject(When::always(), Fault::Cut);
    between.cut();
    while scene.since(down, CREDS).len() < 2 {
        assert!(down.elapsed() < 3 * HOUR && scene.is_ready().await, "{}", scene.service.output());
        tokio::time::sleep(SECOND / 20).await;
    }
    let is_told =
        |status: &Value| status["last_error"].as_str().is_some_and(|error| error.contains("cannot serve"));
    scene.until(SOON, "told of", is_told).await;
    between.clear();
    scene.until(HOUR, "replaced", |status| status["generation"] == 2).await;
    scene.drained(2).await;

    let (renewals, creds) = (scene.since(down, RENEW_LEASE), scene.since(down, CREDS));
    assert!(least_pause(&renewals) >= FLOOR && least_pause(&creds) >= FLOOR, "{renewals:?} {creds:?}");
    let after = scene.end().await;
    after.assert_unharmed();
    let logins = after.proxy.requests(LOGIN);
    assert_eq!(logins.len(), 2, "one for the next lease");
    assert!(logins[1].at < creds[0].at, "none because it cannot be read: {logins:?} {creds:?}");
}

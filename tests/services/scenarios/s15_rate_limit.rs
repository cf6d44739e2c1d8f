//! Vault answers 429: a quota is used up.

use std::time::Instant;

use testkit::{Fault, Provision, Seen, When};

use crate::scene::{
    Aftermath, CREDS, FLOOR, HOUR, LOGIN, RENEW_LEASE, SECOND, Scene, lasting_token, least_pause, since,
};

/// Asserts that once Vault has said 429 no two requests of any kind begin within a second.
fn assert_slow_from(after: &Aftermath, limited: &Seen) {
    let later = since(&after.proxy, limited.answered_at.unwrap(), "/v1/");
    assert!(!later.is_empty(), "nothing came after it");
    let requests = [vec![limited.clone()], later].concat();
    after.assert_a_second_apart(&requests);
}

#[tokio::test]
async fn the_wait_that_vault_asks_for_is_kept() {
    // Vault may not ask for so much that a lease ends meanwhile, so leases are long enough.
    let scene = Scene::start(Provision { lease_ttl: 2 * HOUR, ..lasting_token() }).await;
    let began = Instant::now();
    scene.proxy.inject(When::path(RENEW_LEASE).times(1), Fault::retry_after(2));
    tokio::time::sleep(3 * HOUR / 2).await;
    let renewals = scene.since(began, RENEW_LEASE);
    assert_eq!(renewals[0].status, Some(429), "{renewals:?}");
    assert!(renewals[1].at - renewals[0].answered_at.unwrap() >= 2 * SECOND, "{renewals:?}");
    assert_eq!(renewals[1].status, Some(200));
    let after = scene.end().await;
    after.assert_unharmed();
    after.assert_within(4 * SECOND, renewals[0].at, renewals[1].at);
    assert_slow_from(&after, &renewals[0]);
}

#[tokio::test]
async fn without_a_wait_to_keep_renewals_are_tried_again_with_pauses_and_in_time() {
    let scene = Scene::start(lasting_token()).await;
    // One request in seven seconds, when the service wants one in four or so.
    scene.servers.vault.admin().limit_rate("sys/leases/renew", 7 * SECOND, false).await.unwrap();
    tokio::time::sleep(5 * HOUR / 2).await;
    let after = scene.end().await;
    after.assert_unharmed();
    let renewals = after.proxy.requests(RENEW_LEASE);
    let limited = renewals.iter().find(|renewal| renewal.status == Some(429)).unwrap();
    assert_slow_from(&after, limited);
    assert!(least_pause(&renewals) >= FLOOR, "{renewals:?}");
    assert_eq!((after.proxy.requests(LOGIN).len(), after.proxy.requests(CREDS).len()), (1, 1));
}

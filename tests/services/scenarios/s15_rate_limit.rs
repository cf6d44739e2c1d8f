//! Vault answers 429: a quota is used up.

use std::time::Instant;

use testkit::{Fault, Provision, When};

use crate::scene::{CREDS, FLOOR, HOUR, LOGIN, RENEW_LEASE, SECOND, Scene, lasting_token, least_pause};

#[tokio::test]
async fn the_wait_that_vault_asks_for_is_kept() {
    // Vault may not ask for so much that a lease ends meanwhile, so leases are long enough.
    let scene = Scene::start(Provision { lease_ttl: 2 * HOUR, ..lasting_token() }).await;
    let began = Instant::now();
    scene.proxy.inject(When::path(RENEW_LEASE).times(1), Fault::retry_after(2));
    tokio::time::sleep(3 * HOUR / 2).await;
    let renewals = scene.since(began, RENEW_LEASE);
    assert_eq!(renewals[0].status, Some(429), "{renewals:?}");
    let pause = renewals[1].at - renewals[0].at;
    assert!((2 * SECOND..4 * SECOND).contains(&pause), "{pause:?}");
    assert_eq!(renewals[1].status, Some(200));
    scene.end().await.assert_unharmed();
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
    assert!(renewals.iter().any(|renewal| renewal.status == Some(429)), "{renewals:?}");
    assert!(least_pause(&renewals) >= FLOOR, "{renewals:?}");
    assert_eq!((after.proxy.requests(LOGIN).len(), after.proxy.requests(CREDS).len()), (1, 1));
}

//! Nothing goes wrong: credentials are renewed and replaced, and nobody notices.

use std::time::Instant;

use crate::scene::{CREDS, HOUR, LOGIN, RENEW_LEASE, Scene, usual};

#[tokio::test]
async fn a_service_asks_little_of_vault_and_leaves_nothing_behind() {
    let began = Instant::now();
    let scene = Scene::start(usual()).await;
    tokio::time::sleep(HOUR * 9 / 2).await;
    let after = scene.end().await;
    after.assert_unharmed();

    // Tokens live for four hours: this is the second one.
    let count = |path: &str| after.proxy.requests(path).len();
    assert_eq!((count(LOGIN), count(CREDS)), (2, 2), "{}", after.service.output());
    let hours = began.elapsed().div_duration_f64(HOUR);
    let renewals = count(RENEW_LEASE);
    assert!(renewals as f64 <= 3.0 * hours, "{renewals} in {hours:.1} hours");
    assert_eq!(after.servers.app.leases(&after.servers.vault).await.unwrap(), 1);
    assert_eq!(after.servers.app.tokens(&after.servers.vault).await.unwrap(), 1);
}

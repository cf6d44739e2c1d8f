//! Vault has forgotten a lease, as after the restore of a backup, and the database user is still there.

use std::time::Instant;

use crate::scene::{CREDS, LOGIN, RENEW_LEASE, SECOND, Scene, lasting_token};

#[tokio::test]
async fn a_lease_that_vault_does_not_know_is_replaced_within_two_seconds() {
    let scene = Scene::start(lasting_token()).await;
    let forgotten = Instant::now();
    let (app, vault) = (&scene.servers.app, &scene.servers.vault);
    app.keep_users(vault, true).await.unwrap();
    vault.admin().revoke_lease(&app.lease_ids(vault).await.unwrap()[0]).await.unwrap();
    app.keep_users(vault, false).await.unwrap();

    let swapped = scene.swapped(2).await;
    // One that was on its way may still have been granted.
    let renewals = scene.since(forgotten, RENEW_LEASE);
    let refused = renewals.iter().find(|renewal| renewal.status != Some(200)).unwrap();
    assert_eq!(refused.status, Some(400));
    let read = scene.since(forgotten, CREDS)[0].at;
    scene.drained(2).await;
    let after = scene.end().await;
    after.assert_unharmed();
    after.assert_within(2 * SECOND, refused.at, read);
    after.assert_within(2 * SECOND, refused.at, swapped);
    assert_eq!((after.proxy.requests(LOGIN).len(), after.proxy.requests(CREDS).len()), (1, 2));
}

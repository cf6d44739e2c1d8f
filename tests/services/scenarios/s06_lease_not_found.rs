//! Vault has forgotten a lease, as after the restore of a backup, and the database user is still there.

use std::time::Instant;

use crate::scene::{CREDS, HOUR, LOGIN, RENEW_LEASE, SECOND, Scene, lasting_token};

#[tokio::test]
async fn a_lease_that_vault_does_not_know_is_replaced_within_two_seconds() {
    let scene = Scene::start(lasting_token()).await;
    let forgotten = Instant::now();
    let (app, vault) = (&scene.servers.app, &scene.servers.vault);
    app.keep_users(vault, true).await.unwrap();
    vault.admin().revoke_lease(&app.lease_ids(vault).await.unwrap()[0]).await.unwrap();
    app.keep_users(vault, false).await.unwrap();

    scene.until(HOUR, "replaced", |status| status["generation"] == 2).await;
    let refused = scene.since(forgotten, RENEW_LEASE);
    assert_eq!(refused[0].status, Some(400));
    let pause = scene.since(forgotten, CREDS)[0].at - refused[0].at;
    assert!(pause <= 2 * SECOND, "{pause:?} after the renewal");
    scene.drained(2).await;
    let after = scene.end().await;
    after.assert_unharmed();
    assert_eq!((after.proxy.requests(LOGIN).len(), after.proxy.requests(CREDS).len()), (1, 2));
}

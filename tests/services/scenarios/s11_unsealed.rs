//! Somebody unseals Vault after every lease has ended. Vault revokes them all at once.

use std::time::Instant;

use service_tests::SOON;

use crate::scene::{CREDS, HEALTH, HOUR, LOGIN, SECOND, Scene, is_well, usual};

#[tokio::test]
async fn within_seconds_of_the_unsealing_there_are_new_credentials_and_they_serve() {
    let mut scene = Scene::start(usual()).await;
    let sealed = Instant::now();
    scene.servers.vault.restart().await.unwrap();
    tokio::time::sleep(HOUR * 3 / 2).await;
    assert_eq!(scene.failed(), 0, "{}", scene.service.output());
    let unsealed = Instant::now();
    scene.servers.vault.unseal().await.unwrap();
    scene.until(SOON, "ready", |status| status["state"] == "ready").await;
    scene.drained(2).await;

    let good = scene.since(sealed, HEALTH).into_iter().find(is_well).unwrap();
    let (login, creds) = (scene.since(unsealed, LOGIN), scene.since(unsealed, CREDS));
    assert_eq!((login.len(), creds.len()), (1, 1), "{login:?} {creds:?}");

    // What Vault revoked before the new credentials were there could not serve.
    let after = scene.end().await;
    after.assert_within(2 * SECOND, good.at, login[0].at);
    if let Some(last) = after.last_failure() {
        after.assert_within(5 * SECOND, good.at, last);
    }
}

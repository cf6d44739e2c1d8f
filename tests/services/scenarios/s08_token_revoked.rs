//! An operator revokes the token of the service, and with it the database user that is in use.

use std::time::Instant;

use crate::scene::{CREDS, LOGIN, LOOK_UP_TOKEN, SECOND, Scene, usual};

/// The sessions that are open lose their rights at once. How fast a pool notices that is s07; here nobody tells, and the
/// next renewal finds out.
#[tokio::test]
async fn a_denied_renewal_leads_by_a_look_at_the_token_to_one_login_and_new_credentials() {
    let scene = Scene::start(usual()).await;
    tokio::time::sleep(SECOND).await;
    let revoked = Instant::now();
    scene.servers.app.revoke_tokens(&scene.servers.vault).await.unwrap();
    let gone = Instant::now();
    let swapped = scene.swapped(2).await;
    scene.drained(2).await;
    assert_eq!(scene.status().await["state"], "ready");

    let denied =
        scene.since(revoked, "/v1/").into_iter().find(|request| request.status == Some(403)).unwrap();
    let order: Vec<_> = [LOOK_UP_TOKEN, LOGIN, CREDS].map(|path| scene.since(denied.at, path)).into();
    assert!(order.iter().all(|requests| requests.len() == 1), "{order:?}");
    assert!(order.iter().flatten().is_sorted_by_key(|request| request.at), "{order:?}");

    let mended = Instant::now();
    tokio::time::sleep(3 * SECOND).await;
    let after = scene.end().await;
    after.assert_within(2 * SECOND, denied.at, swapped);
    let last = after.last_due_to_fail().unwrap();
    after.assert_within(2 * SECOND, gone, last);
    let (failures, said) = (after.failures_since(mended), after.service.output());
    assert!(failures.is_empty(), "sessions of the old user were handed out: {failures:?}\n{said}");
}

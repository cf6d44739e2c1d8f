//! An operator revokes the lease under load: the database user is gone, and the token lives.

use std::time::Instant;

use serde_json::json;

use crate::scene::{CREDS, LOGIN, SECOND, Scene, lasting_token};

/// The pool finds that its user is gone, and Vault that the lease is.
#[tokio::test]
async fn what_the_sessions_say_leads_to_new_credentials_with_the_same_token() {
    let scene = Scene::start(lasting_token()).await;
    tokio::time::sleep(SECOND).await;
    let revoked = Instant::now();
    let prefix = format!("sys/leases/revoke-prefix/{}", scene.servers.app.creds_path);
    scene.servers.vault.admin().put(&prefix, json!({ "sync": true })).await.unwrap();
    let gone = Instant::now();
    scene.swapped(2).await;
    scene.drained(2).await;
    assert_eq!(scene.status().await["state"], "ready");
    assert_eq!((scene.since(revoked, LOGIN).len(), scene.since(revoked, CREDS).len()), (0, 1));

    let mended = Instant::now();
    tokio::time::sleep(3 * SECOND).await;
    let after = scene.end().await;
    let last = after.last_due_to_fail().expect("statements of sessions whose user is gone fail");
    after.assert_within(2 * SECOND, gone, last);
    let (failures, said) = (after.failures_since(mended), after.service.output());
    assert!(failures.is_empty(), "sessions of the old user were handed out: {failures:?}\n{said}");
}

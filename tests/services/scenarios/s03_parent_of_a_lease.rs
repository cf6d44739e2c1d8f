//! A lease is due when its token is about to end.

use serde_json::Value;
use testkit::{Fault, Provision, When};

use crate::scene::{CREDS, HOUR, LOGIN, SECOND, Scene, usual};

/// Leases are replaced every few seconds, and each login takes long: they are due while a token is leaving.
#[tokio::test]
async fn no_lease_is_read_with_a_token_that_is_about_to_end() {
    let provision = Provision { token_ttl: 2 * HOUR, token_max_ttl: 4 * HOUR, ..usual() };
    let scene = Scene::with(provision, &[("DATABASE_LOGIN_MAX_AGE", "5")]).await;
    scene.proxy.inject(When::path(LOGIN), Fault::Hold(2 * SECOND));
    scene.until(5 * HOUR, "logged in again", |status| status["logins"].as_u64() >= Some(4)).await;
    tokio::time::sleep(SECOND).await;
    let mut after = scene.end().await;
    after.assert_unharmed();

    let (logins, creds) = (after.proxy.requests(LOGIN), after.proxy.requests(CREDS));
    let tokens: Vec<_> = logins
        .iter()
        .filter_map(|login| serde_json::from_str::<Value>(&login.answer).ok())
        .filter_map(|answer| answer["auth"]["client_token"].as_str().map(str::to_owned))
        .collect();
    let used: Vec<_> = creds.iter().filter_map(|request| request.token.clone()).collect();
    assert!(used.len() >= 4 && tokens.starts_with(&used), "each is read with a token of its own: {creds:?}");

    // What is in use hangs on the last of them alone.
    after.service.kill().await;
    let servers = &after.servers;
    for token in &tokens[used.len() - 1..] {
        servers.vault.admin().revoke_token(token).await.unwrap();
    }
    assert_eq!(servers.left_over().await, (0, 0), "the lease did not hang on this token");
}

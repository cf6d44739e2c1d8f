//! A lease is due when its token is about to end.

use serde_json::Value;
use testkit::{Fault, Provision, When};

use crate::scene::{CREDS, HOUR, LOGIN, SECOND, Scene, usual};

/// Leases are replaced every few seconds, and the login that follows the first one takes long: several are due while the
/// first token is leaving. One that was read with it would be good for minutes at most.
#[tokio::test]
async fn no_lease_is_read_with_a_token_that_is_about_to_end() {
    let provision = Provision { token_ttl: 2 * HOUR, token_max_ttl: 4 * HOUR, ..usual() };
    let scene = Scene::with(provision, &[("DATABASE_LOGIN_MAX_AGE", "5")]).await;
    scene.proxy.inject(When::path(LOGIN), Fault::Hold(5 * SECOND));
    scene.until(5 * HOUR, "logged in again", |status| status["logins"] == 2).await;
    tokio::time::sleep(HOUR / 2).await;
    let mut after = scene.end().await;
    after.assert_unharmed();

    let (logins, creds) = (after.proxy.requests(LOGIN), after.proxy.requests(CREDS));
    assert_eq!(logins.len(), 2, "{logins:?}");
    let token = |login: usize| {
        let answer: Value = serde_json::from_str(&logins[login].answer).unwrap();
        answer["auth"]["client_token"].as_str().map(str::to_owned)
    };
    let (old, new) = (token(0), token(1));
    assert!(creds.iter().filter(|request| request.token == old).count() >= 2, "{creds:?}");
    for request in &creds {
        let is_late = request.at >= logins[1].at;
        assert_eq!(
            request.token == new,
            is_late,
            "{request:?} {:?} after the login",
            request.at - logins[1].at
        );
    }

    // What is in use hangs on the new token alone.
    after.service.kill().await;
    let servers = &after.servers;
    servers.vault.admin().revoke_token(&new.unwrap()).await.unwrap();
    assert_eq!(servers.left_over().await, (0, 0), "the lease did not hang on this token");
}

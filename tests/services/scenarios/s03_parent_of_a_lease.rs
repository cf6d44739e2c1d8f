//! A lease is due when its token is about to end.

use std::time::Duration;

use testkit::{Fault, Provision, When};

use crate::scene::{CREDS, HOUR, LOGIN, Scene, usual};

/// The token is to be replaced from a third before its end, and the login takes long. A lease that comes of age
/// meanwhile would live for minutes only if it were read with the token that is leaving.
#[tokio::test]
async fn a_lease_is_never_read_with_a_token_that_is_about_to_end() {
    let provision = Provision { token_max_ttl: 2 * HOUR, ..usual() };
    let scene = Scene::with(provision, &[("DATABASE_LOGIN_MAX_AGE", "18")]).await;
    scene.proxy.inject(When::path(LOGIN), Fault::Hold(Duration::from_secs(4)));
    scene.until(3 * HOUR, "replaced", |status| status["generation"] == 2).await;

    let (servers, creds) = (&scene.servers, scene.proxy.requests(CREDS));
    assert_eq!(creds.len(), 2, "{creds:?}");
    let tokens: Vec<_> = creds.iter().map(|request| request.token.clone().unwrap()).collect();
    assert_ne!(tokens[0], tokens[1]);
    let last = servers.vault.admin().look_up_token(&tokens[1]).await.unwrap();
    assert!(last.ttl >= HOUR / 2, "{last:?}");

    // The lease in use hangs on the new token alone: it survives the end of the old one.
    let _may_be_gone = servers.vault.admin().revoke_token(&tokens[0]).await;
    let after = scene.end().await;
    after.assert_unharmed();
    assert_eq!(after.servers.app.leases(&after.servers.vault).await.unwrap(), 1);
    after.servers.vault.admin().revoke_accessor(&last.accessor).await.unwrap();
    assert_eq!(after.servers.left_over().await, (0, 0), "the lease did not hang on this token");
}

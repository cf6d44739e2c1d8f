//! A token reaches its greatest lifetime, and takes its leases along when it ends.

use std::time::{Duration, Instant};

use service_tests::SOON;
use testkit::Provision;

use crate::scene::{CREDS, HOUR, LOGIN, REVOKE_TOKEN, Scene, usual};

#[tokio::test]
async fn everything_is_new_before_the_token_ends_and_the_old_token_goes_after_its_last_session() {
    let scene = Scene::start(Provision { token_max_ttl: 3 * HOUR, ..usual() }).await;
    let old = scene.servers.app.database_users(&scene.servers.postgres).await.unwrap().remove(0);
    let end = scene.proxy.requests(LOGIN)[0].at + 3 * HOUR;
    let sessions = format!("select count(*) from pg_stat_activity where usename = '{old}'");

    // What a new connection is opened with counts, and not what is known to be there.
    let (mut last_busy, mut swapped) = (None, None);
    while Instant::now() < end || scene.proxy.requests(REVOKE_TOKEN).is_empty() {
        assert!(Instant::now() < end + SOON, "not revoked\n{}", scene.service.output());
        let asked = Instant::now();
        let count = scene.servers.postgres.query(&sessions).await.unwrap();
        if count != [["0"]] {
            last_busy = Some(asked);
        }
        if swapped.is_none() && scene.user_generation().await == Some(2) {
            swapped = Some(Instant::now());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let after = scene.end().await;
    after.assert_unharmed();

    let (creds, revoked) = (after.proxy.requests(CREDS), after.proxy.requests(REVOKE_TOKEN));
    assert_eq!((after.proxy.requests(LOGIN).len(), creds.len(), revoked.len()), (2, 2, 1));
    assert_ne!(creds[0].token, creds[1].token);
    after.assert_by(end - HOUR / 4, swapped.unwrap());
    assert_eq!(revoked[0].token, creds[0].token);
    assert!(last_busy.unwrap() < revoked[0].at, "the old token was revoked with a session open");
}

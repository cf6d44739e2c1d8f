//! Every renewal of a lease fails in the database: the role's renewal statements are broken.

use std::time::{Duration, Instant};

use crate::scene::{CREDS, FLOOR, HOUR, LOGIN, RENEW_LEASE, Scene, lasting_token, least_pause};

#[tokio::test]
async fn renewals_that_fail_make_no_storm_of_logins_and_no_lease_ends_in_use() {
    let scene = Scene::start(lasting_token()).await;
    scene.servers.app.break_renewal(&scene.servers.vault, true).await.unwrap();
    let began = Instant::now();
    let mut most = 0;
    while began.elapsed() < 4 * HOUR {
        let users = scene.servers.app.database_users(&scene.servers.postgres).await.unwrap();
        most = most.max(users.len());
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let after = scene.end().await;
    let lives = began.elapsed().div_duration_f64(HOUR);
    after.assert_unharmed();

    let (creds, renewals) = (after.proxy.requests(CREDS), after.proxy.requests(RENEW_LEASE));
    let read = creds.len() as f64;
    assert!((lives.floor()..=lives + 2.0).contains(&read), "{read} leases in {lives:.1} lives");
    assert!(most <= 2, "{most} users at once");
    assert!(least_pause(&renewals) >= FLOOR, "{renewals:?}");
    assert_eq!(after.proxy.requests(LOGIN).len(), creds.len(), "one token a lease");
    let said = after.service.output();
    assert!(said.contains("failed to renew entry"), "{said}");
}

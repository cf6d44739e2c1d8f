//! A service that ends soon after it has started, again and again.

use service_tests::SOON;

use crate::scene::{CREDS, HOUR, LOGIN, SECOND, Stage, usual};

const STARTS: usize = 5;

/// It gets its credentials and then finds something wrong: here that its database is not there.
#[tokio::test]
async fn a_service_that_fails_after_its_login_gives_the_login_back_each_time() {
    let stage = Stage::set(usual()).await;
    for start in 1..=STARTS {
        let mut service = stage.service(&[("DATABASE_NAME", "nowhere")]).await;
        assert_eq!(service.wait_exit(SOON).await.unwrap().code(), Some(1), "{}", service.output());
        let users = stage.servers.app.database_users(&stage.servers.postgres).await.unwrap();
        assert!(users.len() <= 1, "{users:?} after {start} starts");
    }
    assert_eq!((stage.proxy.requests(LOGIN).len(), stage.proxy.requests(CREDS).len()), (STARTS, STARTS));
    assert_eq!(stage.servers.left_over().await, (0, 0));
}

#[tokio::test]
async fn a_service_that_is_restarted_every_few_seconds_has_two_users_at_most() {
    let stage = Stage::set(usual()).await;
    for _ in 0..STARTS {
        let mut service = stage.service(&[]).await;
        service.wait_ready(SOON).await.unwrap();
        tokio::time::sleep(SECOND).await;
        service.terminate().await;
        service.wait_exit(SOON).await.unwrap();
        let users = stage.servers.app.database_users(&stage.servers.postgres).await.unwrap();
        assert!(users.len() <= 1, "{users:?}: the next start adds one");
    }
    assert_eq!(stage.proxy.requests(LOGIN).len(), STARTS);
    assert_eq!(stage.servers.left_over().await, (0, 0));
}

/// Nobody gives anything back then.
#[tokio::test]
async fn a_service_that_is_killed_again_and_again_leaves_a_user_each_time_that_ends_by_its_time() {
    let stage = Stage::set(usual()).await;
    let (app, vault) = (&stage.servers.app, &stage.servers.vault);
    let mut lost = Vec::new();
    for start in 1..=STARTS {
        let mut service = stage.service(&[]).await;
        service.wait_ready(SOON).await.unwrap();
        service.kill().await;
        service.wait_exit(SOON).await.unwrap();
        let leases = app.lease_ids(vault).await.unwrap();
        lost.extend(leases.iter().filter(|lease| !lost.contains(*lease)).cloned().collect::<Vec<_>>());
        assert!(lost.len() <= start, "{} leases after {start} starts", lost.len());
        let users = app.database_users(&stage.servers.postgres).await.unwrap();
        assert!(users.len() <= start, "{users:?} after {start} starts");
    }
    let [logins, creds] = [LOGIN, CREDS].map(|path| stage.proxy.requests(path));
    assert_eq!((logins.len(), creds.len()), (STARTS, STARTS));
    let ends = creds.last().unwrap().answered_at.unwrap() + HOUR;
    tokio::time::sleep_until(ends.into()).await;
    assert_eq!(stage.servers.left_over().await, (0, 0));
}

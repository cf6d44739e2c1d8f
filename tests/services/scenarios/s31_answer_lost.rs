//! Vault makes a database user, and its answer does not arrive.

use std::time::{Duration, Instant};

use serde_json::Value;
use service_tests::SOON;
use testkit::{Fault, Provision, Proxy, When};

use crate::scene::{CREDS, LOGIN, REVOKE_TOKEN, Scene, Stage, lasting_token};

const LOST: &str = "the connection broke before the answer to database/creds/app-role";

/// The orphan lives for its lease, so leases are long here.
fn provision() -> Provision {
    let ttl = Duration::from_secs(120);
    Provision { lease_ttl: ttl, ..lasting_token() }
}

#[tokio::test]
async fn an_answer_that_takes_too_long_costs_one_user_that_goes_with_the_token() {
    let stage = Stage::set(provision()).await;
    stage.proxy.inject(When::path(CREDS).times(1), Fault::Hold(Duration::from_secs(40)));
    let mut service = stage.service(&[]).await;
    service.wait_ready(Duration::from_secs(40)).await.unwrap();

    assert_eq!(stage.proxy.requests(CREDS).len(), 2);
    let users = stage.servers.app.database_users(&stage.servers.postgres).await.unwrap();
    assert!((1..=2).contains(&users.len()), "{users:?}");
    assert!(service.output().contains("no answer to database/creds/app-role within"), "{}", service.output());
    service.terminate().await;
    assert_eq!(service.wait_exit(SOON).await.unwrap().code(), Some(0));
    assert_eq!(stage.servers.left_over().await, (0, 0));
}

#[tokio::test]
async fn a_connection_that_breaks_at_the_start_costs_one_user_that_goes_with_the_token() {
    let stage = Stage::set(provision()).await;
    stage.proxy.inject(When::path(CREDS).times(1), Fault::CutAnswer);
    let mut service = stage.service(&[]).await;
    service.wait_ready(Duration::from_secs(20)).await.unwrap();

    let (app, postgres) = (&stage.servers.app, &stage.servers.postgres);
    let paths = [LOGIN, CREDS, REVOKE_TOKEN].map(|path| stage.proxy.requests(path).len());
    assert_eq!(paths, [2, 2, 1]);
    // Vault revokes what hangs on a token in its own time.
    let known = known(&stage.proxy);
    wait_until(async || app.database_users(postgres).await.unwrap() == known).await;
    assert!(service.output().contains(LOST), "{}", service.output());
    service.terminate().await;
    assert_eq!(service.wait_exit(SOON).await.unwrap().code(), Some(0));
    assert_eq!(stage.servers.left_over().await, (0, 0));
}

#[tokio::test]
async fn a_connection_that_breaks_under_load_costs_one_user_that_goes_with_the_token() {
    let scene = Scene::with(provision(), &[("DATABASE_LOGIN_MAX_AGE", "5")]).await;
    let (app, postgres) = (&scene.servers.app, &scene.servers.postgres);
    let users = async || app.database_users(postgres).await.unwrap();
    scene.proxy.inject(When::path(CREDS).times(1), Fault::CutAnswer);
    let began = Instant::now();
    let mut most = 0;
    loop {
        let is_revoked = !scene.proxy.requests(REVOKE_TOKEN).is_empty();
        let (present, known) = (users().await, known(&scene.proxy));
        most = most.max(present.len());
        if is_revoked && known.len() > 1 && present.iter().all(|user| known.contains(user)) {
            break;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "{present:?}\n{}", scene.service.output());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(scene.service.output().contains(LOST), "{}", scene.service.output());
    let after = scene.end().await;
    after.assert_unharmed();
    assert_eq!(most, 2, "the one in use, and the unknown one or the next");
    // What the second token has made nobody knows: it goes before another one is made with the third.
    let mut requests: Vec<_> = [LOGIN, CREDS, REVOKE_TOKEN]
        .into_iter()
        .flat_map(|path| after.proxy.requests(path).into_iter().map(move |request| (request.at, path)))
        .collect();
    requests.sort_unstable();
    let order: Vec<_> = requests.iter().map(|(_, path)| *path).take(7).collect();
    assert_eq!(order, [LOGIN, CREDS, LOGIN, CREDS, LOGIN, REVOKE_TOKEN, CREDS]);
}

/// Returns the users whose names have reached the service.
fn known(proxy: &Proxy) -> Vec<String> {
    let answers = proxy.requests(CREDS).into_iter().map(|request| request.answer);
    let parsed = answers.filter_map(|answer| serde_json::from_str::<Value>(&answer).ok());
    parsed.filter_map(|answer| Some(answer["data"]["username"].as_str()?.to_owned())).collect()
}

async fn wait_until(is_so: impl AsyncFn() -> bool) {
    let began = Instant::now();
    while !is_so().await {
        assert!(began.elapsed() < Duration::from_secs(20), "it never came to be");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

//! A lease is due when its token is about to end.

use std::time::Instant;

use secrets_config::{
    Secret,
    vault::{Vault, VaultSettings, login::AppRole},
};
use serde_json::Value;
use service_tests::SOON;
use testkit::{Fault, Provision, Seen, When};

use crate::scene::{CREDS, HOUR, LOGIN, SECOND, Scene, Stage, usual};

/// The lease is replaced every few seconds, and each login takes long.
#[tokio::test]
async fn the_only_lease_is_read_with_a_token_of_its_own() {
    let provision = Provision { token_ttl: 2 * HOUR, token_max_ttl: 4 * HOUR, ..usual() };
    let scene = Scene::with(provision, &[("DATABASE_LOGIN_MAX_AGE", "5")]).await;
    scene.proxy.inject(When::path(LOGIN), Fault::Hold(2 * SECOND));
    scene.until(5 * HOUR, "logged in again", |status| status["logins"].as_u64() >= Some(4)).await;
    tokio::time::sleep(SECOND).await;
    let mut after = scene.end().await;
    after.assert_unharmed();

    let (logins, creds) = (after.proxy.requests(LOGIN), after.proxy.requests(CREDS));
    let tokens = tokens(&logins);
    let used: Vec<_> = creds.iter().filter_map(|request| request.token.clone()).collect();
    assert!(used.len() >= 4 && tokens.starts_with(&used), "each is read with a token of its own: {creds:?}");

    // What is in use hangs on the last of them alone.
    after.service.kill().await;
    let servers = &after.servers;
    let admin = servers.vault.admin();
    let (last, before) = used.split_last().unwrap();
    for token in before {
        // Most of them are revoked already.
        let _gone = admin.revoke_token(token).await;
    }
    assert_eq!(servers.left_over().await, (1, 1), "the lease hung on another token");
    admin.revoke_token(last).await.unwrap();
    assert_eq!(servers.left_over().await, (0, 0), "the lease did not hang on this token");
}

/// Two leases hang on a token that ends, and the login that follows it takes long: they are due while the token is leaving.
/// One that was read with it would be good for seconds at most.
#[tokio::test]
async fn of_several_leases_none_is_read_with_a_token_that_is_about_to_end() {
    let stage = Stage::set(Provision { token_ttl: 2 * HOUR, token_max_ttl: 2 * HOUR, ..usual() }).await;
    let app = &stage.servers.app;
    let login = AppRole::new(Secret::from(app.role_id.as_str()), Secret::from(app.secret_id.as_str()));
    let address = vault_tests::server(&[("VAULT_ADDR", &format!("http://{}", stage.proxy.address()))]);
    let builder = Vault::builder(VaultSettings::new(address, login)).lease_max_age(5 * SECOND);
    let vault = builder.start().await.unwrap();
    let leases =
        [vault.database(&app.creds_path).await.unwrap(), vault.database(&app.creds_path).await.unwrap()];
    stage.proxy.inject(When::path(LOGIN).times(1), Fault::Hold(5 * SECOND));

    let began = Instant::now();
    while vault.status().borrow().counters.logins < 2 {
        assert!(began.elapsed() < 2 * HOUR, "{:?}", vault.status().borrow());
        tokio::time::sleep(SECOND / 20).await;
    }
    let before = leases.each_ref().map(|lease| lease.generation());
    while leases.iter().zip(before).any(|(lease, before)| lease.generation() == before) {
        assert!(began.elapsed() < 2 * HOUR + SOON, "{:?}", vault.status().borrow());
        tokio::time::sleep(SECOND / 20).await;
    }
    vault.shutdown().await;

    let (logins, creds) = (stage.proxy.requests(LOGIN), stage.proxy.requests(CREDS));
    let tokens = tokens(&logins);
    assert!(
        creds.iter().filter(|request| request.token.as_ref() == Some(&tokens[0])).count() >= 2,
        "{creds:?}"
    );
    for request in creds.iter().filter(|request| request.at >= logins[1].at) {
        assert_ne!(request.token.as_ref(), Some(&tokens[0]), "{request:?} after {:?}", logins[1]);
    }
}

/// Returns what the logins gave that were answered.
fn tokens(logins: &[Seen]) -> Vec<String> {
    let answers = logins.iter().filter_map(|login| serde_json::from_str::<Value>(&login.answer).ok());
    answers.filter_map(|answer| Some(answer["auth"]["client_token"].as_str()?.to_owned())).collect()
}

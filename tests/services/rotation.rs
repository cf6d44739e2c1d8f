//! The direct example under load while its login changes.
#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

use std::time::Duration;

use service_tests::Servers;
use testkit::{Load, Provision, Service, Summary};

const SECOND: Duration = Duration::from_secs(1);
const RATE: u32 = 200;

async fn generation(service: &Service) -> u64 {
    service.get("/status").await.unwrap().1["generation"].as_u64().unwrap()
}

async fn logins(service: &Service) -> u64 {
    service.get("/status").await.unwrap().1["logins"].as_u64().unwrap()
}

fn assert_no_failure(summary: &Summary, service: &Service) {
    let failures: Vec<_> = summary.failures().take(3).map(ToString::to_string).collect();
    assert!(failures.is_empty(), "{} failed: {failures:?}\n{}", summary.failed(), service.output());
    assert!(summary.requests() > 0);
}

#[tokio::test]
async fn no_request_fails_while_lease_and_token_reach_their_greatest_lifetimes() {
    let servers = Servers::start(Provision {
        lease_ttl: 6 * SECOND,
        lease_max_ttl: 18 * SECOND,
        token_ttl: 9 * SECOND,
        token_max_ttl: 27 * SECOND,
        ..Provision::default()
    })
    .await;
    let service = servers.ready_service(&[]).await;
    let load = Load::start(service.address(), RATE).unwrap();
    tokio::time::sleep(45 * SECOND).await;
    assert_no_failure(&load.stop().await, &service);
    assert!(generation(&service).await >= 4, "{}", service.output());
    assert!(logins(&service).await >= 2, "{}", service.output());
}

#[tokio::test]
async fn no_request_fails_when_a_long_lease_would_die_with_its_first_token() {
    let hour = 3600 * SECOND;
    let servers = Servers::start(Provision {
        lease_ttl: hour,
        lease_max_ttl: hour,
        token_ttl: 10 * SECOND,
        token_max_ttl: 10 * SECOND,
        ..Provision::default()
    })
    .await;
    let service = servers.ready_service(&[]).await;
    let load = Load::start(service.address(), RATE).unwrap();
    tokio::time::sleep(30 * SECOND).await;
    assert_no_failure(&load.stop().await, &service);
    assert!(logins(&service).await >= 4, "{}", service.output());
}

#[tokio::test]
async fn no_request_fails_when_vault_is_killed_and_comes_back_after_ten_seconds() {
    let mut servers = Servers::start(Provision::default()).await;
    let service = servers.ready_service(&[]).await;
    let load = Load::start(service.address(), RATE).unwrap();
    tokio::time::sleep(12 * SECOND).await;
    servers.vault.kill().await.unwrap();
    tokio::time::sleep(10 * SECOND).await;
    servers.vault.restart().await.unwrap();
    servers.vault.unseal().await.unwrap();
    tokio::time::sleep(20 * SECOND).await;
    assert_no_failure(&load.stop().await, &service);
    let (_, status) = service.get("/status").await.unwrap();
    assert_eq!(status["state"], "ready", "{}", service.output());
}

#[tokio::test]
async fn a_transaction_that_is_open_at_a_change_ends_well() {
    let servers = Servers::start(Provision::default()).await;
    let service = servers.ready_service(&[("DATABASE_LOGIN_MAX_AGE", "5")]).await;
    let before = generation(&service).await;
    let (status, _) = service.post("/slow?ms=9000").await.unwrap();
    assert_eq!(status, 201, "{}", service.output());
    assert!(generation(&service).await > before, "{}", service.output());
}

#[tokio::test]
async fn what_was_replaced_is_revoked_once_nothing_uses_it() {
    let servers = Servers::start(Provision::default()).await;
    let service = servers.ready_service(&[("DATABASE_LOGIN_MAX_AGE", "5")]).await;
    let load = Load::start(service.address(), 50).unwrap();
    tokio::time::sleep(18 * SECOND).await;
    load.stop().await;
    assert!(generation(&service).await >= 3, "{}", service.output());
    // One in use, and one that may still be leaving.
    let users = servers.app.database_users(&servers.postgres).await.unwrap();
    assert!(users.len() <= 2, "{users:?}");
}

#[tokio::test]
async fn no_credential_is_in_any_log_line() {
    let servers = Servers::start(Provision::default()).await;
    let service = servers.ready_service(&[("DATABASE_LOGIN_MAX_AGE", "5"), ("RUST_LOG", "trace")]).await;
    tokio::time::sleep(8 * SECOND).await;
    let log = service.output();
    assert!(log.contains("TRACE") && log.contains("lease replaced"), "the log is not a whole one");
    for secret in [&servers.app.role_id, &servers.app.secret_id] {
        assert!(!log.contains(secret.as_str()));
    }
    for sign in ["hvs.", "s.", "\"client_token\"", "\"password\""] {
        let leaking = log.lines().find(|line| line.contains(sign) && looks_like_a_token(line, sign));
        assert_eq!(leaking, None, "{sign}");
    }
}

/// A service token is its sign and 24 letters or more; the sign alone ends many a sentence.
fn looks_like_a_token(line: &str, sign: &str) -> bool {
    if sign.starts_with('"') {
        return true;
    }
    line.split(sign).skip(1).any(|rest| rest.chars().take_while(char::is_ascii_alphanumeric).count() >= 24)
}

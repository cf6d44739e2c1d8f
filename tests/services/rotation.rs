//! The direct example under load while its login changes.
#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

use std::time::{Duration, Instant};

use service_tests::{SOON, Servers};
use testkit::{Load, Provision, Service, Summary};

const SECOND: Duration = Duration::from_secs(1);
const RATE: u32 = 200;

async fn generation(service: &Service) -> u64 {
    service.get("/status").await.unwrap().1["generation"].as_u64().unwrap()
}

async fn logins(service: &Service) -> u64 {
    service.get("/status").await.unwrap().1["logins"].as_u64().unwrap()
}

/// Waits for what takes several lives of a lease or a token.
async fn until(service: &Service, is_so: impl AsyncFn() -> bool) {
    let began = Instant::now();
    while !is_so().await {
        assert!(began.elapsed() < 120 * SECOND, "{}", service.output());
        tokio::time::sleep(SECOND / 20).await;
    }
}

/// Waits until both the token and the lease have been renewed.
async fn renewed(service: &Service) {
    let count = async || service.get("/status").await.unwrap().1["renewals"].as_u64().unwrap();
    let before = count().await;
    until(service, async || count().await >= before + 2).await;
}

fn assert_no_failure(summary: &Summary, service: &Service) {
    let failures: Vec<_> = summary.failures().take(3).map(ToString::to_string).collect();
    assert!(failures.is_empty(), "{} failed: {failures:?}\n{}", summary.failed(), service.output());
    assert!(summary.requests() > 0);
}

#[tokio::test]
async fn no_request_fails_while_lease_and_token_reach_their_greatest_lifetimes() {
    let servers = Servers::start(Provision {
        lease_ttl: 12 * SECOND,
        lease_max_ttl: 24 * SECOND,
        token_ttl: 18 * SECOND,
        token_max_ttl: 36 * SECOND,
        ..Provision::default()
    })
    .await;
    let service = servers.ready_service(&[]).await;
    let load = Load::start(service.address(), RATE).unwrap();
    until(&service, async || generation(&service).await >= 4 && logins(&service).await >= 2).await;
    assert_no_failure(&load.stop().await, &service);
}

#[tokio::test]
async fn no_request_fails_when_a_long_lease_would_die_with_its_first_token() {
    let hour = 3600 * SECOND;
    let servers = Servers::start(Provision {
        lease_ttl: hour,
        lease_max_ttl: hour,
        token_ttl: 15 * SECOND,
        token_max_ttl: 15 * SECOND,
        ..Provision::default()
    })
    .await;
    let service = servers.ready_service(&[]).await;
    let load = Load::start(service.address(), RATE).unwrap();
    until(&service, async || logins(&service).await >= 4).await;
    assert_no_failure(&load.stop().await, &service);
}

#[tokio::test]
async fn no_request_fails_when_vault_is_killed_and_comes_back_after_ten_seconds() {
    // What is held was granted just before the kill, and lasts until Vault is back on however slow a machine.
    let lives = Provision {
        lease_ttl: 36 * SECOND,
        lease_max_ttl: 360 * SECOND,
        token_ttl: 40 * SECOND,
        token_max_ttl: 400 * SECOND,
        ..Provision::default()
    };
    let mut servers = Servers::start(lives).await;
    let service = servers.ready_service(&[]).await;
    let load = Load::start(service.address(), RATE).unwrap();
    renewed(&service).await;
    servers.vault.kill().await.unwrap();
    tokio::time::sleep(10 * SECOND).await;
    servers.vault.restart().await.unwrap();
    servers.vault.unseal().await.unwrap();
    renewed(&service).await;
    assert_no_failure(&load.stop().await, &service);
    until(&service, async || service.get("/status").await.unwrap().1["state"] == "ready").await;
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
    until(&service, async || generation(&service).await >= 3).await;
    tokio::time::sleep(3 * SECOND).await;
    load.stop().await;
    // One in use, and one that may still be leaving.
    let users = servers.app.database_users(&servers.postgres).await.unwrap();
    assert!(users.len() <= 2, "{users:?}");
}

#[tokio::test]
async fn no_credential_is_in_any_log_line() {
    let servers = Servers::start(Provision::default()).await;
    let service = servers.ready_service(&[("DATABASE_LOGIN_MAX_AGE", "5"), ("RUST_LOG", "trace")]).await;
    service.wait_line("every connection has the new login generation=2", SOON).await.unwrap();
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

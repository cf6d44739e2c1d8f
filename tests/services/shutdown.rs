//! How the direct example ends.
#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

use std::time::{Duration, Instant};

use service_tests::Servers;
use testkit::{Load, Outcome, Provision, Service};

const LIMIT: Duration = Duration::from_secs(10);

/// Ends the service in the middle of load and returns how many requests it had taken and did not answer well.
async fn end_under_load(service: &mut Service) -> usize {
    let load = Load::start(service.address(), 200).unwrap();
    tokio::time::sleep(Duration::from_secs(2)).await;
    let began = Instant::now();
    service.terminate().await;
    let status = service.wait_exit(LIMIT).await.unwrap();
    assert_eq!(status.code(), Some(0), "{}", service.output());
    assert!(began.elapsed() < LIMIT);
    let summary = load.stop().await;
    // After the end nobody listens: those requests were never taken.
    let taken = |outcome: &Outcome| matches!(outcome, Outcome::Status { .. } | Outcome::Unanswered { .. });
    summary.failures().filter(|sample| taken(&sample.outcome)).count()
}

#[tokio::test]
async fn requests_are_finished_and_everything_is_given_back() {
    let servers = Servers::start(Provision::default()).await;
    let mut service = servers.ready_service(&[]).await;
    assert_eq!(end_under_load(&mut service).await, 0, "{}", service.output());
    assert_eq!(servers.left_over().await, (0, 0));
    assert_eq!(servers.app.tokens(&servers.vault).await.unwrap(), 0);
}

#[tokio::test]
async fn a_slow_request_is_finished_first() {
    let servers = Servers::start(Provision::default()).await;
    let mut service = servers.ready_service(&[]).await;
    let address = service.address();
    let slow = tokio::spawn(async move { post(address, "/slow?ms=2000").await });
    tokio::time::sleep(Duration::from_millis(500)).await;
    service.terminate().await;
    assert_eq!(slow.await.unwrap(), "HTTP/1.1 201 Created", "{}", service.output());
    assert_eq!(service.wait_exit(LIMIT).await.unwrap().code(), Some(0));
}

#[tokio::test]
async fn a_vault_that_is_gone_does_not_hold_the_end_up() {
    let mut servers = Servers::start(Provision::default()).await;
    let mut service = servers.ready_service(&[]).await;
    servers.vault.kill().await.unwrap();
    assert_eq!(end_under_load(&mut service).await, 0, "{}", service.output());
    assert!(service.output().contains("left to end by themselves"), "{}", service.output());
}

/// Returns the status line of the answer.
async fn post(address: std::net::SocketAddr, path: &str) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let request =
        format!("POST {path} HTTP/1.1\r\nhost: test\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer.lines().next().unwrap_or_default().to_owned()
}

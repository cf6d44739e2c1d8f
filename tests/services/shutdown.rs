//! How the direct example ends.
#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

use std::time::{Duration, Instant};

use service_tests::{SOON, Servers};
use testkit::{Load, Outcome, Provision, Request, Service};

const LIMIT: Duration = Duration::from_secs(10);

/// Ends the service in the middle of load, and asserts that it finished every request that it had taken.
///
/// A connection that the system had accepted and the service had not is closed without an answer: so what was done is
/// compared with what was answered.
async fn end_under_load(servers: &Servers, service: &mut Service) {
    let load = Load::start(service.address(), 200).unwrap();
    let machine = Load::of(&[Request::Alive], service.address(), 20).unwrap();
    tokio::time::sleep(Duration::from_secs(2)).await;
    let began = Instant::now();
    service.terminate().await;
    let status = service.wait_exit(2 * LIMIT).await.unwrap();
    let took = began.elapsed();
    assert_eq!(status.code(), Some(0), "{}", service.output());
    let summary = load.stop().await;
    let refused = summary.failures().find(|sample| matches!(sample.outcome, Outcome::Status { .. }));
    assert!(refused.is_none(), "{}\n{}", refused.unwrap(), service.output());
    let answered =
        summary.samples.iter().filter(|sample| sample.request == Request::Order && sample.is_success());
    let rows = servers.postgres.execute(&servers.app.database_name, "select count(*) from orders").await;
    assert_eq!(rows.unwrap(), [[answered.count().to_string()]], "{}", service.output());
    // What costs the service nothing tells what the machine took.
    let stall = machine.stop().await.latency().max;
    assert!(took < LIMIT + stall, "{took:?}");
}

#[tokio::test]
async fn requests_are_finished_and_everything_is_given_back() {
    let servers = Servers::start(Provision::default()).await;
    let mut service = servers.ready_service(&[]).await;
    end_under_load(&servers, &mut service).await;
    assert_eq!(servers.left_over().await, (0, 0));
    assert_eq!(servers.app.tokens(&servers.vault).await.unwrap(), 0);
}

#[tokio::test]
async fn a_slow_request_is_finished_first() {
    let servers = Servers::start(Provision::default()).await;
    let mut service = servers.ready_service(&[]).await;
    let address = service.address();
    let slow = tokio::spawn(async move { post(address, "/slow?ms=2000").await });
    let open = "select count(*) from pg_stat_activity where state = 'idle in transaction'";
    let began = Instant::now();
    while servers.postgres.query(open).await.unwrap() != [["1"]] {
        assert!(began.elapsed() < SOON, "no transaction was begun\n{}", service.output());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    service.terminate().await;
    assert_eq!(slow.await.unwrap(), "HTTP/1.1 201 Created", "{}", service.output());
    assert_eq!(service.wait_exit(SOON).await.unwrap().code(), Some(0));
}

#[tokio::test]
async fn a_vault_that_is_gone_does_not_hold_the_end_up() {
    let mut servers = Servers::start(Provision::default()).await;
    let mut service = servers.ready_service(&[]).await;
    servers.vault.kill().await.unwrap();
    end_under_load(&servers, &mut service).await;
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

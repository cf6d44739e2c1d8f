//! The load keeps to its schedule and hides nothing.
#![expect(clippy::unwrap_used, reason = "a test")]

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use testkit::{Load, Outcome, Request};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

/// A service that answers as the contract says once its stall is over, and `GET /orders/count` as told.
async fn serve(listener: TcpListener, stall: Option<Duration>, count: &'static str) {
    let stalled_until = stall.map(|stall| Instant::now() + stall);
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        tokio::spawn(answer_all(stream, stalled_until, count));
    }
}

async fn answer_all(stream: TcpStream, stalled_until: Option<Instant>, count: &str) -> Option<()> {
    let mut stream = BufReader::new(stream);
    loop {
        let mut first = String::new();
        stream.read_line(&mut first).await.ok().filter(|read| *read > 0)?;
        let mut header = first.clone();
        while header != "\r\n" {
            header.clear();
            stream.read_line(&mut header).await.ok()?;
        }
        if let Some(stalled) = stalled_until {
            tokio::time::sleep_until(stalled.into()).await;
        }
        let status = match first.split(' ').nth(1)? {
            "/orders" => "201 Created",
            "/whoami" => "200 OK",
            _ => count,
        };
        let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 2\r\n\r\n{{}}");
        stream.write_all(answer.as_bytes()).await.ok()?;
    }
}

async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

async fn until(load: &Load, requests: usize) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while load.snapshot().requests < requests {
        assert!(Instant::now() < deadline, "the load goes on");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn half_of_it_are_transactions_and_the_rate_is_kept() {
    let (listener, address) = listen().await;
    tokio::spawn(serve(listener, None, "200 OK"));
    let load = Load::start(address, 400).unwrap();
    until(&load, 200).await;
    let summary = load.stop().await;

    assert_eq!(summary.failed(), 0);
    let orders = summary.samples.iter().filter(|sample| sample.request == Request::Order).count();
    assert_eq!(orders, summary.requests().div_ceil(2));
    let last = summary.samples.last().unwrap().at;
    assert_eq!(last, Duration::from_micros(2500) * u32::try_from(summary.requests() - 1).unwrap());
}

#[tokio::test]
async fn a_stall_shows_in_every_request_it_made_wait() {
    let (listener, address) = listen().await;
    tokio::spawn(serve(listener, Some(Duration::from_millis(500)), "200 OK"));
    let load = Load::start(address, 200).unwrap();
    until(&load, 150).await;
    let summary = load.stop().await;

    let stalled = summary.latency_within(&[Duration::ZERO..Duration::from_millis(250)]);
    assert_eq!(stalled.count, 50);
    assert!(stalled.p50 > Duration::from_millis(300), "{stalled}");
}

#[tokio::test]
async fn failures_carry_their_reason() {
    let (listener, address) = listen().await;
    tokio::spawn(serve(listener, None, "500 Oh No"));
    let load = Load::start(address, 400).unwrap();
    until(&load, 8).await;
    let summary = load.stop().await;
    let outcome = &summary.failures().next().unwrap().outcome;
    assert!(matches!(outcome, Outcome::Status { status: 500, .. }), "{outcome}");
    assert_eq!(summary.failed(), summary.requests() / 4);

    let (closed, address) = listen().await;
    drop(closed);
    let load = Load::start(address, 400).unwrap();
    until(&load, 4).await;
    let summary = load.stop().await;
    assert_eq!(summary.failed(), summary.requests());
    let outcome = &summary.failures().next().unwrap().outcome;
    assert!(matches!(outcome, Outcome::Unreachable { .. }), "{outcome}");
}

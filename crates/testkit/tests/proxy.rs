//! The proxy that spoils traffic.
#![expect(clippy::unwrap_used, reason = "a test")]

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use reqwest::{Client, redirect::Policy};
use testkit::{Fault, Proxy, When};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

/// Answers every request with its own first line, and with a token if it was sent one.
async fn server() -> (SocketAddr, JoinSet<()>) {
    serve(async |mut stream: TcpStream| {
        let mut buffer = vec![0; 4096];
        while let Ok(count @ 1..) = stream.read(&mut buffer).await {
            let request = String::from_utf8_lossy(&buffer[..count]).into_owned();
            let line = request.lines().next().unwrap_or_default();
            let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{line}", line.len());
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    })
    .await
}

/// Sends everything back.
async fn echo() -> (SocketAddr, JoinSet<()>) {
    serve(async |mut stream: TcpStream| {
        let (mut from, mut to) = stream.split();
        let _ended = tokio::io::copy(&mut from, &mut to).await;
    })
    .await
}

async fn serve<F: Future<Output = ()> + Send>(
    answer: impl Fn(TcpStream) -> F + Copy + Send + 'static,
) -> (SocketAddr, JoinSet<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let mut server = JoinSet::new();
    server.spawn(async move {
        let mut connections = JoinSet::new();
        while let Ok((stream, _)) = listener.accept().await {
            connections.spawn(async move { answer(stream).await });
        }
    });
    (address, server)
}

fn client() -> Client {
    Client::builder().no_proxy().redirect(Policy::none()).build().unwrap()
}

async fn get(proxy: &Proxy, path: &str) -> reqwest::Result<(u16, String)> {
    let answer = client().get(format!("{}{path}", proxy.url())).send().await?;
    Ok((answer.status().as_u16(), answer.text().await?))
}

/// Says a word and returns what comes back for it.
async fn say(stream: &mut TcpStream, word: &str) -> String {
    stream.write_all(word.as_bytes()).await.unwrap();
    hear(stream).await
}

async fn hear(stream: &mut TcpStream) -> String {
    let mut buffer = [0; 16];
    let read = tokio::time::timeout(Duration::from_secs(20), stream.read(&mut buffer)).await;
    let count = read.expect("nothing came back").unwrap();
    String::from_utf8_lossy(&buffer[..count]).into_owned()
}

/// Says a word for which nothing comes back.
async fn say_in_vain(stream: &mut TcpStream, word: &str) {
    stream.write_all(word.as_bytes()).await.unwrap();
    let heard = tokio::time::timeout(Duration::from_millis(300), stream.read_u8()).await;
    assert!(heard.is_err(), "{heard:?}");
}

#[tokio::test]
async fn requests_pass_and_are_recorded() {
    let (upstream, _server) = server().await;
    let proxy = Proxy::http(upstream).await.unwrap();
    assert_eq!(get(&proxy, "/v1/a?list=true").await.unwrap(), (200, "GET /v1/a?list=true HTTP/1.1".into()));
    let sent = client().post(format!("{}/v1/b", proxy.url())).header("X-Vault-Token", "t").send().await;
    assert_eq!(sent.unwrap().text().await.unwrap(), "POST /v1/b HTTP/1.1");

    let seen = proxy.requests("/v1/");
    let lines: Vec<_> =
        seen.iter().map(|seen| (seen.method.as_str(), seen.path.as_str(), seen.status)).collect();
    assert_eq!(lines, [("GET", "/v1/a", Some(200)), ("POST", "/v1/b", Some(200))]);
    assert_eq!((seen[0].token.as_deref(), seen[1].token.as_deref()), (None, Some("t")));
    assert!(seen[0].at <= seen[0].answered_at.unwrap() && seen[0].answered_at.unwrap() <= seen[1].at);
    assert_eq!(proxy.requests("/v1/b")[0].answer, "POST /v1/b HTTP/1.1");
}

#[tokio::test]
async fn a_fault_is_about_the_requests_that_fit_it_and_ends_after_so_many() {
    let (upstream, _server) = server().await;
    let proxy = Proxy::http(upstream).await.unwrap();
    proxy.inject(When::path("/v1/auth/").method("GET").times(2), Fault::status(503));
    assert_eq!(get(&proxy, "/v1/sys/health").await.unwrap().0, 200);
    let posted = client().post(format!("{}/v1/auth/x", proxy.url())).send().await.unwrap();
    assert_eq!(posted.status(), 200);
    let body = r#"{"errors":["service unavailable"]}"#.to_owned();
    assert_eq!(get(&proxy, "/v1/auth/x").await.unwrap(), (503, body));
    assert_eq!(get(&proxy, "/v1/auth/x").await.unwrap().0, 503);
    assert_eq!(get(&proxy, "/v1/auth/x").await.unwrap().0, 200);
}

#[tokio::test]
async fn the_last_fault_counts_until_all_are_taken_back() {
    let (upstream, _server) = server().await;
    let proxy = Proxy::http(upstream).await.unwrap();
    proxy.inject(When::always(), Fault::status(500));
    proxy.inject(When::always().times(1), Fault::garbage());
    assert_eq!(get(&proxy, "/").await.unwrap().0, 200);
    assert_eq!(get(&proxy, "/").await.unwrap().0, 500);
    proxy.clear();
    assert_eq!(get(&proxy, "/").await.unwrap(), (200, "GET / HTTP/1.1".into()));
}

#[tokio::test]
async fn answers_carry_what_a_client_is_to_heed() {
    let (upstream, _server) = server().await;
    let proxy = Proxy::http(upstream).await.unwrap();
    let head = async |name: &str| {
        let answer = client().get(format!("{}/v1/x", proxy.url())).send().await.unwrap();
        (answer.status().as_u16(), answer.headers()[name].to_str().unwrap().to_owned())
    };
    proxy.inject(When::always(), Fault::retry_after(7));
    assert_eq!(head("retry-after").await, (429, "7".into()));
    proxy.inject(When::always(), Fault::redirect("http://127.0.0.1:1"));
    assert_eq!(head("location").await, (307, "http://127.0.0.1:1/v1/x".into()));
}

#[tokio::test]
async fn a_cut_connection_gives_no_answer_though_the_server_may_have_been_asked() {
    let (upstream, _server) = server().await;
    let proxy = Proxy::http(upstream).await.unwrap();
    proxy.inject(When::always().times(1), Fault::Cut);
    proxy.inject(When::path("/answered").times(1), Fault::CutAnswer);
    for path in ["/answered", "/"] {
        let error = get(&proxy, path).await.unwrap_err();
        assert!(error.is_request() && !error.is_connect(), "{error}");
    }
    assert_eq!(get(&proxy, "/").await.unwrap().0, 200);
    assert_eq!(
        proxy.requests("/").iter().map(|seen| seen.status).collect::<Vec<_>>(),
        [None, None, Some(200)]
    );
    assert_eq!(proxy.requests("/answered")[0].answered_at, None);
}

#[tokio::test]
async fn what_is_stalled_goes_on_when_the_fault_is_taken_back() {
    let (upstream, _server) = server().await;
    let proxy = Proxy::http(upstream).await.unwrap();
    proxy.inject(When::always(), Fault::Stall);
    let mut asking = Box::pin(get(&proxy, "/"));
    assert!(tokio::time::timeout(Duration::from_millis(200), &mut asking).await.is_err());
    proxy.clear();
    assert_eq!(asking.await.unwrap().0, 200);
}

#[tokio::test]
async fn requests_and_answers_can_be_late() {
    let (upstream, _server) = server().await;
    let proxy = Proxy::http(upstream).await.unwrap();
    for fault in [Fault::Delay(Duration::from_millis(200)), Fault::Hold(Duration::from_millis(200))] {
        proxy.inject(When::always().times(1), fault.clone());
        let began = Instant::now();
        assert_eq!(get(&proxy, "/").await.unwrap().0, 200);
        assert!(began.elapsed() >= Duration::from_millis(200), "{fault:?}");
    }
}

#[tokio::test]
async fn an_answer_can_be_edited() {
    let (upstream, _server) = server().await;
    let proxy = Proxy::http(upstream).await.unwrap();
    proxy.inject(When::always(), Fault::Edit { from: "GET", to: "nothing at" });
    assert_eq!(get(&proxy, "/").await.unwrap(), (200, "nothing at / HTTP/1.1".into()));
}

#[tokio::test]
async fn a_server_that_is_gone_gives_no_answer_until_there_is_another() {
    let (upstream, server) = server().await;
    let proxy = Proxy::http(upstream).await.unwrap();
    drop(server);
    assert!(get(&proxy, "/").await.is_err());
    let (another, _server) = self::server().await;
    proxy.set_upstream(another);
    assert_eq!(get(&proxy, "/").await.unwrap().0, 200);
}

#[tokio::test]
async fn bytes_pass_until_the_connections_are_frozen_or_cut() {
    let (upstream, _server) = echo().await;
    let proxy = Proxy::tcp(upstream).await.unwrap();
    let mut stream = TcpStream::connect(proxy.address()).await.unwrap();
    assert_eq!(say(&mut stream, "one").await, "one");
    proxy.freeze();
    say_in_vain(&mut stream, "two").await;
    proxy.thaw();
    assert_eq!(hear(&mut stream).await, "two");
    proxy.cut();
    assert_eq!(stream.read(&mut [0]).await.unwrap_or_default(), 0);
    assert_eq!(proxy.connections(), 1);
}

#[tokio::test]
async fn the_start_of_a_connection_can_be_stalled_and_refused() {
    let (upstream, _server) = echo().await;
    let proxy = Proxy::tcp(upstream).await.unwrap();
    proxy.inject(When::always().times(1), Fault::Stall);
    let mut stalled = TcpStream::connect(proxy.address()).await.unwrap();
    say_in_vain(&mut stalled, "one").await;
    let mut another = TcpStream::connect(proxy.address()).await.unwrap();
    assert_eq!(say(&mut another, "two").await, "two");
    proxy.clear();
    assert_eq!(hear(&mut stalled).await, "one");

    proxy.inject(When::always(), Fault::Cut);
    let mut refused = TcpStream::connect(proxy.address()).await.unwrap();
    assert_eq!(refused.read(&mut [0]).await.unwrap_or_default(), 0);
}

#[tokio::test]
async fn connections_end_with_the_proxy() {
    let (upstream, _server) = echo().await;
    let proxy = Proxy::tcp(upstream).await.unwrap();
    let mut stream = TcpStream::connect(proxy.address()).await.unwrap();
    assert_eq!(say(&mut stream, "one").await, "one");
    let address = proxy.address();
    drop(proxy);
    assert_eq!(stream.read(&mut [0]).await.unwrap_or_default(), 0);
    assert!(TcpStream::connect(address).await.is_err());
}

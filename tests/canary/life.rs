//! A life with real servers, everything going wrong that may, and the log of every crate at TRACE.
//!
//! A proxy in front of Vault notes every secret that passes, and spoils answers for a while.
#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use canary_tests::{Canary, Log, Request, Server, answer, json};
use secrets_config::{
    Config, Secret, pool,
    vault::{Error, Vault, VaultSettings, login::AppRole},
};
use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use testkit::{Postgres, Provision};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time,
};

const SECOND: Duration = Duration::from_secs(1);
const SECRET_ID: &str = "auth/approle/role/app/secret-id";

/// The secrets that passed, by what they are.
type Passed = Arc<Mutex<BTreeMap<&'static str, Vec<String>>>>;

#[tokio::test]
async fn no_log_of_a_short_life_has_a_secret() {
    live(20 * SECOND).await;
}

#[tokio::test]
#[ignore = "two minutes; `cargo test -p canary-tests --test life -- --ignored`"]
async fn no_log_of_two_minutes_has_a_secret() {
    live(120 * SECOND).await;
}

async fn live(length: Duration) {
    let log = Log::capture();
    let (postgres, server) = tokio::try_join!(Postgres::start(), testkit::Vault::start()).unwrap();
    let provision = Provision {
        lease_ttl: 6 * SECOND,
        lease_max_ttl: 12 * SECOND,
        token_ttl: 8 * SECOND,
        token_max_ttl: 16 * SECOND,
        ..Provision::default()
    };
    let app = provision.apply(&server, &postgres).await.unwrap();
    let passed = Passed::default();
    note(&passed, "role_id", &app.role_id);
    note(&passed, "secret_id", &app.secret_id);
    note(&passed, "root token", server.admin().token());
    let spoils = Arc::new(AtomicBool::new(false));
    let proxy = proxy(server.address(), Arc::clone(&passed), Arc::clone(&spoils)).await;

    let settings = |secret_id: &str| {
        VaultSettings::from_pairs([
            ("VAULT_ADDR", proxy.url()),
            ("VAULT_ROLE_ID", app.role_id.clone()),
            ("VAULT_SECRET_ID", secret_id.to_owned()),
        ])
        .unwrap()
    };
    let vault = Vault::builder(settings(&app.secret_id)).start().await.unwrap();
    let login = vault.database(&app.creds_path).await.unwrap();
    let options = PgConnectOptions::new_without_pgpass()
        .host(postgres.host())
        .port(postgres.port())
        .database(&app.database_name);
    let pool_options = PgPoolOptions::new().max_connections(3).acquire_timeout(10 * SECOND);
    let pool = pool::sqlx::postgres(login.clone()).connect_options(options).pool_options(pool_options);
    let pool = pool.connect().await.unwrap();

    let began = Instant::now();
    let mut queries = 0;
    while began.elapsed() < length {
        // A refused login.
        let wrong = "c0ffee00-dead-beef-dead-c0ffee00beef";
        note(&passed, "secret_id", wrong);
        let refused = Vault::builder(settings(wrong)).start().await.unwrap_err();
        assert!(matches!(refused, Error::LoginRefused { .. }), "{refused}");
        // A login with a wrapped secret id, and another with the same, which is used up.
        let wrapped = server.admin().wrapping("60s").post(SECRET_ID, json!({})).await.unwrap();
        let wrapped = wrapped["wrap_info"]["token"].as_str().unwrap();
        note(&passed, "wrapped token", wrapped);
        let login =
            AppRole::new(Secret::from(app.role_id.as_str()), Secret::from(wrapped)).wrapped(SECRET_ID);
        let wrapped = VaultSettings::new(settings(wrong).server, login);
        Vault::builder(wrapped.clone()).start().await.unwrap().shutdown().await;
        let refused = Vault::builder(wrapped).start().await.unwrap_err();
        assert!(matches!(refused, Error::WrappingTokenUsed { .. }), "{refused}");
        queries += query(&pool, 8 * SECOND).await;
        spoils.store(true, Relaxed);
        queries += query(&pool, 4 * SECOND).await;
        spoils.store(false, Relaxed);
        queries += query(&pool, 3 * SECOND).await;
        server.seal().await.unwrap();
        queries += query(&pool, 3 * SECOND).await;
        server.unseal().await.unwrap();
        queries += query(&pool, 5 * SECOND).await;
    }
    let status = vault.status().borrow().clone();
    pool.close().await;
    vault.shutdown().await;

    let passed = passed.lock().unwrap().clone();
    for what in ["role_id", "secret_id", "wrapped token", "token", "password", "lease_id"] {
        assert!(passed.contains_key(what), "no {what} passed: {:?}", passed.keys());
    }
    assert!(
        passed["password"].len() >= 2 && passed["token"].len() >= 2,
        "too little was rotated: {status:?}"
    );
    assert!(queries > 50, "{queries}");
    let log = log.text_from(0);
    for sign in ["TRACE hyper", "sqlx", "DEBUG reqwest", "direct_vault", "is sealed", "not one of Vault's"] {
        assert!(log.contains(sign), "nothing of {sign:?} in the log");
    }
    for (what, secrets) in &passed {
        for secret in secrets {
            let canary = Canary::new(what, secret);
            let leak = canary.is_in(&log).then(|| log.lines().find(|line| canary.is_in(line)));
            assert_eq!(leak, None, "the log has a {what}");
        }
    }
}

/// Asks the database for a while. What is refused while the login changes is another test's matter.
async fn query(pool: &sqlx::PgPool, length: Duration) -> usize {
    let began = Instant::now();
    let mut good = 0;
    while began.elapsed() < length {
        good += usize::from(sqlx::query("SELECT 1").execute(pool).await.is_ok());
        time::sleep(Duration::from_millis(50)).await;
    }
    good
}

fn note(passed: &Passed, what: &'static str, secret: &str) {
    let mut passed = passed.lock().unwrap();
    let known = passed.entry(what).or_default();
    if !known.iter().any(|one| one == secret) {
        known.push(secret.to_owned());
    }
}

async fn proxy(vault: String, passed: Passed, spoils: Arc<AtomicBool>) -> Server {
    let vault = vault.trim_start_matches("http://").to_owned();
    let count = Arc::new(AtomicUsize::new(0));
    Server::start(move |request| {
        let (vault, passed) = (vault.clone(), Arc::clone(&passed));
        let (spoils, count) = (Arc::clone(&spoils), Arc::clone(&count));
        async move {
            let answered = forward(&vault, &request).await;
            note_all(&passed, &body_of(&answered));
            if spoils.load(Relaxed) { spoiled(count.fetch_add(1, Relaxed), &answered) } else { answered }
        }
    })
    .await
}

/// Sends the request on, with a connection of its own.
async fn forward(vault: &str, request: &Request) -> Vec<u8> {
    let mut head = format!("{} {} HTTP/1.1\r\n", request.method, request.path);
    for (name, value) in request.headers.iter().filter(|(name, _)| name != "connection") {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("connection: close\r\n\r\n");
    let mut answered = Vec::new();
    let sent = async {
        let mut stream = TcpStream::connect(vault).await?;
        stream.write_all(&[head.as_bytes(), &request.body].concat()).await?;
        stream.read_to_end(&mut answered).await
    };
    match sent.await {
        Ok(_) => answered,
        Err(_gone) => Vec::new(),
    }
}

fn body_of(answered: &[u8]) -> Value {
    let begin = answered.windows(4).position(|window| window == b"\r\n\r\n").unwrap_or_default();
    let body = &answered[begin..];
    let from = body.iter().position(|byte| *byte == b'{').unwrap_or_default();
    let to = body.iter().rposition(|byte| *byte == b'}').map_or(from, |at| at + 1);
    serde_json::from_slice(&body[from..to]).unwrap_or_default()
}

fn note_all(passed: &Passed, body: &Value) {
    let texts = [
        ("token", &body["auth"]["client_token"]),
        ("accessor", &body["auth"]["accessor"]),
        ("password", &body["data"]["password"]),
        ("secret_id", &body["data"]["secret_id"]),
        ("wrapped token", &body["wrap_info"]["token"]),
    ];
    for (what, text) in texts {
        if let Some(text) = text.as_str().filter(|text| !text.is_empty()) {
            note(passed, what, text);
        }
    }
    // Its head is a path, which may be shown.
    if let Some((_, tail)) = body["lease_id"].as_str().and_then(|id| id.rsplit_once('/')) {
        note(passed, "lease_id", tail);
    }
}

/// The same answer in one of four shapes that nobody asked for: with every secret in it, in the wrong place.
fn spoiled(number: usize, answered: &[u8]) -> Vec<u8> {
    let body = body_of(answered);
    match number % 4 {
        0 => answer("200 OK", "", format!("<h1>{body}</h1>").as_bytes()),
        1 => json("200 OK", &json!({ "auth": [body], "data": "x", "lease_duration": body.to_string() })),
        2 => json("500 Internal Server Error", &json!({ "message": body })),
        _ => format!("HTTP/1.1 200 OK\r\ncontent-length: 99999\r\n\r\n{body}").into_bytes(),
    }
}

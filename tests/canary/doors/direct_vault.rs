//! The doors of `direct-vault`: a whole life against a server that says what a Vault may say, and what none should.

use std::{collections::HashMap, future::Future, sync::Arc, time::Duration};

use canary_tests::{Canary, Request, Seen, Server, answer, json};
use futures_util::{StreamExt, stream};
use secrets_config::{
    Config, Secret,
    vault::{
        Address, Builder, Error, ServerSettings, Vault, VaultSettings,
        login::{AppRole, GivenToken, Jwt, Kubernetes, Login},
    },
};
use serde_json::{Value, json};
use tokio::{sync::Notify, time};

use crate::{Exempt, Row, recorder::record};

pub(crate) const ROWS: &[Row] = &[
    Row {
        name: "a good life, from login to shutdown, with its metrics",
        doors: &[
            "Builder",
            "Builder: Debug",
            "Builder::danger_allow_skip_verify",
            "Builder::lease_max_age",
            "Builder::start",
            "Builder::startup_deadline",
            "Builder::startup_deadline",
            "Counters",
            "Counters: Debug",
            "LeaseStatus",
            "LeaseStatus: Debug",
            "LeaseStatus::ttl",
            "Status",
            "Status: Debug",
            "Status::is_alive",
            "Status::is_alive",
            "Status::is_ready",
            "Status::readiness",
            "Status::readiness",
            "Status::token_ttl",
            "Vault",
            "Vault: Debug",
            "Vault::builder",
            "Vault::database",
            "Vault::shutdown",
            "Vault::status",
            "VaultSettings",
            "VaultSettings: Debug",
        ],
        walk: |canary, seen| record(seen, |seen| run(good_life(canary, seen))),
    },
    Row {
        name: "everything that can be answered to a login or a read, with its metrics",
        doors: &[
            "Error",
            "Error: Debug",
            "Error: Display",
            "Error: Error",
            "Error::class",
            "Error::is_retryable",
        ],
        walk: |canary, seen| record(seen, |seen| run(bad_answers(canary, seen))),
    },
    Row {
        name: "every way to log in",
        doors: &[
            "AppRole",
            "AppRole: Debug",
            "AppRole::mount",
            "AppRole::new",
            "AppRole::wrapped",
            "GivenToken",
            "GivenToken: Debug",
            "GivenToken::new",
            "Jwt",
            "Jwt: Debug",
            "Jwt::mount",
            "Jwt::new",
            "Jwt::role",
            "Kubernetes",
            "Kubernetes: Debug",
            "Kubernetes::mount",
            "Kubernetes::new",
            "Kubernetes::token_file",
            "Login",
            "Login: Debug",
            "ServerSettings",
            "ServerSettings: Debug",
            "ServerSettings::new",
            "TlsSettings",
            "TlsSettings: Debug",
            "VaultSettings::new",
        ],
        walk: |canary, seen| run(logins(canary, seen)),
    },
    Row {
        name: "what is read from Vault",
        doors: &[
            "Kv1",
            "Kv1: Debug",
            "Kv1::read",
            "Kv1::watch",
            "Kv2",
            "Kv2: Debug",
            "Kv2::read",
            "Kv2::read_version",
            "Kv2::watch",
            "Vault::kv1",
            "Vault::kv2",
            "Vault::lease",
            "Vault::static_database",
            "Versioned",
            "Versioned: Debug",
            "Versioned::into_value",
            "Versioned::version",
        ],
        walk: |canary, seen| run(readings(canary, seen)),
    },
    Row {
        name: "an address with a password",
        doors: &["Address", "Address: Debug", "Address: Display", "Address::parse"],
        walk: address,
    },
];

pub(crate) const EXEMPT: &[Exempt] = &[
    Exempt {
        why: "its Debug names the address alone; what it derefs to is of another crate, as the threat model says",
        doors: &["Vault::vaultrs", "VaultrsClient", "VaultrsClient: Debug"],
    },
    Exempt { why: "the body of a login, which is for Vault alone", doors: &["Proof: Serialize"] },
    Exempt {
        why: "what Vault calls a request, in the clear in its audit log; what is no such id is left out",
        doors: &["RequestId: Debug", "RequestId: Display"],
    },
    Exempt {
        why: "a part of the hash of an accessor",
        doors: &["AccessorHash: Debug", "AccessorHash: Display"],
    },
    Exempt {
        why: "names, numbers and times",
        doors: &[
            "Bucket: Debug",
            "Kind: Debug",
            "Method",
            "Method: Debug",
            "Method: Display",
            "Renewal: Debug",
            "Spread: Debug",
            "Unfit: Debug",
            "Attempts: Debug",
            "Class",
            "Class: Debug",
            "Due: Debug",
            "Engine: Debug",
            "Grant: Debug",
            "Health: Debug",
            "Held: Debug",
            "Increment: Debug",
            "Job: Debug",
            "Lease: Debug",
            "LeaseKey: Debug",
            "Lost: Debug",
            "Retired: Debug",
            "RetiredId: Debug",
            "Session: Debug",
            "SessionId: Debug",
            "State",
            "State: Debug",
            "State::as_str",
            "Term: Debug",
        ],
    },
    Exempt {
        why: "inside of the crate alone; what holds one is in the log of the rows above or in a test beside the type",
        doors: &[
            "Client: Debug",
            "Driving: Debug",
            "LeaseId: Debug",
            "Lent: Debug",
            "Loan: Debug",
            "Leased: Debug",
            "Anybody: Debug",
            "Authenticator: Debug",
            "Database: Debug",
            "Memory: Debug",
            "NewToken: Debug",
            "Proof: Debug",
            "Reading: Debug",
            "Source: Debug",
            "StaticDatabase: Debug",
            "Token: Debug",
        ],
    },
];

/// A renewal comes after a second.
const LONGEST: Duration = Duration::from_secs(4);
/// Time for an answer to be read, and told of in the log.
const A_MOMENT: Duration = Duration::from_millis(300);

fn run(life: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(life);
}

fn settings(server: &Server, canary: &Canary) -> VaultSettings {
    VaultSettings::from_pairs([
        ("VAULT_ADDR", server.url()),
        ("VAULT_ROLE_ID", canary.text().to_owned()),
        ("VAULT_SECRET_ID", canary.text().to_owned()),
    ])
    .unwrap()
}

/// A token that can be in a header, made of the canary where that is possible.
fn token(canary: &Canary) -> String {
    let visible = canary.text().bytes().all(|byte| (b' '..=b'~').contains(&byte));
    if visible { canary.text().to_owned() } else { format!("hvs.{}", "x".repeat(24)) }
}

fn login(canary: &Canary, ttl: u64) -> Value {
    json!({ "auth": {
        "client_token": token(canary), "accessor": canary.text(), "lease_duration": ttl, "renewable": true,
    }})
}

fn lease(canary: &Canary, ttl: u64) -> Value {
    json!({
        "lease_id": format!("database/creds/app/{}", canary.text()), "lease_duration": ttl, "renewable": true,
        "data": { "username": "v-app", "password": canary.text() },
    })
}

/// What a good Vault answers.
fn good(request: &Request, canary: &Canary) -> Vec<u8> {
    match request.path.as_str() {
        path if path.ends_with("/login") => json("200 OK", &login(canary, 3)),
        "/v1/database/creds/app" => json("200 OK", &lease(canary, 2)),
        "/v1/sys/leases/renew" => json("400 Bad Request", &json!({ "errors": ["lease not found"] })),
        "/v1/secret/data/app" => json(
            "200 OK",
            &json!({
                "lease_id": "", "lease_duration": 0, "renewable": false,
            "data": {
                "data": { "password": canary.text() },
                "metadata": { "version": 3, "created_time": "2026-11-22T00:00:00Z" },
            },
            }),
        ),
        "/v1/kv/app" => json(
            "200 OK",
            &json!({
                "lease_id": "", "lease_duration": 60, "renewable": false, "data": { "password": canary.text() },
            }),
        ),
        "/v1/database/static-creds/app" => json(
            "200 OK",
            &json!({
                "lease_id": "", "lease_duration": 0, "renewable": false,
            "data": { "username": "app", "password": canary.text(), "ttl": 60, "rotation_period": 60 },
            }),
        ),
        "/v1/auth/token/renew-self" => json("200 OK", &login(canary, 3)),
        _ => answer("204 No Content", "", b""),
    }
}

async fn good_life(canary: &Canary, seen: &mut Seen) {
    let server = Server::start({
        let canary = canary.clone();
        move |request| {
            let answer = good(&request, &canary);
            async move { answer }
        }
    })
    .await;
    let settings = settings(&server, canary);
    seen.debug("settings", &settings);
    let builder = Vault::builder(settings)
        .lease_max_age(Duration::from_millis(600))
        .startup_deadline(Duration::from_secs(30));
    seen.debug("a builder", &builder);
    let vault = builder.start().await.unwrap();
    seen.debug("a vault", &vault);
    let mut login = vault.database("database/creds/app").await.unwrap();
    assert_eq!(login.current().password().expose_secret(), canary.text());
    seen.debug("a login", &login);
    let mut status = vault.status();
    let swapped = time::timeout(Duration::from_secs(30), login.changed()).await.unwrap();
    seen.debug("the next login", &swapped.unwrap());
    status.wait_for(|status| status.counters.renewals > 0).await.unwrap();
    let now = status.borrow().clone();
    assert!(now.is_ready() && now.is_alive() && now.readiness().is_ok() && now.token_ttl().is_some());
    seen.debug("the status", &now);
    for lease in &now.leases {
        seen.debug("a lease", lease);
        seen.text("its path and time", format!("{} {:?}", lease.path, lease.ttl()));
    }
    vault.shutdown().await;
    seen.debug("the last status", &*status.borrow());
    assert!(server.requests().iter().any(|request| request.path.ends_with("revoke-self")));
}

async fn logins(canary: &Canary, seen: &mut Seen) {
    let server = Server::start({
        let canary = canary.clone();
        move |request| {
            let answer = good(&request, &canary);
            async move { answer }
        }
    })
    .await;
    let secret = || Secret::from(canary.text());
    let ways: [Login; 5] = [
        AppRole::new(secret(), secret()).mount("approle").into(),
        AppRole::new(secret(), secret()).wrapped("auth/approle/role/app/secret-id").into(),
        Jwt::new(secret()).role("app").mount("jwt").into(),
        Kubernetes::new("app").mount("kubernetes").token_file("/nowhere/token").into(),
        GivenToken::new(secret()).into(),
    ];
    for way in ways {
        seen.debug("a way to log in", &way);
        let settings = VaultSettings::new(ServerSettings::new(Address::parse(&server.url()).unwrap()), way);
        seen.debug("its settings", &settings);
        seen.debug("its TLS", &settings.server.tls);
        // Some of them wait for what they do not get here.
        match time::timeout(A_MOMENT * 4, Vault::builder(settings).start()).await {
            Ok(Ok(vault)) => seen.debug("a vault", &vault),
            Ok(Err(error)) => seen.error("why not", &error),
            Err(_waiting) => {}
        }
    }
}

async fn readings(canary: &Canary, seen: &mut Seen) {
    type Right = HashMap<String, Secret<String>>;
    type Wrong = HashMap<String, u16>;
    let server = Server::start({
        let canary = canary.clone();
        move |request| {
            let answer = good(&request, &canary);
            async move { answer }
        }
    })
    .await;
    let vault = Vault::builder(settings(&server, canary)).start().await.unwrap();
    let (kv1, kv2) = (vault.kv1("kv"), vault.kv2("secret"));
    seen.debug("kv", &(&kv1, &kv2));
    let read = kv2.read::<Right>("app").await.unwrap();
    assert_eq!(read["password"].expose_secret(), canary.text());
    seen.debug("a version", &read);
    seen.debug("its parts", &(read.version(), read.into_value()));
    seen.debug("a value", &kv1.read::<Right>("app").await.unwrap());
    // A number fits where the canary is none.
    let mut failed = |what: &str, error: Option<Error>| match error {
        Some(error) => seen.error(what, &error),
        None => seen.text(what, "it was read"),
    };
    failed("a wrong type", kv1.read::<Wrong>("app").await.err());
    failed("a wrong type", kv2.read::<Wrong>("app").await.err());
    failed("a wrong type", kv2.read_version::<Wrong>("app", 3).await.err());
    let soon = A_MOMENT * 4;
    failed("a lease", time::timeout(soon, vault.lease::<Wrong>("kv/app")).await.ok().and_then(Result::err));
    failed("a watch", time::timeout(soon, kv1.watch::<Wrong>("app", soon)).await.ok().and_then(Result::err));
    failed("a watch", time::timeout(soon, kv2.watch::<Wrong>("app", soon)).await.ok().and_then(Result::err));
    let login = time::timeout(soon, vault.static_database("database/static-creds/app")).await;
    seen.debug("a static login", &login);
    seen.debug("the status", &*vault.status().borrow());
}

/// Answers that no Vault should give, with the secret in every corner.
fn strange_answers(canary: &Canary) -> Vec<Vec<u8>> {
    let text = canary.text();
    let in_a_line = text.replace(['\r', '\n'], " ");
    let mut answers: Vec<_> = [
        json!(text),
        json!([text]),
        json!({ "auth": text, "data": text, "lease_id": text }),
        json!({ "auth": { "client_token": { text: text } }, "lease_id": [text] }),
        json!({ "auth": { "client_token": text, "lease_duration": text, "renewable": text } }),
        json!({ "auth": { "client_token": format!("{text}\n"), "lease_duration": 1, "renewable": true } }),
        json!({ "lease_id": text, "lease_duration": text, "renewable": true, "data": { "password": text } }),
        json!({ "lease_id": text, "lease_duration": 9, "renewable": true, "data": { "password": [text] } }),
        json!({ "lease_id": "", "lease_duration": 9, "renewable": true, "data": { "username": "u", "password": text } }),
        json!({ "lease_id": text, "lease_duration": 9, "renewable": true, "data": { text: text } }),
        json!({ "errors": text, "warnings": [text] }),
        json!({ "errors": [{ "message": text }] }),
        json!({ "data": { "keys": [text] }, "wrap_info": { "token": text } }),
    ]
    .iter()
    .flat_map(|body| ["200 OK", "400 Bad Request", "403 Forbidden", "404 Not Found", "503 Service Unavailable"]
        .map(|status| json(status, body)))
    .collect();
    let whole = login(canary, 9).to_string();
    answers.extend([
        answer("200 OK", "", text.as_bytes()),
        answer("200 OK", "content-type: text/html\r\n", format!("<h1>{text}</h1>").as_bytes()),
        answer("502 Bad Gateway", "", format!("<h1>{text}</h1>").as_bytes()),
        answer("200 OK", "", &whole.as_bytes()[..whole.len() - 3]),
        answer("200 OK", "", text.repeat(1 + (2 << 20) / text.len()).as_bytes()),
        answer("200 OK", "", &[text.as_bytes(), b"\xff\xfe"].concat()),
        answer(
            "302 Found",
            &format!(
                "location: https://me:{}@elsewhere.example/{in_a_line}?{in_a_line}\r\n",
                in_a_line.replace(['/', '#'], "")
            ),
            b"",
        ),
        answer("307 Temporary Redirect", &format!("location: /v1/{in_a_line}\r\n"), b""),
        answer(
            &format!("200 {in_a_line}"),
            &format!("x-token: {in_a_line}\r\nset-cookie: t={in_a_line}\r\n"),
            b"{}",
        ),
        answer("429 Too Many Requests", &format!("retry-after: {in_a_line} s\r\n"), b"{}"),
        format!("{in_a_line}\r\n\r\n").into_bytes(),
        format!("HTTP/1.1 {in_a_line}\r\n\r\n").into_bytes(),
        format!("HTTP/1.1 200 OK\r\n{in_a_line}\r\n\r\n").into_bytes(),
        format!("HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n{whole}").into_bytes(),
        format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{text}").into_bytes(),
        Vec::new(),
        json("503 Service Unavailable", &json!({ "errors": ["Vault is sealed"] })),
        json("400 Bad Request", &json!({ "errors": ["invalid role or secret ID"] })),
        json("403 Forbidden", &json!({ "errors": ["permission denied"] })),
        json("404 Not Found", &json!({ "errors": [] })),
    ]);
    answers
}

async fn bad_answers(canary: &Canary, seen: &mut Seen) {
    let is_strange: [fn(&str) -> bool; 3] = [
        |path| path.ends_with("/login"),
        |path| path == "/v1/database/creds/app",
        |path| !path.ends_with("/login") && !path.ends_with("/creds/app"),
    ];
    let answers = strange_answers(canary);
    let lives =
        answers.iter().flat_map(|answer| is_strange.map(|is| strange_life(canary, answer.clone(), is)));
    // Few enough at once for each to be answered in time on a busy machine.
    let lives: Vec<_> = stream::iter(lives).buffer_unordered(24).collect().await;
    for error in lives.into_iter().flatten() {
        seen.error("an error", &*error);
        seen.text("its class", format!("{:?} {}", error.class(), error.is_retryable()));
    }
}

/// Lives where one kind of request gets a strange answer, and returns what went wrong.
async fn strange_life(canary: &Canary, strange: Vec<u8>, is_strange: fn(&str) -> bool) -> Vec<Arc<Error>> {
    let answered = Arc::new(Notify::new());
    let server = Server::start({
        let (canary, answered) = (canary.clone(), Arc::clone(&answered));
        move |request| {
            let is_strange = is_strange(&request.path);
            let answer = if is_strange { strange.clone() } else { good(&request, &canary) };
            if is_strange {
                answered.notify_one();
            }
            async move { answer }
        }
    })
    .await;
    let mut errors = Vec::new();
    let told = async {
        let _told = time::timeout(LONGEST, answered.notified()).await;
        time::sleep(A_MOMENT).await;
    };
    tokio::select! {
        () = live(Vault::builder(settings(&server, canary)), &mut errors) => {}
        () = told => {}
    }
    errors
}

/// Lives until the lease is renewed or lost.
async fn live(builder: Builder, errors: &mut Vec<Arc<Error>>) {
    let vault = match builder.start().await {
        Ok(vault) => vault,
        Err(error) => return errors.push(Arc::new(error)),
    };
    let mut status = vault.status();
    let login = tokio::select! {
        login = vault.database("database/creds/app") => login,
        failed = status.wait_for(|status| status.last_error.is_some()) => {
            return errors.extend(failed.unwrap().last_error.clone());
        }
    };
    if let Err(error) = login {
        errors.push(Arc::new(error));
    }
    let failed = status.wait_for(|status| status.last_error.is_some()).await;
    errors.extend(failed.ok().and_then(|status| status.last_error.clone()));
    vault.shutdown().await;
}

fn address(canary: &Canary, seen: &mut Seen) {
    let text = canary.text();
    for address in
        [text.to_owned(), format!("http://me:{text}@127.0.0.1:8200"), format!("http://127.0.0.1/?{text}")]
    {
        seen.debug("an address", &Address::parse(&address));
    }
    seen.display("an address", &Address::parse("http://127.0.0.1:8200/vault/").unwrap());
}

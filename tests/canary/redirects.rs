//! Wherever Vault points to, the token and the login go nowhere else.
#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

use std::{sync::Arc, time::Duration};

use canary_tests::{Request, Server, answer, json};
use rcgen::{CertifiedKey, KeyPair};
use secrets_config::{
    Config,
    vault::{Error, State, Vault, VaultSettings},
};
use serde_json::json;

const SOON: Duration = Duration::from_secs(10);
const SECRETS: [&str; 3] = ["hunter2-role-id", "hunter2-secret-id", "hvs.hunter2-token"];

fn settings(address: &str, cacert: Option<&str>) -> VaultSettings {
    let mut pairs =
        vec![("VAULT_ADDR", address), ("VAULT_ROLE_ID", SECRETS[0]), ("VAULT_SECRET_ID", SECRETS[1])];
    pairs.extend(cacert.map(|path| ("VAULT_CACERT", path)));
    VaultSettings::from_pairs(pairs).unwrap()
}

fn login() -> Vec<u8> {
    json(
        "200 OK",
        &json!({ "auth": {
            "client_token": SECRETS[2], "lease_duration": 3600, "renewable": true,
        }}),
    )
}

fn redirect(status: &str, to: &str, request: &Request) -> Vec<u8> {
    answer(status, &format!("location: {to}{}\r\n", request.path), b"")
}

/// A server that nobody should ask.
async fn elsewhere() -> Server {
    Server::start(|_| async { login() }).await
}

/// Waits until the handle says what went wrong.
async fn last_error(vault: &Vault) -> Arc<Error> {
    let mut status = vault.status();
    let failed = status.wait_for(|status| status.last_error.is_some());
    let status = tokio::time::timeout(SOON, failed).await.unwrap().unwrap().clone();
    status.last_error.unwrap()
}

/// A Vault that logs in, and answers everything else with a redirect.
async fn redirecting(status: &'static str, to: String) -> Server {
    Server::start(move |request| {
        let to = to.clone();
        async move {
            if request.path.ends_with("/login") { login() } else { redirect(status, &to, &request) }
        }
    })
    .await
}

const REDIRECTS: [&str; 5] = [
    "301 Moved Permanently",
    "302 Found",
    "303 See Other",
    "307 Temporary Redirect",
    "308 Permanent Redirect",
];

#[tokio::test]
async fn a_redirect_to_another_host_never_gets_the_token() {
    for status in REDIRECTS {
        let other = elsewhere().await;
        let vault_server = redirecting(status, other.url()).await;
        let vault = Vault::builder(settings(&vault_server.url(), None)).start().await.unwrap();
        let lease = vault.database("database/creds/app");
        let error = tokio::select! {
            error = last_error(&vault) => error,
            lease = lease => panic!("{:?}", lease.err()),
        };
        assert!(error.to_string().contains("and the token goes nowhere else"), "{status}: {error}");
        assert!(error.to_string().contains(&other.url()), "{status}: {error}");
        assert!(
            vault_server.requests().iter().any(|request| request.header("x-vault-token") == Some(SECRETS[2]))
        );
        assert_eq!(other.requests().len(), 0, "{status}");
    }
}

#[tokio::test]
async fn a_redirect_to_another_host_never_gets_the_login() {
    for status in REDIRECTS {
        let other = elsewhere().await;
        let to = other.url();
        let asked = Arc::new(tokio::sync::Notify::new());
        let first = Server::start({
            let asked = Arc::clone(&asked);
            move |request| {
                asked.notify_one();
                let answer = redirect(status, &to, &request);
                async move { answer }
            }
        })
        .await;
        let starting = Vault::builder(settings(&first.url(), None)).start();
        let waited = async {
            asked.notified().await;
            // The answer is on its way: a client that follows has done so within this time.
            tokio::time::sleep(Duration::from_millis(200)).await;
        };
        tokio::select! {
            started = starting => panic!("{:?}", started.err()),
            () = waited => {}
        }
        assert_eq!(other.requests().len(), 0, "{status}");
    }
}

#[tokio::test]
async fn a_redirect_on_the_same_host_is_followed_with_the_token() {
    let server = Server::start(|request| async move {
        match request.path.as_str() {
            path if path.ends_with("/login") => login(),
            "/v1/database/creds/app" => {
                answer("307 Temporary Redirect", "location: /v1/database/creds/real\r\n", b"")
            }
            "/v1/database/creds/real" => json(
                "200 OK",
                &json!({
                    "lease_id": "database/creds/real/x", "lease_duration": 3600, "renewable": true,
                    "data": { "username": "v-app", "password": "hunter2-password" },
                }),
            ),
            _ => json("200 OK", &json!({})),
        }
    })
    .await;
    let vault = Vault::builder(settings(&server.url(), None)).start().await.unwrap();
    let login = vault.database("database/creds/app").await.unwrap();
    assert_eq!(login.current().username(), "v-app");
    let followed = server.requests().into_iter().find(|request| request.path.ends_with("/real")).unwrap();
    assert_eq!(followed.header("x-vault-token"), Some(SECRETS[2]));
}

#[tokio::test]
async fn a_redirect_from_https_to_http_is_refused() {
    let certificate: CertifiedKey<KeyPair> =
        rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let ca = folder.path().join("ca.pem");
    std::fs::write(&ca, certificate.cert.pem()).unwrap();
    // The very same host, and the same port were two protocols able to share one.
    let plain = elsewhere().await;
    let to = plain.url();
    let server = Server::start_tls(&certificate, move |request| {
        let answer = if request.path.ends_with("/login") {
            login()
        } else {
            redirect("307 Temporary Redirect", &to, &request)
        };
        async move { answer }
    })
    .await;
    let vault = Vault::builder(settings(&server.url(), Some(ca.to_str().unwrap()))).start().await.unwrap();
    let error = tokio::select! {
        error = last_error(&vault) => error,
        lease = vault.database("database/creds/app") => panic!("{:?}", lease.err()),
    };
    assert!(error.to_string().contains(&plain.url()), "{error}");
    assert_eq!(plain.requests().len(), 0);
    assert_ne!(vault.status().borrow().state, State::Stopped);
}

#[tokio::test]
async fn a_redirect_shows_nothing_but_the_origin_it_leads_to() {
    let first = Server::start(|request| async move {
        if request.path.ends_with("/login") {
            return login();
        }
        let to = "http://user:hunter2-password@127.0.0.1:1/v1/x?token=hunter2-token#hunter2-fragment";
        answer("307 Temporary Redirect", &format!("location: {to}\r\n"), b"")
    })
    .await;
    let vault = Vault::builder(settings(&first.url(), None)).start().await.unwrap();
    let error = tokio::select! {
        error = last_error(&vault) => error,
        lease = vault.database("database/creds/app") => panic!("{:?}", lease.err()),
    };
    assert!(error.to_string().contains("http://127.0.0.1:1,"), "{error}");
    assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
}

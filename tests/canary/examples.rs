//! What the examples answer to whoever asks them about themselves.
#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

use std::time::Duration;

use canary_tests::{Canary, Seen, Server, answer, json};
use serde_json::{Value, json};
use testkit::{Postgres, Service};

const SOON: Duration = Duration::from_secs(20);

#[tokio::test]
async fn the_bridge_answers_without_a_secret() {
    let binary = Service::build("eso-bridge").await.unwrap();
    for canary in Canary::all() {
        let text = canary.text();
        let key = text.repeat(2);
        let env = [("DB_PASSWORD", text), ("API_KEY", text), ("JWT_SECRET", &key)];
        let service = Service::start(&binary, env).await.unwrap();
        service.wait_line("listening", SOON).await.unwrap();
        let mut seen = Seen::default();
        let config = ask(&service, "/config", &mut seen).await;
        assert_eq!(config["DB_PASSWORD"]["value"], "[REDACTED]");
        ask(&service, "/healthz", &mut seen).await;
        seen.text("its output", service.output());
        assert_eq!(seen.leaks(&canary), Vec::<String>::new(), "{canary:?}");
    }
}

#[tokio::test]
async fn the_direct_service_answers_without_a_secret() {
    let binary = Service::build("direct-vault-example").await.unwrap();
    let postgres = Postgres::start().await.unwrap();
    // With control characters there is no password for PostgreSQL.
    for canary in Canary::all().into_iter().filter(|canary| !canary.text().contains(char::is_control)) {
        let (user, text) = (canary.kind(), canary.text());
        let password = text.replace('\'', "''");
        postgres.query(&format!("CREATE ROLE \"{user}\" LOGIN PASSWORD '{password}'")).await.unwrap();
        let vault = vault(&canary).await;
        let (address, port) = (vault.url(), postgres.port().to_string());
        let env = [
            ("VAULT_ADDR", address.as_str()),
            ("VAULT_ROLE_ID", text),
            ("VAULT_SECRET_ID", text),
            ("DATABASE_HOST", postgres.host()),
            ("DATABASE_PORT", &port),
            ("DATABASE_NAME", "postgres"),
            ("DATABASE_CREDS_PATH", "database/creds/app"),
            ("RUST_LOG", "trace"),
        ];
        let mut service = Service::start(&binary, env).await.unwrap();
        service.wait_ready(SOON).await.unwrap();
        let mut seen = Seen::default();
        let who = ask(&service, "/whoami", &mut seen).await;
        assert_eq!(who["user"], user, "{}", service.output());
        let failed = async {
            while ask(&service, "/status", &mut seen).await["last_error"].is_null() {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(SOON, failed).await.unwrap();
        for path in ["/healthz", "/readyz", "/orders/count"] {
            ask(&service, path, &mut seen).await;
        }
        seen.text("its output", service.output());
        assert_eq!(seen.leaks(&canary), Vec::<String>::new(), "{canary:?}");
    }
}

async fn ask(service: &Service, path: &str, seen: &mut Seen) -> Value {
    let (status, body) = service.get(path).await.unwrap();
    seen.text(path, format!("{status} {body}"));
    body
}

/// A Vault that gives the canary as everything that is secret, and quotes it instead of a renewal.
async fn vault(canary: &Canary) -> Server {
    let (user, text) = (canary.kind(), canary.text().to_owned());
    let visible = text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    let token = if visible { text.clone() } else { "hvs.not-of-a-header".to_owned() };
    Server::start(move |request| {
        let answer = match request.path.as_str() {
            path if path.ends_with("/login") => json(
                "200 OK",
                &json!({ "auth": {
                    "client_token": token, "accessor": text, "lease_duration": 600, "renewable": true,
                }}),
            ),
            "/v1/database/creds/app" => json(
                "200 OK",
                &json!({
                    "lease_id": format!("database/creds/app/{text}"), "lease_duration": 4, "renewable": true,
                    "data": { "username": user, "password": text },
                }),
            ),
            "/v1/sys/leases/renew" => json("500 Internal Server Error", &json!({ "message": text })),
            _ => answer("204 No Content", "", b""),
        };
        async move { answer }
    })
    .await
}

//! What comes out of it.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::SeqCst},
};

use canary_tests::{Log, Server, answer, json};
use direct_vault::Vault;
use serde_json::json;
use vaultrs::kv2;

use crate::transport::{Read, TOKEN, login, secret, settings};

const VALUE: &str = "hunter2-canary-value";

/// Good and bad answers, each with the secret in its body.
fn answers() -> [Vec<u8>; 6] {
    [
        secret(VALUE),
        json("400 Bad Request", &json!({ "errors": ["bad request"], "data": VALUE })),
        json("403 Forbidden", &json!({ "errors": ["permission denied"], "data": VALUE })),
        json("200 OK", &json!({ "data": VALUE })),
        answer("200 OK", "", VALUE.as_bytes()),
        answer("502 Bad Gateway", "", VALUE.as_bytes()),
    ]
}

#[tokio::test]
async fn neither_the_log_nor_the_message_of_an_error_holds_the_token_or_a_body() {
    let log = Log::capture();
    let next = Arc::new(AtomicUsize::new(0));
    let server = Server::start(move |request| {
        let answer =
            login(&request).unwrap_or_else(|| answers()[next.fetch_add(1, SeqCst) % answers().len()].clone());
        async move { answer }
    })
    .await;
    let vault = Vault::builder(settings(&server.url(), &[])).start().await.unwrap();
    let mut shown = format!("{:?}", vault.vaultrs().unwrap());
    let mut failed = 0;
    for _ in answers() {
        let read: Read = kv2::read(&vault.vaultrs().unwrap(), "secret", "app").await;
        if let Err(error) = read {
            failed += 1;
            shown += &error.to_string();
        }
    }
    assert_eq!(failed, answers().len() - 1);
    for secret in [TOKEN, VALUE] {
        assert!(!shown.contains(secret), "{shown}");
        let log = log.text_from(0);
        assert!(log.contains("/secret/data/app"), "nothing of it was logged");
        let leak = log.lines().find(|line| line.contains(secret));
        assert_eq!(leak, None);
    }
}

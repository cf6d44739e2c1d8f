//! What a login that is replaced leaves in memory.

use std::time::Duration;

use canary_tests::{Server, answer, json};
use secrets_config::{
    Config,
    vault::{Vault, VaultSettings},
};
use serde_json::json;
use tokio::{runtime::Runtime, time};

use crate::{MARK, allocator::Looking};

/// What was freed with a secret inside.
#[derive(Debug)]
pub(crate) struct Dirty {
    pub(crate) rotation: usize,
    pub(crate) life: usize,
}

/// Counts in one rotation, from a login to the next, and in a life around it, from login to shutdown.
pub(crate) fn lived() -> Dirty {
    // On threads of its own, where nobody looks.
    let elsewhere = Runtime::new().unwrap();
    let server = elsewhere.block_on(vault());
    let settings = VaultSettings::from_pairs([
        ("VAULT_ADDR", server.url()),
        ("VAULT_ROLE_ID", format!("{MARK}role")),
        ("VAULT_SECRET_ID", format!("{MARK}secret")),
    ])
    .unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let watch = |future: &mut dyn FnMut()| Looking::watch(MARK, future).0;
    let (mut vault, mut login) = (None, None);
    let start = watch(&mut || {
        let started = runtime.block_on(Vault::builder(settings.clone()).start()).unwrap();
        login = Some(runtime.block_on(started.database("database/creds/app")).unwrap());
        vault = Some(started);
    });
    let rotation = watch(&mut || {
        let next = login.as_mut().unwrap().changed();
        runtime.block_on(async { time::timeout(Duration::from_secs(20), next).await.unwrap().unwrap() });
    });
    let end = watch(&mut || {
        login = None;
        runtime.block_on(vault.take().unwrap().shutdown());
    });
    Dirty { rotation, life: start + rotation + end }
}

/// A Vault whose secrets all have the mark, and whose leases are not renewed.
async fn vault() -> Server {
    Server::start(|request| {
        let answer = match request.path.as_str() {
            path if path.ends_with("/login") => json(
                "200 OK",
                &json!({ "auth": {
                    "client_token": format!("hvs.{MARK}token"), "lease_duration": 600, "renewable": true,
                }}),
            ),
            "/v1/database/creds/app" => json(
                "200 OK",
                &json!({
                    "lease_id": format!("database/creds/app/{MARK}lease"), "lease_duration": 3, "renewable": false,
                    "data": { "username": "v-app", "password": format!("{MARK}password") },
                }),
            ),
            _ => answer("204 No Content", "", b""),
        };
        async move { answer }
    })
    .await
}

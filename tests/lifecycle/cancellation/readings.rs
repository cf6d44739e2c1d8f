//! What is read without a lease, by somebody who does not wait for it.

use std::{collections::BTreeMap, time::Duration};

use direct_vault::{Error, Vault};
use lifecycle_tests::turns::{at_every_turn, complete, cut_after, pass};
use secrets_config_core::Secret;

use crate::ground::{Ground, LONG, STATIC};

const SECOND: Duration = Duration::from_secs(1);

type Texts = BTreeMap<String, Secret<String>>;

/// The mount and the path of [`STATIC`], which is a secret like any other.
fn secret() -> (&'static str, &'static str) {
    STATIC.split_once('/').unwrap()
}

fn read_once_at_most<T>(ask: impl AsyncFn(&Vault) -> Result<T, Error>) {
    let turns = at_every_turn(async |turns| {
        let ground = Ground::new(LONG).await;
        ground.server.write(STATIC, serde_json::json!({ "username": "app", "password": "a password" }));
        let vault = ground.vault().await;
        let completed = cut_after(turns, ask(&vault)).await.is_some();
        pass(60 * SECOND, 3 * SECOND).await;
        let read = ground.asked(&format!("GET {STATIC}"));
        assert!(read <= 1, "{read} after {turns} turns");
        complete(vault.shutdown()).await;
        ground.assert_quiet().await;
        completed
    });
    assert!(turns > 5, "it was cut at {turns} places only");
}

#[test]
fn a_secret_nobody_waits_for() {
    let (mount, path) = secret();
    read_once_at_most(async |vault| vault.kv1(mount).read::<Texts>(path).await);
}

#[test]
fn a_watch_nobody_waits_for() {
    let (mount, path) = secret();
    read_once_at_most(async |vault| vault.kv1(mount).watch::<Texts>(path, 10 * SECOND).await);
}

#[test]
fn a_login_that_vault_keeps_and_nobody_waits_for() {
    read_once_at_most(async |vault| vault.static_database(STATIC).await);
}

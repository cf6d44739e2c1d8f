//! The file with the secret id is swapped as Kubernetes does it, emptied, and cut off.

use secrets_config::{
    Config,
    vault::{Vault, VaultSettings},
};
use serde_json::json;
use vault_tests::{Ground, Mounted, SOON, until};

const KEY: &str = "VAULT_SECRET_ID";

/// Waits until the service has logged in twice more: the first of it may have begun before.
async fn logs_in_again(vault: &Vault) {
    let before = vault.status().borrow().counters.logins;
    until(vault, SOON, |status| status.counters.logins >= before + 2).await;
}

#[tokio::test]
async fn each_login_reads_the_file_and_what_was_good_last_stands_in_for_what_is_not() {
    let ground = Ground::start().await;
    ground.set_role(json!({ "token_ttl": "6s", "token_max_ttl": "6s" })).await;
    let first = ground.secret_id().await;
    let mut mounted = Mounted::new(&[(KEY, &first.id)]);
    let address = ground.server.address();
    let pairs = [("VAULT_ADDR", address.as_str()), ("VAULT_ROLE_ID", &ground.role_id)];
    let settings = VaultSettings::loader().pairs(pairs).secrets_dir(mounted.root()).load().unwrap();
    let vault = Vault::builder(settings).start().await.unwrap();

    let second = ground.secret_id().await;
    mounted.swap(&[(KEY, &second.id)]);
    // A login that has read the first one may still be on its way.
    logs_in_again(&vault).await;
    ground.destroy(&first).await;
    logs_in_again(&vault).await;

    mounted.swap(&[(KEY, "")]);
    logs_in_again(&vault).await;

    mounted.swap(&[(KEY, &second.id[..10])]);
    logs_in_again(&vault).await;

    let status = vault.status().borrow().clone();
    assert_eq!((status.counters.failures, status.bootstrap_stale), (0, false), "{status:?}");
    vault.shutdown().await;
}

//! Vault makes a user that may not do what the application does.

use std::time::Duration;

use secrets_config::{
    Secret, pool,
    vault::{Vault, VaultSettings, login::AppRole},
};
use service_tests::{SOON, Servers};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use testkit::Provision;

use crate::scene::lasting_token;

/// How long a login is used before the next one is made.
const AGE: Duration = Duration::from_secs(6);

#[tokio::test]
async fn the_old_login_serves_on_and_the_useless_one_is_revoked_and_replaced() {
    // The old login is kept to its end, and no further.
    let ttl = Duration::from_secs(300);
    let servers = Servers::start(Provision { lease_ttl: ttl, lease_max_ttl: ttl, ..lasting_token() }).await;
    let Servers { app, postgres, vault: server, .. } = &servers;
    let login = AppRole::new(Secret::from(app.role_id.as_str()), Secret::from(app.secret_id.as_str()));
    let address = vault_tests::server(&[("VAULT_ADDR", &server.address())]);
    let settings = VaultSettings::new(address, login);
    let vault = Vault::builder(settings).lease_max_age(AGE).start().await.unwrap();
    let login = vault.database(&app.creds_path).await.unwrap();
    let place =
        PgConnectOptions::new_without_pgpass().host(postgres.host()).port(postgres.port()).database("app");
    let (pool, rotation) = pool::sqlx::postgres(login.clone())
        .connect_options(place)
        .pool_options(PgPoolOptions::new().max_connections(2))
        .probe("SELECT FROM orders LIMIT 0")
        .connect_with_rotation()
        .await
        .unwrap();
    let user = async || -> String {
        sqlx::query_scalar("SELECT session_user::text FROM (SELECT count(*) FROM orders) AS counted")
            .fetch_one(&pool)
            .await
            .unwrap()
    };
    let first = user().await;

    app.break_grants(server, true).await.unwrap();
    let made = async {
        while login.generation() == 1 {
            assert_eq!(user().await, first, "the old login serves on");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(SOON, made).await.expect("another login is made");
    let bare = login.current().username().to_owned();
    app.break_grants(server, false).await.unwrap();

    // Asked for after five seconds, and more in which nobody changes to the one that is of no use.
    let mended = async {
        loop {
            let user = user().await;
            assert_ne!(user, bare);
            if user != first {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(2 * SOON, mended).await.expect("a login that works is in use");
    assert!(rotation.generation() >= 3, "{rotation:?}");
    let revoked = async {
        while app.database_users(postgres).await.unwrap().iter().any(|user| *user == first || *user == bare) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(SOON, revoked).await.expect("the first and the one of no use are revoked");
    pool.close().await;
    vault.shutdown().await;
}

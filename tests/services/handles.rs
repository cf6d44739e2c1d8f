//! Pools in one process with their Vault, and what becomes of a lease whose pool goes.
#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

use std::time::Duration;

use secrets_config::{
    Secret, pool,
    vault::{Vault, VaultSettings, login::AppRole},
};
use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use testkit::{Postgres, Provision};

/// Two seconds until it is noticed, and what a busy machine takes for the revocation.
const BOUND: Duration = Duration::from_secs(5);

async fn connect(vault: &Vault, path: &str, postgres: &Postgres) -> PgPool {
    let options =
        PgConnectOptions::new_without_pgpass().host(postgres.host()).port(postgres.port()).database("app");
    let login = vault.database(path).await.unwrap();
    pool::sqlx::postgres(login)
        .connect_options(options)
        .pool_options(PgPoolOptions::new().max_connections(2))
        .connect()
        .await
        .unwrap()
}

async fn user(pool: &PgPool) -> String {
    sqlx::query_scalar("SELECT session_user::text").fetch_one(pool).await.unwrap()
}

#[tokio::test]
async fn the_lease_of_a_pool_that_is_closed_is_revoked_and_that_of_another_is_not() {
    let (postgres, server) = tokio::try_join!(Postgres::start(), testkit::Vault::start()).unwrap();
    let app = Provision::default().apply(&server, &postgres).await.unwrap();
    let login = AppRole::new(Secret::from(app.role_id.as_str()), Secret::from(app.secret_id.as_str()));
    let address = vault_tests::server(&[("VAULT_ADDR", &server.address())]);
    let vault = Vault::builder(VaultSettings::new(address, login)).start().await.unwrap();
    let closed = connect(&vault, &app.creds_path, &postgres).await;
    let kept = connect(&vault, &app.creds_path, &postgres).await;
    assert_ne!(user(&closed).await, user(&kept).await);

    // Whoever still has a connection may finish.
    let in_use = closed.acquire().await.unwrap();
    let closing = tokio::spawn(async move { closed.close().await });
    tokio::time::sleep(BOUND).await;
    assert_eq!(app.leases(&server).await.unwrap(), 2);
    drop(in_use);
    closing.await.unwrap();
    vault_tests::until(&vault, vault_tests::SOON, |status| status.counters.revocations == 1).await;
    assert_eq!(app.database_users(&postgres).await.unwrap(), [user(&kept).await]);
    assert_eq!(app.leases(&server).await.unwrap(), 1);

    kept.close().await;
    vault.shutdown().await;
}

//! Vault keeps a database login and changes its password.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use secrets_config::{
    Secret, pool,
    vault::{Vault, VaultSettings, login::AppRole},
};
use serde_json::json;
use service_tests::SOON;
use sqlx::{
    Connection, PgConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use testkit::{Postgres, Provision, Provisioned};
use vault_tests::server;

const PATH: &str = "database/static-creds/kept";
const SECOND: Duration = Duration::from_secs(1);

struct Servers {
    postgres: Postgres,
    vault: testkit::Vault,
    app: Provisioned,
}

async fn servers() -> (Servers, Vault) {
    let (postgres, vault) = tokio::try_join!(Postgres::start(), testkit::Vault::start()).unwrap();
    let long = 600 * SECOND;
    let provision = Provision { token_ttl: long, token_max_ttl: long, ..Provision::default() };
    let app = provision.apply(&vault, &postgres).await.unwrap();
    let servers = Servers { postgres, vault, app };
    let admin = servers.vault.admin();
    let role = "set role vault; create role kept login in role app_role";
    servers.postgres.execute(&servers.app.database_name, role).await.unwrap();
    let postgres = &servers.postgres;
    let connection = json!({
        "plugin_name": "postgresql-database-plugin",
        "allowed_roles": "*",
        "connection_url": format!(
            "postgresql://{{{{username}}}}:{{{{password}}}}@{}:{}/app?sslmode=disable",
            postgres.host(),
            postgres.port(),
        ),
        "username": "vault",
        "password": postgres.password(),
    });
    admin.post("database/config/app", connection).await.unwrap();
    let kept = json!({ "db_name": "app", "username": "kept", "rotation_period": "8s" });
    admin.post("database/static-roles/kept", kept).await.unwrap();
    let policy = admin.get("sys/policies/acl/app").await.unwrap();
    let policy = policy["data"]["policy"].as_str().unwrap();
    let policy = format!("{policy}\npath \"{PATH}\" {{ capabilities = [\"read\"] }}");
    admin.put("sys/policies/acl/app", json!({ "policy": policy })).await.unwrap();

    let (role_id, secret_id) = (servers.app.role_id.as_str(), servers.app.secret_id.as_str());
    let login = AppRole::new(Secret::from(role_id), Secret::from(secret_id));
    let at = server(&[("VAULT_ADDR", &servers.vault.address())]);
    let vault = Vault::builder(VaultSettings::new(at, login)).start().await.unwrap();
    (servers, vault)
}

#[tokio::test]
async fn each_new_password_is_a_generation_and_no_query_fails() {
    let (servers, vault) = servers().await;
    let login = vault.static_database(PATH).await.unwrap();
    let connect = PgConnectOptions::new_without_pgpass()
        .host(servers.postgres.host())
        .port(servers.postgres.port())
        .database(&servers.app.database_name);

    // A session that was opened with the first password.
    let first = login.current().hold();
    let password = first.password().expose_secret();
    let mut session =
        PgConnection::connect_with(&connect.clone().username(first.username()).password(password))
            .await
            .unwrap();

    let pool = pool::sqlx::postgres(login.clone())
        .connect_options(connect)
        .pool_options(PgPoolOptions::new().max_connections(5).acquire_timeout(5 * SECOND))
        .connect()
        .await
        .unwrap();
    let (over, failed) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let load: Vec<_> = (0..8)
        .map(|_| {
            let (pool, over, failed) = (pool.clone(), Arc::clone(&over), Arc::clone(&failed));
            tokio::spawn(async move {
                let mut queries = 0_usize;
                while !over.load(Ordering::Relaxed) {
                    let good = sqlx::query("select count(*) from orders").execute(&pool).await.is_ok();
                    failed.fetch_add(usize::from(!good), Ordering::Relaxed);
                    queries += 1;
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                queries
            })
        })
        .collect();

    let mut follower = login.clone();
    let mut passwords = vec![password.to_owned()];
    // Two in their time, and one by hand.
    for round in 0..3 {
        if round == 2 {
            servers.vault.admin().post("database/rotate-role/kept", json!({})).await.unwrap();
        }
        let newest = tokio::time::timeout(SOON, follower.changed()).await.unwrap().unwrap();
        passwords.push(newest.password().expose_secret().clone());
    }
    assert_eq!(passwords.iter().collect::<std::collections::BTreeSet<_>>().len(), 4, "each is another one");
    assert_eq!(first.username(), login.current().username());

    over.store(true, Ordering::Relaxed);
    let mut queries = 0;
    for task in load {
        queries += task.await.unwrap();
    }
    assert_eq!(failed.load(Ordering::Relaxed), 0, "of {queries}");
    assert!(queries > 500, "{queries}");
    let one: i32 = sqlx::query_scalar("select 1").fetch_one(&mut session).await.unwrap();
    assert_eq!(one, 1, "the session of the first password goes on");
    pool.close().await;
    vault.shutdown().await;
}

//! Leases of any type. What makes them here is the database engine, read as an application's own type.

use std::time::Duration;

use secrets_config::{
    Secret,
    vault::{Error, Status, Vault, VaultSettings, login::AppRole},
};
use testkit::{Postgres, Provision, Provisioned};
use vault_tests::SOON;

#[derive(serde::Deserialize)]
struct Login {
    username: String,
    password: Secret<String>,
}

struct Servers {
    postgres: Postgres,
    server: testkit::Vault,
    app: Provisioned,
}

async fn start(provision: Provision) -> (Servers, Vault) {
    let (postgres, server) = tokio::try_join!(Postgres::start(), testkit::Vault::start()).unwrap();
    let app = provision.apply(&server, &postgres).await.unwrap();
    let login = AppRole::new(Secret::from(app.role_id.as_str()), Secret::from(app.secret_id.as_str()));
    let address = vault_tests::server(&[("VAULT_ADDR", &server.address())]);
    let vault = Vault::builder(VaultSettings::new(address, login)).start().await.unwrap();
    (Servers { postgres, server, app }, vault)
}

#[tokio::test]
async fn a_lease_of_a_type_of_ones_own_is_replaced_and_revoked() {
    let lease = Duration::from_secs(6);
    let (servers, vault) =
        start(Provision { lease_ttl: lease, lease_max_ttl: lease, ..Provision::default() }).await;
    let mut login = vault.lease::<Login>(&servers.app.creds_path).await.unwrap();
    let first = login.current().username.clone();
    assert!(!login.current().password.expose_secret().is_empty());
    let newest = tokio::time::timeout(SOON, login.changed()).await.unwrap().unwrap();
    assert_ne!(newest.username, first);
    drop(newest);
    vault.shutdown().await;
    assert_eq!(servers.app.database_users(&servers.postgres).await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn a_lease_that_nobody_can_see_any_more_is_revoked_and_no_other() {
    let lease = Duration::from_secs(6);
    let (servers, vault) =
        start(Provision { lease_ttl: lease, lease_max_ttl: lease * 100, ..Provision::default() }).await;
    let path = &servers.app.creds_path;
    let (kept, login) = tokio::try_join!(vault.database(path), vault.database(path)).unwrap();
    let (clone, last) = (login.clone(), login.current().hold());
    let user = last.username().to_owned();

    // A clone sees it, and then a holder: it is renewed for either.
    drop(login);
    tokio::time::sleep(lease).await;
    drop(clone);
    tokio::time::sleep(lease).await;
    let mut users = servers.app.database_users(&servers.postgres).await.unwrap();
    users.sort_by_key(|other| *other == user);
    assert_eq!(users, [kept.current().username(), &user]);

    drop(last);
    let let_go = vault_tests::until(&vault, SOON, |status| status.counters.revocations == 1).await;
    assert_eq!(let_go.leases.len(), 1);
    let left = servers.app.database_users(&servers.postgres).await.unwrap();
    assert_eq!(left, [kept.current().username()]);
    assert_eq!(servers.app.leases(&servers.server).await.unwrap(), 1);
    assert_eq!((kept.generation(), let_go.counters.logins, let_go.counters.failures), (1, 1, 0));
    vault.shutdown().await;
}

#[tokio::test]
async fn a_lease_that_is_dropped_while_it_is_replaced_is_revoked_in_all_its_generations() {
    let lease = Duration::from_secs(20);
    let (servers, vault) =
        start(Provision { lease_ttl: lease, lease_max_ttl: lease, ..Provision::default() }).await;
    let mut login = vault.database(&servers.app.creds_path).await.unwrap();
    let old = login.current().hold();
    tokio::time::timeout(SOON, login.changed()).await.unwrap().unwrap();
    drop(login);
    let revoked = |wanted| move |status: &Status| status.counters.revocations == wanted;
    vault_tests::until(&vault, SOON, revoked(1)).await;
    drop(old);
    vault_tests::until(&vault, SOON, revoked(2)).await;
    assert_eq!(servers.app.database_users(&servers.postgres).await.unwrap(), Vec::<String>::new());
    assert_eq!(servers.app.leases(&servers.server).await.unwrap(), 0);
    vault.shutdown().await;
}

#[tokio::test]
async fn a_lease_that_does_not_fit_is_given_back() {
    #[derive(serde::Deserialize)]
    #[expect(dead_code, reason = "it never comes to be")]
    struct Other {
        access_key: String,
    }
    let (servers, vault) = start(Provision::default()).await;
    let error = vault.lease::<Other>(&servers.app.creds_path).await.map(drop).unwrap_err();
    assert!(matches!(error, Error::Unfit { .. }), "{error}");
    let revoked = vault_tests::until(&vault, SOON, |status| status.counters.revocations == 1).await;
    assert!(revoked.is_ready(), "{revoked:?}");
    assert_eq!(servers.app.leases(&servers.server).await.unwrap(), 0);
    vault.shutdown().await;
}

#[tokio::test]
async fn a_dynamic_role_that_is_read_as_a_static_one_is_refused_and_leaves_no_login() {
    let (servers, vault) = start(Provision::default()).await;
    let error = vault.static_database(&servers.app.creds_path).await.map(drop).unwrap_err();
    assert!(matches!(error, Error::Leased { .. }), "{error}");
    vault_tests::until(&vault, SOON, |status| status.counters.revocations == 1).await;
    assert_eq!(servers.app.database_users(&servers.postgres).await.unwrap(), Vec::<String>::new());
    vault.shutdown().await;
}

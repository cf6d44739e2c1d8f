//! The operator's set-up, used the way an application would.
#![expect(clippy::unwrap_used, reason = "a test")]

use std::{net::IpAddr, time::Duration};

use serde_json::{Value, json};
use testkit::{Admin, Error, Fault, Postgres, Provision, Provisioned, Proxy, Vault, When};

async fn login(vault: &Vault, app: &Provisioned) -> (Admin, Value) {
    let credentials = json!({ "role_id": app.role_id, "secret_id": app.secret_id });
    let answer = vault.admin().with_token("").post("auth/approle/login", credentials).await.unwrap();
    let token = answer["auth"]["client_token"].as_str().unwrap();
    (vault.admin().with_token(token), answer)
}

#[tokio::test]
async fn issues_users_that_leave_nothing_behind() {
    let (vault, postgres) = tokio::try_join!(Vault::start(), Postgres::start()).unwrap();
    let app = Provision::default().apply(&vault, &postgres).await.unwrap();
    let (client, answer) = login(&vault, &app).await;
    assert_eq!(answer["auth"]["lease_duration"], 30);

    let lease = client.get(&app.creds_path).await.unwrap();
    assert_eq!(lease["lease_duration"], 20);
    let user = lease["data"]["username"].as_str().unwrap();
    assert_eq!(app.database_users(&postgres).await.unwrap(), [user]);
    assert_eq!(app.leases(&vault).await.unwrap(), 1);
    assert_eq!(app.tokens(&vault).await.unwrap(), 1);

    let work = format!(
        "set session authorization \"{user}\"; insert into orders (note) values ('first'); create table left_behind ()"
    );
    postgres.execute(&app.database_name, &work).await.unwrap();
    client.put("sys/leases/renew", json!({ "lease_id": lease["lease_id"] })).await.unwrap();
    client.put("sys/leases/revoke", json!({ "lease_id": lease["lease_id"], "sync": true })).await.unwrap();

    assert_eq!(app.database_users(&postgres).await.unwrap(), Vec::<String>::new());
    assert_eq!(app.leases(&vault).await.unwrap(), 0);
    let orders = postgres.execute(&app.database_name, "select note from orders").await.unwrap();
    assert_eq!(orders, [["first"]]);
    let owner = "select tableowner from pg_tables where tablename = 'left_behind'";
    assert_eq!(postgres.execute(&app.database_name, owner).await.unwrap(), [["app_role"]]);
    client.post("auth/token/revoke-self", json!({})).await.unwrap();
    assert_eq!(app.tokens(&vault).await.unwrap(), 0);
}

#[tokio::test]
async fn allows_the_application_no_more_than_it_needs() {
    let (vault, postgres) = tokio::try_join!(Vault::start(), Postgres::start()).unwrap();
    let app = Provision::default().apply(&vault, &postgres).await.unwrap();
    let (client, _) = login(&vault, &app).await;
    let secret = client.get("secret/data/k3s/app").await.unwrap();
    assert_eq!(secret["data"]["data"], json!(app.kv));
    for denied in ["secret/data/k3s/app-bootstrap", "database/config/app", "sys/mounts"] {
        let error = client.get(denied).await.unwrap_err();
        assert!(matches!(error, Error::Vault { status: 403, .. }), "{error}");
    }
}

#[tokio::test]
async fn follows_its_settings() {
    let (vault, postgres) = tokio::try_join!(Vault::start(), Postgres::start()).unwrap();
    let provision = Provision {
        lease_ttl: Duration::from_secs(3600),
        lease_max_ttl: Duration::from_secs(7200),
        token_ttl: Duration::from_secs(5),
        secret_id_num_uses: 1,
        ..Provision::default()
    };
    let app = provision.apply(&vault, &postgres).await.unwrap();
    let (client, answer) = login(&vault, &app).await;
    assert_eq!(answer["auth"]["lease_duration"], 5);
    assert_eq!(client.get(&app.creds_path).await.unwrap()["lease_duration"], 3600);
    let again = json!({ "role_id": app.role_id, "secret_id": app.secret_id });
    assert!(vault.admin().post("auth/approle/login", again).await.is_err());
}

#[tokio::test]
async fn can_be_spoiled_and_mended() {
    let (vault, postgres) = tokio::try_join!(Vault::start(), Postgres::start()).unwrap();
    let app = Provision::default().apply(&vault, &postgres).await.unwrap();
    let (client, _) = login(&vault, &app).await;
    let lease = client.get(&app.creds_path).await.unwrap();
    let renew = async || client.put("sys/leases/renew", json!({ "lease_id": lease["lease_id"] })).await;
    let status = |result: Result<Value, Error>| match result {
        Ok(_) => 200,
        Err(Error::Vault { status, .. }) => status,
        Err(error) => panic!("{error}"),
    };

    app.break_renewal(&vault, true).await.unwrap();
    assert_eq!(status(renew().await), 400);
    app.break_renewal(&vault, false).await.unwrap();
    assert_eq!(status(renew().await), 200);

    app.deny(&vault, &["sys/leases/renew"]).await.unwrap();
    assert_eq!(status(renew().await), 403);
    assert_eq!(status(client.get(&app.creds_path).await), 200);
    app.deny(&vault, &[]).await.unwrap();
    assert_eq!(status(renew().await), 200);

    vault.admin().limit_rate("sys/leases/renew", Duration::from_secs(60), false).await.unwrap();
    assert_eq!([renew().await, renew().await].map(status), [200, 429]);
    vault.admin().unlimit_rate().await.unwrap();
    assert_eq!(status(renew().await), 200);

    let proxy =
        Proxy::tcp((postgres.host().parse::<IpAddr>().unwrap(), postgres.port()).into()).await.unwrap();
    app.move_database(&vault, &postgres, proxy.address().port()).await.unwrap();
    proxy.inject(When::always(), Fault::Cut);
    proxy.cut();
    assert_eq!(status(renew().await), 400);
    assert_eq!(status(client.get(&app.creds_path).await), 500);
    proxy.clear();
    assert_eq!(status(renew().await), 200);

    let users = app.database_users(&postgres).await.unwrap();
    app.drop_user(&postgres, &users[0]).await.unwrap();
    assert_eq!(app.database_users(&postgres).await.unwrap(), users[1..]);
    let ids = app.lease_ids(&vault).await.unwrap();
    assert!(ids.contains(&lease["lease_id"].as_str().unwrap().to_owned()));
    let users = app.database_users(&postgres).await.unwrap();
    app.keep_users(&vault, true).await.unwrap();
    vault.admin().revoke_lease(&ids[0]).await.unwrap();
    assert_eq!(app.leases(&vault).await.unwrap(), ids.len() - 1);
    assert_eq!(app.database_users(&postgres).await.unwrap(), users);
    app.keep_users(&vault, false).await.unwrap();
    let lease = client.get(&app.creds_path).await.unwrap();
    vault.admin().revoke_lease(lease["lease_id"].as_str().unwrap()).await.unwrap();
    assert_eq!(app.database_users(&postgres).await.unwrap(), users);
}

#[tokio::test]
async fn tokens_are_revoked_with_what_they_made() {
    let (vault, postgres) = tokio::try_join!(Vault::start(), Postgres::start()).unwrap();
    let app = Provision::default().apply(&vault, &postgres).await.unwrap();
    let (one, _) = login(&vault, &app).await;
    let (two, _) = login(&vault, &app).await;
    for client in [&one, &two] {
        client.get(&app.creds_path).await.unwrap();
    }
    let token = vault.admin().look_up_token(one.token()).await.unwrap();
    assert!(token.ttl <= Duration::from_secs(30));
    vault.admin().revoke_accessor(&token.accessor).await.unwrap();
    assert!(one.get(&app.creds_path).await.is_err());
    assert!(two.get(&app.creds_path).await.is_ok());
    app.revoke_tokens(&vault).await.unwrap();
    assert!(two.get(&app.creds_path).await.is_err());
    assert_eq!(app.tokens(&vault).await.unwrap(), 0);
}

//! Each way to log in.

use std::{
    convert::Infallible,
    net::Ipv4Addr,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use axum::{Json, Router, extract::State, routing::post};
use secrets_config::{
    Config, Secret, SecretSource,
    vault::{
        Error, Vault, VaultSettings,
        login::{GivenToken, Jwt, Kubernetes},
    },
};
use serde_json::{Value, json};
use testkit::Proxy;
use tokio::net::TcpListener;
use vault_tests::{Authority, Ground, Issuer, SOON, SecretId, until};

/// Reads the ground's secret: whoever can is logged in.
async fn colour(vault: &Vault) -> String {
    #[derive(serde::Deserialize)]
    struct Paint {
        colour: String,
    }
    vault.kv2("secret").read::<Paint>("app/config").await.unwrap().into_value().colour
}

fn seconds_from_now(seconds: u64) -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() + seconds
}

/// Mounts the JWT method for an issuer, with tokens that live for `ttl`.
async fn trust(ground: &Ground, issuer: &Issuer, ttl: &str) {
    let admin = ground.admin();
    admin.post("sys/auth/ci", json!({ "type": "jwt" })).await.unwrap();
    let config = json!({ "jwt_validation_pubkeys": [issuer.public_key()] });
    admin.post("auth/ci/config", config).await.unwrap();
    let role = json!({
        "role_type": "jwt",
        "user_claim": "sub",
        "bound_audiences": ["vault"],
        "token_policies": ["app"],
        "token_no_default_policy": true,
        "token_ttl": ttl,
        "token_max_ttl": ttl,
    });
    admin.post("auth/ci/role/deploy", role).await.unwrap();
}

fn claims(audience: &str) -> Value {
    json!({ "sub": "job-1", "aud": audience, "exp": seconds_from_now(600), "iat": seconds_from_now(0) })
}

#[tokio::test]
async fn an_app_role_is_chosen_by_the_settings_without_a_word() {
    let ground = Ground::start().await;
    let secret_id = ground.secret_id().await.id;
    let address = ground.server.address();
    let settings = VaultSettings::from_pairs([
        ("VAULT_ADDR", address.as_str()),
        ("VAULT_ROLE_ID", &ground.role_id),
        ("VAULT_SECRET_ID", &secret_id),
    ]);
    let vault = Vault::builder(settings.unwrap()).start().await.unwrap();
    assert_eq!(colour(&vault).await, "green");
    vault.shutdown().await;
}

#[tokio::test]
async fn a_jwt_is_asked_for_at_every_login() {
    let (ground, issuer) = (Ground::start().await, Issuer::new());
    trust(&ground, &issuer, "4s").await;
    let asked = Arc::new(AtomicUsize::new(0));
    let source = SecretSource::function({
        let (asked, issuer) = (Arc::clone(&asked), Arc::new(issuer));
        move || {
            asked.fetch_add(1, Ordering::Relaxed);
            let token = issuer.sign(&claims("vault"));
            async { Ok::<_, std::io::Error>(Secret::new(token)) }
        }
    });
    let login = Jwt::new(source).role("deploy").mount("ci");
    let vault = Vault::builder(VaultSettings::new(ground.address(), login)).start().await.unwrap();
    assert_eq!(colour(&vault).await, "green");
    until(&vault, SOON, |status| status.counters.logins == 2).await;
    assert_eq!(asked.load(Ordering::Relaxed), 2);
    vault.shutdown().await;
}

#[tokio::test]
async fn a_jwt_for_somebody_else_is_refused_with_what_to_check() {
    let (ground, issuer) = (Ground::start().await, Issuer::new());
    trust(&ground, &issuer, "1h").await;
    let address = ground.server.address();
    let token = issuer.sign(&claims("somebody else"));
    let settings = VaultSettings::from_pairs([
        ("VAULT_ADDR", address.as_str()),
        ("VAULT_AUTH_METHOD", "jwt"),
        ("VAULT_AUTH_MOUNT", "ci"),
        ("VAULT_ROLE", "deploy"),
        ("VAULT_JWT", &token),
    ]);
    let error = Vault::builder(settings.unwrap()).start().await.unwrap_err();
    assert!(matches!(error, Error::LoginRefused { .. }), "{error}");
    let said = error.to_string();
    assert!(
        said.contains("auth/ci/login") && said.contains("the role's bound claims and audience"),
        "{said}"
    );
    assert!(!said.contains(&token), "{said}");
}

/// A cluster's API that knows one token of a pod at a time.
async fn cluster(known: Arc<Mutex<String>>) -> String {
    async fn review(State(known): State<Arc<Mutex<String>>>, Json(review): Json<Value>) -> Json<Value> {
        let is_known = review["spec"]["token"] == **known.lock().unwrap();
        let user = json!({
            "username": "system:serviceaccount:shop:app",
            "uid": "5f1e8f0e-7b1c-4c57-9d36-0d9b4d4d1c55",
            "groups": ["system:serviceaccounts", "system:serviceaccounts:shop"],
        });
        Json(json!({
            "apiVersion": "authentication.k8s.io/v1",
            "kind": "TokenReview",
            "status": { "authenticated": is_known, "user": user },
        }))
    }
    let routes =
        Router::new().route("/apis/authentication.k8s.io/v1/tokenreviews", post(review)).with_state(known);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, routes).await });
    format!("http://{address}")
}

/// Vault reads the claims of a token before it asks the cluster: they name the service account.
const POD_TOKEN: &str = concat!(
    "eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.",
    "eyJpc3MiOiJrdWJlcm5ldGVzL3NlcnZpY2VhY2NvdW50Iiwia3ViZXJuZXRlcy5pby9zZXJ2aWNlYWNjb3VudC9uYW1lc3BhY2UiOiJz",
    "aG9wIiwia3ViZXJuZXRlcy5pby9zZXJ2aWNlYWNjb3VudC9zZXJ2aWNlLWFjY291bnQubmFtZSI6ImFwcCIsImt1YmVybmV0ZXMuaW8v",
    "c2VydmljZWFjY291bnQvc2VydmljZS1hY2NvdW50LnVpZCI6IjVmMWU4ZjBlLTdiMWMtNGM1Ny05ZDM2LTBkOWI0ZDRkMWM1NSJ9.",
    "c2lnbmF0dXJl",
);

#[tokio::test]
async fn a_pod_logs_in_with_its_service_account_and_follows_its_token() {
    let known = Arc::new(Mutex::new(POD_TOKEN.to_owned()));
    let (ground, host) = (Ground::start().await, cluster(Arc::clone(&known)).await);
    let admin = ground.admin();
    admin.post("sys/auth/kubernetes", json!({ "type": "kubernetes" })).await.unwrap();
    let config = json!({
        "kubernetes_host": host,
        // Asked for, though nobody shows a certificate over plain HTTP.
        "kubernetes_ca_cert": Authority::new("the cluster").pem(),
        "disable_local_ca_jwt": true,
        "token_reviewer_jwt": POD_TOKEN,
    });
    admin.post("auth/kubernetes/config", config).await.unwrap();
    let role = json!({
        "bound_service_account_names": ["app"],
        "bound_service_account_namespaces": ["shop"],
        "token_policies": ["app"],
        "token_ttl": "4s",
        "token_max_ttl": "6s",
    });
    admin.post("auth/kubernetes/role/app", role).await.unwrap();
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("token");
    std::fs::write(&file, POD_TOKEN).unwrap();

    let login = Kubernetes::new("app").token_file(&file);
    let vault = Vault::builder(VaultSettings::new(ground.address(), login)).start().await.unwrap();
    assert_eq!(colour(&vault).await, "green");
    // As the kubelet does it: the cluster takes the one before no longer.
    let next = POD_TOKEN.replace("c2lnbmF0dXJl", "YW5vdGhlcg");
    next.clone_into(&mut known.lock().unwrap());
    std::fs::write(&file, next).unwrap();
    let status = until(&vault, SOON, |status| status.counters.logins == 2).await;
    assert!(!status.bootstrap_stale, "{status:?}");
    vault.shutdown().await;

    let elsewhere = Kubernetes::new("another").token_file(&file);
    let error = Vault::builder(VaultSettings::new(ground.address(), elsewhere)).start().await.unwrap_err();
    assert!(matches!(error, Error::LoginRefused { .. }), "{error}");
    assert!(error.to_string().contains("the pod's service account"), "{error}");
}

#[tokio::test]
async fn a_pod_without_a_token_is_told_which_file_is_missing() {
    let ground = Ground::start().await;
    let address = ground.server.address();
    let settings = VaultSettings::from_pairs([
        ("VAULT_ADDR", address.as_str()),
        ("VAULT_AUTH_METHOD", "kubernetes"),
        ("VAULT_ROLE", "app"),
        ("VAULT_JWT_FILE", "/nowhere/token"),
    ]);
    let error = Vault::builder(settings.unwrap()).start().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "there is no service account's token to log in with: file /nowhere/token: there is no such file"
    );
}

/// Makes a token that lives for `ttl`, once.
async fn token(ground: &Ground, ttl: &str) -> String {
    let body = json!({ "policies": ["app", "default"], "ttl": ttl, "explicit_max_ttl": ttl });
    let made = ground.admin().post("auth/token/create", body).await.unwrap();
    made["auth"]["client_token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_given_token_is_used_and_left_alive() {
    let ground = Ground::start().await;
    let (address, token) = (ground.server.address(), token(&ground, "1h").await);
    let settings = VaultSettings::from_pairs([
        ("VAULT_ADDR", address.as_str()),
        ("VAULT_AUTH_METHOD", "token"),
        ("VAULT_TOKEN", &token),
    ]);
    let vault = Vault::builder(settings.unwrap()).start().await.unwrap();
    let ttl = vault.status().borrow().token_ttl();
    assert!(ttl.is_some_and(|ttl| ttl > Duration::from_secs(3500)), "{ttl:?}");
    assert_eq!(colour(&vault).await, "green");
    vault.shutdown().await;
    let looked_up = ground.admin().with_token(&token).get("auth/token/lookup-self").await;
    assert!(looked_up.is_ok(), "{looked_up:?}");
}

#[tokio::test]
async fn a_token_that_ends_is_taken_from_its_file_again() {
    let ground = Ground::start().await;
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("token");
    std::fs::write(&file, token(&ground, "20s").await).unwrap();
    let login = GivenToken::new(SecretSource::file(&file));
    let vault = Vault::builder(VaultSettings::new(ground.address(), login)).start().await.unwrap();
    // Vault does not renew it any further, and the file still holds the same one.
    let status = until(&vault, SOON, |status| status.bootstrap_stale).await;
    assert!(matches!(status.last_error.as_deref(), Some(Error::TokenNotReplaced)), "{status:?}");
    std::fs::write(&file, token(&ground, "1h").await).unwrap();
    let status = until(&vault, SOON, |status| status.counters.logins == 2).await;
    assert!(!status.bootstrap_stale && status.is_ready(), "{status:?}");
    assert_eq!(colour(&vault).await, "green");
    vault.shutdown().await;
}

#[tokio::test]
async fn a_function_that_fails_is_asked_again() {
    let ground = Ground::start().await;
    let secret_id = ground.secret_id().await.id;
    let calls = AtomicUsize::new(0);
    let source = SecretSource::function(move || {
        let (call, secret_id) = (calls.fetch_add(1, Ordering::Relaxed), secret_id.clone());
        async move { if call == 0 { Err("the broker is away") } else { Ok(Secret::new(secret_id)) } }
    });
    let vault = Vault::builder(ground.settings(source)).start().await.unwrap();
    assert_eq!(vault.status().borrow().counters.failures, 1);
    vault.shutdown().await;
}

/// A file, and the variable while it cannot be read.
fn file_or_variable(file: &Path, variable: &SecretId) -> SecretSource {
    let (file, variable) = (SecretSource::file(file), Secret::from(variable.id.as_str()));
    SecretSource::function(move || {
        let (file, variable) = (file.clone(), variable.clone());
        async move { Ok::<_, Infallible>(file.read().await.unwrap_or(variable)) }
    })
}

#[tokio::test]
async fn s19_a_function_falls_back_on_the_environment() {
    let ground = Ground::start().await;
    ground.set_role(json!({ "token_ttl": "4s", "token_max_ttl": "6s" })).await;
    let directory = tempfile::tempdir().unwrap();
    let (file, variable) = (directory.path().join("secret-id"), ground.secret_id().await);
    let source = file_or_variable(&file, &variable);
    let vault = Vault::builder(ground.settings(source)).start().await.unwrap();
    assert_eq!(colour(&vault).await, "green");

    std::fs::write(&file, ground.secret_id().await.id).unwrap();
    ground.destroy(&variable).await;
    let status = until(&vault, SOON, |status| status.counters.logins == 2).await;
    assert!(!status.bootstrap_stale, "{status:?}");

    // Vault has refused the variable's by then: what it accepted last counts.
    std::fs::remove_file(&file).unwrap();
    let status = until(&vault, SOON, |status| status.counters.logins == 3).await;
    assert!(!status.bootstrap_stale && status.is_ready(), "{status:?}");
    vault.shutdown().await;
}

#[tokio::test]
async fn a_login_says_which_mount_it_tried() {
    let ground = Ground::start().await;
    let proxy = Proxy::http(ground.server.address()[7..].parse().unwrap()).await.unwrap();
    let (url, secret_id) = (proxy.url(), ground.secret_id().await.id);
    let settings = VaultSettings::from_pairs([
        ("VAULT_ADDR", url.as_str()),
        ("VAULT_ROLE_ID", &ground.role_id),
        ("VAULT_SECRET_ID", &secret_id),
        ("VAULT_AUTH_MOUNT", "/team/approle/"),
    ]);
    let error = Vault::builder(settings.unwrap()).start().await.unwrap_err();
    assert!(error.to_string().contains("auth/team/approle/login"), "{error}");
    assert_eq!(proxy.requests("/v1/auth/team/approle/login").len(), 1);
}

/// What tells a period from a greatest lifetime.
#[tokio::test]
async fn a_period_is_granted_to_a_token_that_asks_for_less() {
    let ground = Ground::start().await;
    for (role, granted) in [
        (json!({ "token_ttl": "1h", "token_max_ttl": "4h" }), 3599),
        (json!({ "token_ttl": "1h", "token_max_ttl": 0, "token_period": "1h" }), 3600),
    ] {
        ground.set_role(role.clone()).await;
        let id = ground.secret_id().await.id;
        let proof = json!({ "role_id": ground.role_id, "secret_id": id });
        let token =
            ground.admin().post("auth/approle/login", proof).await.unwrap()["auth"]["client_token"].clone();
        let ours = ground.admin().with_token(token.as_str().unwrap());
        let renewed = ours.post("auth/token/renew-self", json!({ "increment": 3599 })).await.unwrap();
        assert_eq!(renewed["auth"]["lease_duration"], granted, "{role}");
    }
}

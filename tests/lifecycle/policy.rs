//! The documented policy is enough, and none of its lines is too much.
#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

use std::time::{Duration, Instant};

use direct_vault::{Builder, Counters, Error, Vault, VaultSettings};
use secrets_config_core::Config;
use serde_json::json;
use testkit::{Postgres, Provision, Provisioned, Proxy};

const PAGE: &str = include_str!("../../docs/direct-vault/policy.md");
const SOON: Duration = Duration::from_secs(30);
/// How long tokens and leases live.
const SHORT: Duration = Duration::from_secs(6);

const CREDS: &str = "database/creds/app-role";
const RENEW: &str = "sys/leases/renew";
const REVOKE: &str = "sys/leases/revoke";
const LOOKUP_SELF: &str = "auth/token/lookup-self";
const RENEW_SELF: &str = "auth/token/renew-self";
const REVOKE_SELF: &str = "auth/token/revoke-self";

/// Both servers, and the application with the documented policy and no other.
struct Ground {
    server: testkit::Vault,
    app: Provisioned,
    proxy: Proxy,
    _postgres: Postgres,
}

impl Ground {
    async fn new(policy: &str) -> Self {
        let (server, postgres) = tokio::try_join!(testkit::Vault::start(), Postgres::start()).unwrap();
        let provision = Provision {
            lease_ttl: SHORT,
            lease_max_ttl: SHORT * 10,
            token_ttl: SHORT,
            token_max_ttl: SHORT * 10,
            ..Provision::default()
        };
        let app = provision.apply(&server, &postgres).await.unwrap();
        let admin = server.admin();
        admin.put("sys/policies/acl/app", json!({ "policy": policy })).await.unwrap();
        let role = json!({ "token_policies": ["app"], "token_no_default_policy": true });
        admin.post("auth/approle/role/app", role).await.unwrap();
        let proxy =
            Proxy::http(server.address().trim_start_matches("http://").parse().unwrap()).await.unwrap();
        Self { server, app, proxy, _postgres: postgres }
    }

    async fn without(path: &str) -> Self {
        let policy: String = lines().filter(|(known, _)| *known != path).map(|(_, line)| line).collect();
        Self::new(&policy).await
    }

    fn builder(&self) -> Builder {
        let (url, app) = (self.proxy.url(), &self.app);
        let pairs = [
            ("VAULT_ADDR", url.as_str()),
            ("VAULT_ROLE_ID", app.role_id.as_str()),
            ("VAULT_SECRET_ID", app.secret_id.as_str()),
        ];
        Vault::builder(VaultSettings::from_pairs(pairs).unwrap())
    }

    /// Returns the statuses that requests for this path got.
    fn statuses(&self, path: &str) -> Vec<u16> {
        self.proxy.requests(&format!("/v1/{path}")).iter().filter_map(|seen| seen.status).collect()
    }

    async fn leases(&self) -> usize {
        self.app.leases(&self.server).await.unwrap()
    }

    async fn tokens(&self) -> usize {
        self.app.tokens(&self.server).await.unwrap()
    }
}

/// The policy of the page.
fn policy() -> &'static str {
    let (_, rest) = PAGE.split_once("```hcl\n").unwrap();
    rest.split_once("```").unwrap().0
}

/// The paths of the policy, each with its block.
fn lines() -> impl Iterator<Item = (&'static str, &'static str)> {
    policy().split_inclusive("}\n").filter_map(|block| Some((block.split('"').nth(1)?, block)))
}

async fn until(vault: &Vault, holds: fn(&Counters) -> bool) -> Counters {
    let mut status = vault.status();
    let holding = async { status.wait_for(|status| holds(&status.counters)).await.unwrap().counters };
    tokio::time::timeout(SOON, holding).await.unwrap()
}

#[tokio::test]
async fn with_it_a_whole_life_works() {
    let ground = Ground::new(policy()).await;
    let vault = ground.builder().lease_max_age(Duration::from_secs(5)).start().await.unwrap();
    let login = vault.database(CREDS).await.unwrap();

    let denied = vault.database("database/creds/another-role").await.unwrap_err();
    assert!(matches!(denied, Error::Denied { .. }), "{denied}");
    let counters = until(&vault, |counters| counters.revocations > 0 && counters.renewals > 2).await;
    assert_eq!((counters.logins, counters.failures, login.generation()), (1, 1, 2));
    assert_eq!(ground.leases().await, 1);

    vault.shutdown().await;
    assert_eq!((ground.leases().await, ground.tokens().await), (0, 0));
    for (path, _) in lines() {
        let statuses = ground.statuses(path);
        assert!(!statuses.is_empty(), "nothing needs {path}");
        assert!(statuses.iter().all(|status| *status < 300), "{path}: {statuses:?}");
    }
}

#[test]
fn each_line_stands_in_the_table_and_has_a_test_below() {
    let lines: Vec<_> = lines().map(|(path, _)| path).collect();
    assert_eq!(lines, [CREDS, RENEW, REVOKE, LOOKUP_SELF, RENEW_SELF, REVOKE_SELF]);
    for path in lines {
        assert!(PAGE.contains(&format!("| `{path}` |")), "{path} is not explained");
    }
}

#[tokio::test]
async fn without_the_role_there_is_no_login() {
    let ground = Ground::without(CREDS).await;
    let vault = ground.builder().start().await.unwrap();
    let denied = vault.database(CREDS).await.unwrap_err();
    assert!(matches!(&denied, Error::Denied { path, .. } if path == CREDS), "{denied}");
}

#[tokio::test]
async fn without_the_renewal_of_leases_they_are_replaced() {
    let ground = Ground::without(RENEW).await;
    let vault = ground.builder().start().await.unwrap();
    let login = vault.database(CREDS).await.unwrap();
    let counters = until(&vault, |counters| counters.rotations > 0).await;
    assert_eq!((counters.logins, login.generation()), (1, 2));
}

#[tokio::test]
async fn without_the_revocation_of_leases_replaced_ones_stay() {
    let ground = Ground::without(REVOKE).await;
    let vault = ground.builder().lease_max_age(Duration::from_secs(2)).start().await.unwrap();
    let _login = vault.database(CREDS).await.unwrap();
    until(&vault, |counters| counters.rotations > 0).await;
    let deadline = tokio::time::Instant::now() + SOON;
    while !ground.statuses(REVOKE).contains(&403) {
        assert!(tokio::time::Instant::now() < deadline, "nothing was to be revoked");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(ground.leases().await, 2);
}

#[tokio::test]
async fn without_the_look_up_a_denial_costs_a_login() {
    let ground = Ground::without(LOOKUP_SELF).await;
    let vault = ground.builder().start().await.unwrap();
    let began = Instant::now();
    let login = vault.database(CREDS).await.unwrap();
    let in_use = login.current().hold();
    let asked = vault.database("database/creds/another-role");
    let (denied, counters) = tokio::join!(asked, until(&vault, |counters| counters.logins > 1));
    assert!(matches!(denied, Err(Error::Denied { .. })), "{denied:?}");
    assert_eq!(counters.logins, 2);
    // The token that was taken for dead is not: it stays for who uses its lease, as long as that lives.
    until(&vault, |counters| counters.rotations > 0).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let leases = ground.leases().await;
    assert!(leases == 2 || began.elapsed() >= SHORT, "{leases} leases");
    drop(in_use);
}

#[tokio::test]
async fn without_the_renewal_of_the_token_there_are_more_logins() {
    let ground = Ground::without(RENEW_SELF).await;
    let vault = ground.builder().start().await.unwrap();
    let login = vault.database(CREDS).await.unwrap();
    let counters = until(&vault, |counters| counters.logins > 1 && counters.rotations > 0).await;
    assert_eq!((counters.logins, login.generation()), (2, 2));
}

#[tokio::test]
async fn without_the_revocation_of_the_token_it_stays_after_shutdown() {
    let ground = Ground::without(REVOKE_SELF).await;
    let vault = ground.builder().start().await.unwrap();
    let _login = vault.database(CREDS).await.unwrap();
    vault.shutdown().await;
    assert_eq!((ground.leases().await, ground.tokens().await), (0, 1));
}

//! What those who use a login say of it, without a pool in between.

use std::time::{Duration, Instant};

use secrets_config::{
    DbCredentials, Rotating, Secret,
    vault::{Vault, VaultSettings, login::AppRole},
};
use testkit::{Postgres, Provision, Provisioned, Proxy, Seen};
use tokio::time;
use vault_tests::{Pulse, SOON};

const HOUR: Duration = Duration::from_secs(3600);
/// What a new login may take from the first complaint on.
const BOUND: Duration = Duration::from_secs(2);

const LOGIN: &str = "/v1/auth/approle/login";
const CREDS: &str = "/v1/database/creds/";
const RENEW: &str = "/v1/sys/leases/renew";

/// Nothing ends by itself, and a proxy counts what is asked for.
struct Ground {
    postgres: Postgres,
    server: testkit::Vault,
    proxy: Proxy,
    app: Provisioned,
}

impl Ground {
    async fn start() -> (Self, Vault) {
        let (postgres, server) = tokio::try_join!(Postgres::start(), testkit::Vault::start()).unwrap();
        let long = Provision {
            lease_ttl: HOUR,
            lease_max_ttl: 24 * HOUR,
            token_ttl: HOUR,
            token_max_ttl: 24 * HOUR,
            ..Provision::default()
        };
        let app = long.apply(&server, &postgres).await.unwrap();
        let upstream = server.address().trim_start_matches("http://").parse().unwrap();
        let proxy = Proxy::http(upstream).await.unwrap();
        let login = AppRole::new(Secret::from(app.role_id.as_str()), Secret::from(app.secret_id.as_str()));
        let address = vault_tests::server(&[("VAULT_ADDR", &proxy.url())]);
        let vault = Vault::builder(VaultSettings::new(address, login)).start().await.unwrap();
        (Self { postgres, server, proxy, app }, vault)
    }

    fn asked(&self, paths: [&str; 3]) -> [usize; 3] {
        paths.map(|path| self.proxy.requests(path).len())
    }

    fn requests_since(&self, then: Instant) -> Vec<Seen> {
        self.proxy.requests("/v1/").into_iter().filter(|request| request.at >= then).collect()
    }
}

/// Complains about the login in use, and waits for the next one, which is there in time.
async fn complain(ground: &Ground, login: &mut Rotating<DbCredentials>) -> String {
    let (pulse, began) = (Pulse::start(), Instant::now());
    login.request_refresh(&login.current());
    let newest = time::timeout(SOON, login.changed()).await.unwrap().unwrap();
    let took = began.elapsed();
    // One is asked for after the other.
    let asked = ground.requests_since(began);
    let vault: Duration = asked.iter().filter_map(|seen| Some(seen.answered_at? - seen.at)).sum();
    let late = pulse.held_up_since(began);
    assert!(took <= BOUND + vault + late, "{took:?}, of which Vault took {vault:?} and the machine {late:?}");
    assert_eq!(newest.number(), 2);
    newest.username().to_owned()
}

#[tokio::test]
async fn a_login_whose_lease_was_revoked_is_replaced_within_two_seconds_of_a_complaint() {
    let (ground, vault) = Ground::start().await;
    let other = vault.database(&ground.app.creds_path).await.unwrap();
    let leases = ground.app.lease_ids(&ground.server).await.unwrap();
    let mut login = vault.database(&ground.app.creds_path).await.unwrap();
    let all = ground.app.lease_ids(&ground.server).await.unwrap();
    let revoked = all.iter().find(|lease| !leases.contains(lease)).unwrap();
    // Nothing is asked for twice within a second: what was just read waits for that.
    time::sleep(Duration::from_secs(1)).await;
    ground.server.admin().revoke_lease(revoked).await.unwrap();

    let user = complain(&ground, &mut login).await;
    let mut users = ground.app.database_users(&ground.postgres).await.unwrap();
    users.sort_by_key(|known| *known == user);
    assert_eq!(users, [other.current().username(), &user]);
    // One look at the lease, and one read.
    assert_eq!((ground.asked([LOGIN, CREDS, RENEW]), other.generation()), ([1, 3, 1], 1));
    vault.shutdown().await;
}

#[tokio::test]
async fn a_login_whose_token_was_revoked_is_replaced_within_two_seconds_of_a_complaint() {
    let (ground, vault) = Ground::start().await;
    let mut login = vault.database(&ground.app.creds_path).await.unwrap();
    ground.app.revoke_tokens(&ground.server).await.unwrap();

    let user = complain(&ground, &mut login).await;
    assert_eq!(ground.app.database_users(&ground.postgres).await.unwrap(), [user]);
    assert_eq!(ground.asked([LOGIN, CREDS, RENEW]), [2, 2, 1]);
    vault.shutdown().await;
}

#[tokio::test]
async fn a_thousand_complaints_about_a_login_that_works_cost_one_renewal() {
    let (ground, vault) = Ground::start().await;
    let login = vault.database(&ground.app.creds_path).await.unwrap();
    let began = Instant::now();
    for _ in 0..1_000 {
        login.request_refresh(&login.current());
        // The driver has time to hear each.
        time::sleep(Duration::from_millis(3)).await;
    }
    time::sleep(BOUND).await;
    let requests = ground.requests_since(began);
    assert_eq!(requests.iter().map(|request| request.path.as_str()).collect::<Vec<_>>(), [RENEW]);
    let status = vault.status().borrow().clone();
    assert_eq!((login.generation(), status.counters.renewals, status.counters.failures), (1, 1, 0));
    vault.shutdown().await;
}

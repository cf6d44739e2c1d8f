//! The shortest leases there are, and the longest.

use std::time::{Duration, Instant};

use secrets_config::{
    DbCredentials, Rotating, Secret,
    vault::{Vault, VaultSettings, login::AppRole},
};
use serde_json::Value;
use testkit::{Postgres, Provision, Proxy};
use tokio::time;
use vault_tests::{Pulse, SOON};

const SECOND: Duration = Duration::from_secs(1);
/// Less what the clocks of two processes may differ.
const FLOOR: Duration = Duration::from_millis(950);
const CREDS: &str = "/v1/database/creds/";
const RENEW: &str = "/v1/sys/leases/renew";

struct Ground {
    postgres: Postgres,
    /// Held so that it lives.
    _server: testkit::Vault,
    proxy: Proxy,
}

/// Starts with leases that live for `ttl`, never longer, and a login.
async fn start(ttl: Duration) -> (Ground, Vault, Rotating<DbCredentials>) {
    let (postgres, server) = tokio::try_join!(Postgres::start(), testkit::Vault::start()).unwrap();
    let long = 3600 * SECOND;
    let provision = Provision {
        lease_ttl: ttl,
        lease_max_ttl: ttl,
        token_ttl: long,
        token_max_ttl: long,
        ..Provision::default()
    };
    let app = provision.apply(&server, &postgres).await.unwrap();
    let upstream = server.address().trim_start_matches("http://").parse().unwrap();
    let proxy = Proxy::http(upstream).await.unwrap();
    let login = AppRole::new(Secret::from(app.role_id.as_str()), Secret::from(app.secret_id.as_str()));
    let address = vault_tests::server(&[("VAULT_ADDR", &proxy.url())]);
    let vault = Vault::builder(VaultSettings::new(address, login)).start().await.unwrap();
    let login = vault.database(&app.creds_path).await.unwrap();
    (Ground { postgres, _server: server, proxy }, vault, login)
}

impl Ground {
    /// Asserts that no two reads, and no two renewals, are within a second.
    fn assert_no_busy_loop(&self) {
        for path in [CREDS, RENEW] {
            let requests = self.proxy.requests(path);
            let pauses = requests.windows(2).map(|pair| pair[1].at - pair[0].at);
            let least = pauses.min().unwrap_or(Duration::MAX);
            assert!(least >= FLOOR, "{least:?} between two of {path}");
        }
    }

    /// Returns whether a connection can be opened with the login that is there now. It is not revoked meanwhile.
    async fn works(&self, login: &Rotating<DbCredentials>) -> bool {
        let held = login.current().hold();
        let valid = format!(
            "select count(*) from pg_roles where rolname = '{}' and rolvaliduntil > now()",
            held.username(),
        );
        self.postgres.query(&valid).await.unwrap() == [["1"]]
    }
}

#[tokio::test]
async fn a_lease_of_a_second_is_replaced_as_it_ends_and_nobody_is_asked_more_often() {
    let (ground, vault, login) = start(SECOND).await;
    let began = Instant::now();
    while login.generation() < 8 {
        assert!(began.elapsed() < 3 * SOON, "{:?}", vault.status().borrow());
        time::sleep(SECOND / 10).await;
    }
    ground.assert_no_busy_loop();
    vault.shutdown().await;
}

#[tokio::test]
async fn with_leases_of_five_seconds_there_is_always_a_login_that_works() {
    let (ground, vault, login) = start(5 * SECOND).await;
    let (pulse, began) = (Pulse::start(), Instant::now());
    while began.elapsed() < 15 * SECOND {
        let (works, held_up) = (ground.works(&login).await, pulse.held_up_since(began));
        // With more than a second less there is no time to replace one.
        assert!(works || held_up > SECOND, "after {:?}: {:?}", began.elapsed(), vault.status().borrow());
        time::sleep(SECOND / 10).await;
    }
    assert!(login.generation() >= 3, "{:?}", vault.status().borrow());
    ground.assert_no_busy_loop();
    vault.shutdown().await;
}

/// Vault gives the longest that it knows, which is a month or so.
#[tokio::test]
async fn a_lease_without_an_end_of_its_own_is_neither_renewed_nor_replaced() {
    let (ground, vault, login) = start(Duration::ZERO).await;
    let granted: Value = serde_json::from_str(&ground.proxy.requests(CREDS)[0].answer).unwrap();
    assert!(granted["lease_duration"].as_u64() >= Some(30 * 86_400), "{granted}");
    time::sleep(5 * SECOND).await;
    assert!(ground.works(&login).await);
    assert_eq!([CREDS, RENEW].map(|path| ground.proxy.requests(path).len()), [1, 0]);
    assert_eq!(login.generation(), 1);
    vault.shutdown().await;
}

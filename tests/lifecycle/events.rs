//! The page on states knows every event of a life, and every event it knows comes in one.
#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    time::Duration,
};

use direct_vault::Vault;
use lifecycle_tests::{
    journal::{Event, Journal},
    service::settings,
    turns::{complete, pass, paused},
};
use serde_json::json;
use tempfile::NamedTempFile;
use testkit::{FakeVault, Terms};

const PAGE: &str = include_str!("../../docs/direct-vault/states.md");

const PATH: &str = "database/creds/app";
const STATIC: &str = "database/static-creds/app";
const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const SHORT: Terms =
    Terms { token_ttl: MINUTE, token_max_ttl: MINUTE, lease_ttl: MINUTE, lease_max_ttl: MINUTE };

/// A row of the table.
struct Row {
    level: String,
    /// The message, `…` being any text.
    message: String,
    fields: BTreeSet<String>,
}

impl Row {
    fn is_of(&self, event: &Event) -> bool {
        let (head, tail) = self.message.split_once('…').unwrap_or((&self.message, ""));
        let is_message = if self.message.contains('…') {
            event.message.starts_with(head) && event.message.ends_with(tail)
        } else {
            event.message == head
        };
        let fields: BTreeSet<_> = event.fields.iter().map(|field| (*field).to_owned()).collect();
        let level = event.level.as_str().to_lowercase();
        is_message && fields == self.fields && level == self.level
    }
}

fn rows() -> Vec<Row> {
    let (_, table) = PAGE.split_once("| level | message | fields |\n").unwrap();
    let lines = table.lines().skip(1).take_while(|line| line.starts_with('|'));
    let row = |line: &str| {
        let cells: Vec<_> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [level, message, fields] = cells[..] else { panic!("{line}") };
        let quoted = |text: &str| text.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
        Row {
            level: level.to_owned(),
            message: quoted(message).swap_remove(0),
            fields: quoted(fields).into_iter().collect(),
        }
    };
    lines.map(row).collect()
}

/// Whether each event of the lives is in the table, and each row of the table among the events.
#[test]
fn the_table_has_the_events_of_a_life_with_their_levels_and_fields() {
    let journal = Journal::begin();
    paused(async {
        all_goes_well().await;
        those_who_use_it_complain().await;
        vault_is_in_trouble().await;
        logins_are_refused().await;
        starts_are_odd().await;
    });
    let (events, rows) = (journal.events(), rows());
    let unknown: BTreeMap<_, _> = events
        .iter()
        .filter(|event| !rows.iter().any(|row| row.is_of(event)))
        .map(|event| (event.message.as_str(), event))
        .collect();
    assert!(unknown.is_empty(), "docs/direct-vault/states.md needs rows for {unknown:#?}");

    let unheard: Vec<_> = rows.iter().filter(|row| !events.iter().any(|event| row.is_of(event))).collect();
    let unheard: Vec<_> = unheard.iter().map(|row| row.message.as_str()).collect();
    // The simulated Vault speaks no TLS.
    assert_eq!(unheard, ["TLS files have changed and are in use"]);
}

async fn all_goes_well() {
    let terms = Terms { token_max_ttl: 3 * MINUTE, lease_max_ttl: 2 * MINUTE, ..SHORT };
    let server = FakeVault::start(terms).await.unwrap();
    server.write(STATIC, json!({ "username": "app", "password": "a password" }));
    let vault = complete(Vault::builder(settings(&server, &[])).start()).await.unwrap();
    let login = complete(vault.database(PATH)).await.unwrap();
    let kept = complete(vault.static_database(STATIC)).await.unwrap();
    pass(5 * MINUTE, SECOND / 2).await;
    server.write(STATIC, json!({ "username": "app", "password": "another password" }));
    pass(MINUTE / 2, SECOND / 2).await;
    drop((login, kept));
    pass(5 * SECOND, SECOND / 2).await;
    complete(vault.shutdown()).await;
}

async fn those_who_use_it_complain() {
    let server = FakeVault::start(SHORT).await.unwrap();
    server.deny("sys/leases/revoke");
    let vault = complete(Vault::builder(settings(&server, &[])).start()).await.unwrap();
    let login = complete(vault.database(PATH)).await.unwrap();
    login.request_refresh(&login.current());
    pass(5 * SECOND, SECOND / 2).await;
    login.request_replacement(&login.current());
    pass(5 * SECOND, SECOND / 2).await;
    complete(vault.shutdown()).await;
}

async fn vault_is_in_trouble() {
    let server = FakeVault::start(SHORT).await.unwrap();
    let vault = complete(Vault::builder(settings(&server, &[])).start()).await.unwrap();
    let _login = complete(vault.database(PATH)).await.unwrap();
    server.revoke_all();
    pass(MINUTE, SECOND / 2).await;
    server.seal(true);
    pass(2 * MINUTE, SECOND / 2).await;
    server.seal(false);
    pass(MINUTE / 2, SECOND / 2).await;
    server.seal(true);
    complete(vault.shutdown()).await;
}

async fn logins_are_refused() {
    let server = FakeVault::start(SHORT).await.unwrap();
    let file = NamedTempFile::new().unwrap();
    let give = |secret_id: &str| fs::write(file.path(), secret_id).unwrap();
    give("an id");
    let from_file = [("VAULT_SECRET_ID_FILE", file.path().to_str().unwrap())];
    let vault = complete(Vault::builder(settings(&server, &from_file)).start()).await.unwrap();
    server.accept("an id");
    for secret_id in ["another id", ""] {
        give(secret_id);
        pass(MINUTE, SECOND / 2).await;
    }
    server.accept("a third id");
    // Three logins may be made at once: the next one is not due before the file is looked at.
    let mut status = vault.status();
    let failures = status.borrow().counters.failures;
    drop(complete(status.wait_for(|status| status.counters.failures >= failures + 3)).await.unwrap());
    give("a third id");
    pass(MINUTE, SECOND / 2).await;
    complete(vault.shutdown()).await;
}

async fn starts_are_odd() {
    let server = FakeVault::start(SHORT).await.unwrap();
    let wrapped = [("VAULT_SECRET_ID_WRAPPING_PATH", "auth/approle/role/app/secret-id")];
    complete(Vault::builder(settings(&server, &wrapped)).start()).await.unwrap_err();
    let unverified = Vault::builder(settings(&server, &[("VAULT_SKIP_VERIFY", "true")]));
    let vault = complete(unverified.danger_allow_skip_verify().start()).await.unwrap();
    complete(vault.shutdown()).await;
}

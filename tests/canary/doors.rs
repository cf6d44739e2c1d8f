//! Every public way into the crates and every form in which something shows itself, with every canary.
//!
//! The doors are read from the sources of the crates. Each is in a row of a table or is exempt for a reason; a new one
//! that is neither fails `every_door_is_in_the_table`. Add it to a row of `doors/<crate>.rs` that goes through it, with a
//! secret, in every form; or to the exemptions there if no secret can come by.
#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

#[path = "doors/direct_vault.rs"]
mod direct_vault;
#[path = "doors/recorder.rs"]
mod recorder;
#[path = "doors/rotating_pool.rs"]
mod rotating_pool;
#[path = "doors/scan.rs"]
mod scan;
#[path = "doors/secrets_config.rs"]
mod secrets_config;
#[path = "doors/settings.rs"]
mod settings;

use std::{collections::BTreeSet, thread};

use canary_tests::{Canary, Log, Seen};

/// The doors of one crate.
struct Table {
    name: &'static str,
    rows: &'static [Row],
    exempt: &'static [Exempt],
}

/// Doors that one walk goes through with a secret.
struct Row {
    name: &'static str,
    doors: &'static [&'static str],
    walk: fn(&Canary, &mut Seen),
}

/// Doors that no secret comes by.
struct Exempt {
    why: &'static str,
    doors: &'static [&'static str],
}

const TABLES: [Table; 4] = [
    Table { name: "secrets-config-core", rows: secrets_config::ROWS, exempt: secrets_config::EXEMPT },
    Table {
        name: "secrets-config-derive",
        rows: &[],
        exempt: &[Exempt {
            why: "what the compiler says is kept in tests/bridge/refusals, where no message has a value",
            doors: &["config"],
        }],
    },
    Table { name: "direct-vault", rows: direct_vault::ROWS, exempt: direct_vault::EXEMPT },
    Table { name: "rotating-pool", rows: rotating_pool::ROWS, exempt: rotating_pool::EXEMPT },
];

#[test]
fn every_door_is_in_the_table() {
    let (mut new, mut gone) = (Vec::new(), Vec::new());
    for table in &TABLES {
        let there = scan::doors(table.name);
        let rows = table.rows.iter().flat_map(|row| row.doors);
        let exempt = table.exempt.iter().flat_map(|exempt| {
            assert!(!exempt.why.is_empty());
            exempt.doors
        });
        let known: BTreeSet<_> = rows.chain(exempt).map(|door| (*door).to_owned()).collect();
        new.extend(there.difference(&known).map(|door| format!("{}: {door}", table.name)));
        gone.extend(known.difference(&there).map(|door| format!("{}: {door}", table.name)));
    }
    assert!(
        new.is_empty() && gone.is_empty(),
        "doors that are in no row of tests/canary/doors: {new:#?}\ndoors in it that are no more: {gone:#?}"
    );
}

#[test]
fn no_door_shows_a_secret() {
    let log = Log::capture();
    // They wait for servers more than they work.
    let leaks: Vec<_> = thread::scope(|scope| {
        let walks: Vec<_> =
            Canary::all().into_iter().map(|canary| scope.spawn(move || leaks_of(&canary))).collect();
        walks.into_iter().flat_map(|walk| walk.join().unwrap()).collect()
    });
    assert!(!log.is_empty(), "the log is not captured");
    assert!(leaks.is_empty(), "{} leaks:\n{}", leaks.len(), leaks.join("\n"));
}

fn leaks_of(canary: &Canary) -> Vec<String> {
    let log = Log::capture();
    let mut leaks = Vec::new();
    for row in TABLES.iter().flat_map(|table| table.rows) {
        let from = log.len();
        let mut seen = Seen::default();
        (row.walk)(canary, &mut seen);
        assert!(seen.count() > 0, "{}: nothing was seen", row.name);
        seen.text("log", log.text_from(from));
        leaks.extend(seen.leaks(canary).iter().map(|leak| format!("{} / {canary:?} / {leak}", row.name)));
    }
    leaks
}

//! The same settings, each read in another way.
#![expect(dead_code, reason = "what is measured is the load")]

mod conf;
mod confique;
mod envconfig;
mod envy;
mod hand_written;
mod layered;
mod lockedenv;
mod ours;
mod sources;
mod value;

use std::{fmt::Debug, hint::black_box};

pub(crate) use self::sources::{Files, SOURCES};

/// One way to read the settings.
pub(crate) struct Peer {
    pub(crate) name: &'static str,
    load: fn(),
    show: fn() -> String,
}

impl Peer {
    /// Loads the settings and drops them.
    pub(crate) fn load(&self) {
        (self.load)();
    }
}

/// Makes sure that every peer reads what the others read.
pub(crate) fn check() {
    for peer in &PEERS {
        check_shown(peer.name, &(peer.show)());
    }
}

/// Makes sure that all settings were read.
pub(crate) fn check_shown(name: &str, shown: &str) {
    for value in SHOWN {
        assert!(shown.contains(value), "{name} did not read {value}: {shown}");
    }
    assert!(!shown.contains("hunter2"), "{name} shows a secret");
}

macro_rules! peers {
    ($($name:expr, $load:path;)*) => {
        [$(Peer { name: $name, load: || drop(black_box($load())), show: || show(&$load()) }),*]
    };
}

fn show(settings: &impl Debug) -> String {
    format!("{settings:?}")
}

pub(crate) const HAND_WRITTEN: &str = "hand-written";
pub(crate) const OURS: &str = "secrets-config";

pub(crate) static PEERS: [Peer; 10] = peers! {
    HAND_WRITTEN, hand_written::load;
    "hand-written, with `NAME_FILE`", hand_written::load_with_files;
    OURS, ours::load;
    "confique 0.4", confique::load;
    "envconfig 0.11", envconfig::load;
    "lockedenv 0.3", lockedenv::load;
    "envy 0.4", envy::load;
    "config 0.15", layered::load_with_config;
    "conf 0.4", conf::load;
    "figment 0.10", layered::load_with_figment;
};

/// What is seen of the settings once they are read.
const SHOWN: [&str; 13] = [
    "\"checkout\"",
    "Production",
    "\"0.0.0.0\"",
    "8443",
    "true",
    "false",
    "16",
    "Domain(\"shop.example\")",
    "30s",
    "[\"a.shop.example\", \"b.shop.example\"]",
    "Some(\"eu-west-1\")",
    "Some(268435456)",
    "465",
];

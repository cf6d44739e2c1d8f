//! figment's files and profiles as a source.
#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

use std::{error::Error, fs, time::Duration};

use figment::{
    Figment,
    providers::{Format, Serialized, Toml},
};
use secrets_config::{Config, Kind, Loader, Origin, Report, Secret};

const SETTINGS: &str = r#"
[default]
port = 3000
workers = 4
ratio = 0.5
tls = false
hosts = ["a,b", "c"]
timeout = "30s"
motd = ""

[default.database]
host = "localhost"
password = "0012345"

[production]
tls = true

[production.database]
host = "db"
"#;

#[derive(Debug, Config)]
#[config(prefix = "APP_")]
struct Settings {
    port: u16,
    #[config(default = 1)]
    workers: u8,
    ratio: f64,
    tls: bool,
    hosts: Vec<String>,
    timeout: Duration,
    motd: Option<String>,
    #[config(nested, prefix = "DB_")]
    database: Database,
}

#[derive(Debug, Config)]
struct Database {
    host: String,
    password: Secret<String>,
    #[config(default = 5432)]
    port: u16,
}

/// A `settings.toml` of this text, by profile.
fn settings(text: &str) -> (tempfile::TempDir, Figment) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("settings.toml");
    fs::write(&path, text).unwrap();
    let figment = Figment::from(Toml::file_exact(&path).nested());
    (directory, figment)
}

#[test]
fn a_file_fills_the_struct() {
    let (_directory, figment) = settings(SETTINGS);
    let settings = Settings::loader().figment(figment).load().unwrap();
    assert_eq!((settings.port, settings.workers, settings.ratio, settings.tls), (3000, 4, 0.5, false));
    assert_eq!(
        (settings.hosts, settings.timeout),
        (vec!["a,b".to_owned(), "c".to_owned()], Duration::from_secs(30))
    );
    assert_eq!(settings.motd, None, "what is empty is not there");
    assert_eq!((settings.database.host.as_str(), settings.database.port), ("localhost", 5432));
    assert_eq!(settings.database.password.expose_secret(), "0012345");
}

#[test]
fn a_profile_lies_over_the_default_one() {
    let (_directory, figment) = settings(SETTINGS);
    let settings = Settings::loader().figment(figment.select("production")).load().unwrap();
    assert!(settings.tls);
    assert_eq!((settings.port, settings.database.host.as_str()), (3000, "db"));
}

fn under_the_environment(figment: Figment) -> Loader<Settings> {
    Settings::loader().figment(figment).pairs([("APP_PORT", "8080"), ("APP_DB_PASSWORD", "hunter2")])
}

#[test]
fn a_later_source_wins_over_the_file() {
    let (_directory, figment) = settings(SETTINGS);
    let settings = under_the_environment(figment.select("production")).load().unwrap();
    assert_eq!((settings.port, settings.workers), (8080, 4));
    assert_eq!(settings.database.password, Secret::from("hunter2"));
}

#[test]
fn every_value_knows_where_it_is_from() {
    let (_directory, figment) = settings(SETTINGS);
    let loaded = under_the_environment(figment.select("production")).load_with_origins().unwrap();
    let from_the_file = [
        "APP_WORKERS workers",
        "APP_RATIO ratio",
        "APP_TLS tls",
        "APP_HOSTS hosts",
        "APP_TIMEOUT timeout",
        "APP_DB_HOST database.host",
    ];
    let mut keys = Vec::new();
    for provided in loaded.provided() {
        match &provided.origin {
            Origin::Figment { place, key } => {
                assert!(place.contains("settings.toml"), "{place}");
                keys.push(format!("{} {key}", provided.variable));
            }
            Origin::Pairs => assert!(["APP_PORT", "APP_DB_PASSWORD"].contains(&&*provided.variable)),
            Origin::Default => assert_eq!(provided.variable, "APP_DB_PORT"),
            Origin::Unset => assert_eq!(provided.variable, "APP_MOTD"),
            other => panic!("{} is from {other}", provided.variable),
        }
    }
    assert_eq!(keys, from_the_file);
}

fn refused(text: &str) -> Report {
    let (_directory, figment) = settings(text);
    Settings::loader().figment(figment).load().unwrap_err()
}

#[test]
fn a_problem_names_the_file_and_the_key() {
    let report = refused(&SETTINGS.replace("3000", "\"many\"").replace("\"30s\"", "30"));
    let found: Vec<_> =
        report.problems().iter().map(|problem| (problem.variable(), problem.kind())).collect();
    assert_eq!(found, [("APP_PORT", Kind::Invalid), ("APP_TIMEOUT", Kind::Invalid)]);
    for (problem, key) in report.problems().iter().zip(["port", "timeout"]) {
        let origin = problem.origin();
        assert!(origin.contains("settings.toml") && origin.ends_with(&format!("key {key}")), "{origin}");
    }
}

#[test]
fn a_missing_value_tells_that_the_file_was_looked_in() {
    let report = refused(&SETTINGS.replace("port = 3000", ""));
    let [problem] = report.problems() else { panic!("{report}") };
    assert_eq!((problem.variable(), problem.kind()), ("APP_PORT", Kind::Missing));
    assert!(problem.origin().contains("TOML file"), "{problem}");
}

const MALFORMED: [&str; 3] = [
    "[default]\nport = 3000\nhunter2-canary",
    "[default.database]\npassword = \"hunter2-canary\nhost = 'db'",
    "[default]\nhunter2 = 1\nhunter2 = 2",
];

#[test]
fn a_malformed_file_is_not_quoted() {
    for text in MALFORMED {
        let report = refused(text);
        let json = serde_json::to_string(&report).unwrap();
        for form in [report.to_string(), format!("{report:?}"), json] {
            assert!(!form.contains("hunter2"), "{form}");
        }
        assert!(report.source().is_none());
    }
}

#[test]
fn a_malformed_file_is_one_problem_and_what_it_may_hold_says_so() {
    for text in MALFORMED {
        let report = refused(text);
        let (file, missing): (Vec<_>, Vec<_>) =
            report.problems().iter().partition(|problem| problem.kind() == Kind::File);
        let [file] = file.as_slice() else { panic!("{report}") };
        assert!(file.to_string().contains("settings.toml"), "{file}");
        for problem in missing {
            assert_eq!(problem.kind(), Kind::Missing, "{problem}");
            assert!(problem.origin().contains("(not usable)"), "{problem}");
        }
    }
}

#[test]
fn a_profile_without_the_value_falls_to_the_default_of_the_struct() {
    let figment = Figment::from(Serialized::default("host", "db")).merge(("password", "hunter2"));
    let loaded = Database::loader().figment(figment).load_with_origins().unwrap();
    assert_eq!((loaded.host.as_str(), loaded.port), ("db", 5432));
    assert_eq!(loaded.password.expose_secret(), "hunter2");
    assert_eq!(loaded.provided()[2].origin, Origin::Default);
}

#[derive(Debug, Config)]
struct Groups {
    #[config(nested)]
    replica: Option<Database>,
}

#[test]
fn a_table_brings_in_an_optional_struct() {
    let figment = Figment::from(Toml::string("[replica]\nhost = 'db'\npassword = 'hunter2'"));
    let replica = Groups::loader().figment(figment).load().unwrap().replica;
    assert_eq!(replica.map(|replica| replica.host).as_deref(), Some("db"));
}

#[test]
fn a_table_that_is_not_there_brings_in_no_optional_struct() {
    let figment = Figment::from(Toml::string("[primary]\nhost = 'db'"));
    assert!(Groups::loader().figment(figment).load().unwrap().replica.is_none());
}

#[derive(Debug, PartialEq, Config)]
#[config(tag = "KIND")]
enum Store {
    Disk {
        path: String,
    },
    #[config(default)]
    Memory,
}

#[derive(Debug, Config)]
struct Stored {
    #[config(nested)]
    store: Store,
}

#[test]
fn a_table_selects_a_variant() {
    for (toml, expected) in [
        ("[store]\nkind = 'disk'\npath = '/data'", Store::Disk { path: "/data".to_owned() }),
        ("[store]\nkind = 'memory'", Store::Memory),
        ("", Store::Memory),
    ] {
        let loaded = Stored::loader().figment(Figment::from(Toml::string(toml))).load();
        assert_eq!(loaded.unwrap().store, expected, "{toml}");
    }
}

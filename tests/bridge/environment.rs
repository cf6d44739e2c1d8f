//! The real process environment: each test has a process of its own, started with the variables it is about.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

#[path = "values/process.rs"]
mod process;

use std::{ffi::OsStr, fs, os::unix::ffi::OsStrExt};

use figment::{
    Figment,
    providers::{Format, Toml},
};
use secrets_config::{Config, Kind, Origin, Report, Secret};

#[derive(Debug, Config)]
struct Settings {
    db_password: Secret<String>,
    #[config(default = 3000)]
    port: u16,
    host: Option<String>,
}

/// Not UTF-8: an `é` of Latin-1.
const LATIN1: &[u8] = b"hunter2-caf\xe9";

fn kinds(report: &Report) -> Vec<(&str, Kind)> {
    report.problems().iter().map(|problem| (problem.variable(), problem.kind())).collect()
}

/// Runs `body` with these variables and no others.
fn with(test: &str, variables: &[(&str, &[u8])], body: impl FnOnce()) {
    let variables = variables.iter().map(|(name, text)| (OsStr::new(name), OsStr::from_bytes(text)));
    process::run(test, variables, body);
}

#[test]
fn variables_are_read_from_the_environment() {
    let variables: [(&str, &[u8]); 3] = [("DB_PASSWORD", b" 0012 345\n"), ("PORT", b"80"), ("port", b"81")];
    with("variables_are_read_from_the_environment", &variables, || {
        let loaded = Settings::loader().env().load_with_origins().unwrap();
        assert_eq!((loaded.db_password.expose_secret().as_str(), loaded.port), (" 0012 345\n", 80));
        let origins: Vec<_> = loaded.provided().iter().map(|provided| provided.origin.clone()).collect();
        assert_eq!(origins, [Origin::Environment, Origin::Environment, Origin::Unset]);
        let settings = Settings::load().unwrap();
        assert_eq!((settings.port, settings.host), (80, None));
    });
}

#[test]
fn a_variable_elsewhere_that_is_not_utf8_changes_nothing() {
    let name = OsStr::from_bytes(b"CAF\xe9");
    let variables = [
        (OsStr::new("DB_PASSWORD"), OsStr::new("x")),
        (OsStr::new("STRAY"), OsStr::from_bytes(LATIN1)),
        (OsStr::new("DB_PASSWORT"), OsStr::from_bytes(LATIN1)),
        (name, OsStr::new("x")),
    ];
    process::run("a_variable_elsewhere_that_is_not_utf8_changes_nothing", variables, || {
        assert_eq!(Settings::load().unwrap().db_password, Secret::from("x"));
    });
}

#[test]
fn a_variable_elsewhere_that_is_not_utf8_changes_no_report() {
    #[derive(Debug, Config)]
    #[config(prefix = "APP_", deny_unknown)]
    #[expect(dead_code, reason = "only what is wrong with it is of interest")]
    struct App {
        db_password: Secret<String>,
    }
    let name = OsStr::from_bytes(b"APP_CAF\xe9");
    let variables = [
        (OsStr::new("STRAY"), OsStr::from_bytes(LATIN1)),
        (OsStr::new("APP_DB_PASSWROD"), OsStr::from_bytes(LATIN1)),
        (name, OsStr::new("x")),
    ];
    process::run("a_variable_elsewhere_that_is_not_utf8_changes_no_report", variables, || {
        let report = App::load().unwrap_err();
        let expected = [("APP_DB_PASSWROD", Kind::Unknown), ("APP_DB_PASSWORD", Kind::Missing)];
        assert_eq!(kinds(&report), expected);
        assert_eq!(report.problems()[1].hint(), Some("APP_DB_PASSWROD is set: is that the one?"));
        assert!(!format!("{report} {report:?}").contains("hunter2"), "{report}");
    });
}

#[test]
fn our_own_variables_that_are_not_utf8_are_named() {
    let variables = [("DB_PASSWORD", LATIN1), ("PORT", LATIN1), ("HOST", LATIN1)];
    with("our_own_variables_that_are_not_utf8_are_named", &variables, || {
        let report = Settings::load().unwrap_err();
        let expected = ["DB_PASSWORD", "PORT", "HOST"].map(|name| (name, Kind::NotUnicode));
        assert_eq!(kinds(&report), expected);
        assert!(report.problems().iter().all(|problem| problem.origin() == "environment"));
        assert!(!format!("{report} {report:?}").contains("hunter2"), "{report}");
    });
}

#[test]
fn a_path_that_is_not_utf8_is_named() {
    with("a_path_that_is_not_utf8_is_named", &[("DB_PASSWORD_FILE", LATIN1)], || {
        let report = Settings::load().unwrap_err();
        assert_eq!(kinds(&report), [("DB_PASSWORD", Kind::NotUnicode)]);
        assert!(report.to_string().contains("DB_PASSWORD_FILE"), "{report}");
    });
}

#[test]
#[expect(clippy::disallowed_methods, reason = "it is looked what else there is")]
fn of_duplicate_names_the_one_that_getenv_returns_counts() {
    // A name with `=` in it is how a second entry gets past `Command`, which has each name once.
    let variables: [(&str, &[u8]); 2] = [("DB_PASSWORD", b"first"), ("DB_PASSWORD=second", b"")];
    with("of_duplicate_names_the_one_that_getenv_returns_counts", &variables, || {
        let entries = std::env::vars_os().filter(|(name, _)| name == "DB_PASSWORD").count();
        assert_eq!(entries, 2);
        let settings = Settings::load().unwrap();
        assert_eq!(Some(settings.db_password.expose_secret().into()), std::env::var_os("DB_PASSWORD"));
    });
}

#[test]
fn a_variable_that_is_missed_by_a_slip_is_hinted_at() {
    with("a_variable_that_is_missed_by_a_slip_is_hinted_at", &[("DB_PASSWRD", b"hunter2")], || {
        let report = Settings::load().unwrap_err();
        assert_eq!(report.problems()[0].hint(), Some("DB_PASSWRD is set: is that the one?"));
        assert!(!format!("{report} {report:?}").contains("hunter2"), "{report}");
    });
}

/// Makes a `.env` file and gives its path to `body`.
fn with_dotenv(test: &str, variables: &[(&str, &[u8])], body: impl FnOnce(&str)) {
    with(test, variables, || {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("dev.env");
        fs::write(&path, "DB_PASSWORD=hunter2\nPORT=1\n").unwrap();
        body(path.to_str().unwrap());
    });
}

#[test]
fn the_environment_lies_over_a_dotenv_file() {
    let variables: [(&str, &[u8]); 2] = [("PORT", b"80"), ("APP_ENV", b"development")];
    with_dotenv("the_environment_lies_over_a_dotenv_file", &variables, |path| {
        let settings = Settings::loader().dotenv(path).env().load().unwrap();
        assert_eq!((settings.db_password, settings.port), (Secret::from("hunter2"), 80));
    });
}

#[test]
fn the_environment_lies_over_a_figment() {
    with("the_environment_lies_over_a_figment", &[("PORT", b"80")], || {
        let figment = Figment::from(Toml::string("db_password = 'hunter2'\nport = 1"));
        let settings = Settings::loader().figment(figment).env().load().unwrap();
        assert_eq!((settings.db_password, settings.port), (Secret::from("hunter2"), 80));
    });
}

/// A `.env` file is a problem here, and what it holds is not taken.
fn refuses_dotenv(path: &str, sign: &str) {
    let report = Settings::loader().dotenv(path).env().load().unwrap_err();
    assert_eq!(kinds(&report), [(path, Kind::File), ("DB_PASSWORD", Kind::Missing)]);
    let hint = report.problems()[0].hint().unwrap();
    assert!(hint.contains(sign), "{hint}");
    assert!(!format!("{report} {report:?}").contains("hunter2"), "{report}");
}

#[test]
fn a_dotenv_file_is_refused_in_a_pod() {
    let variables: [(&str, &[u8]); 2] =
        [("KUBERNETES_SERVICE_HOST", b"10.0.0.1"), ("APP_ENV", b"development")];
    with_dotenv("a_dotenv_file_is_refused_in_a_pod", &variables, |path| {
        refuses_dotenv(path, "KUBERNETES_SERVICE_HOST");
    });
}

#[test]
fn a_dotenv_file_is_refused_in_production() {
    with_dotenv("a_dotenv_file_is_refused_in_production", &[("APP_ENV", b"production")], |path| {
        refuses_dotenv(path, "APP_ENV");
    });
}

#[test]
fn a_dotenv_file_is_refused_in_production_by_a_short_name() {
    with_dotenv("a_dotenv_file_is_refused_in_production_by_a_short_name", &[("APP_ENV", b"PROD")], |path| {
        refuses_dotenv(path, "APP_ENV");
    });
}

#[test]
fn a_dotenv_file_is_refused_in_production_with_blanks_around_the_word() {
    let test = "a_dotenv_file_is_refused_in_production_with_blanks_around_the_word";
    with_dotenv(test, &[("APP_ENV", b" Production\n")], |path| refuses_dotenv(path, "APP_ENV"));
}

#[test]
fn a_dotenv_file_that_is_not_there_is_no_matter_in_production() {
    let variables: [(&str, &[u8]); 2] = [("APP_ENV", b"production"), ("DB_PASSWORD", b"x")];
    with("a_dotenv_file_that_is_not_there_is_no_matter_in_production", &variables, || {
        assert_eq!(Settings::loader().dotenv("no/such/.env").env().load().unwrap().port, 3000);
    });
}

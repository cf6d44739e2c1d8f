//! Every stage of loading goes wrong at once, and one report tells it all.
#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

#[path = "values/process.rs"]
mod process;

use std::{error::Error, fs, time::Duration};

use secrets_config::{Config, Kind, Report, Secret};
use serde::Deserialize;

/// Part of every secret below and of no other value.
const CANARY: &str = "hunter2-canary";

#[derive(Debug, Config)]
#[config(prefix = "APP_", deny_unknown, check(ordered, first_port, last_port), check(both, admin, auditor))]
#[expect(dead_code, reason = "only what is wrong with it is of interest")]
struct Settings {
    db_password: Secret<String>,
    #[config(json)]
    upstreams: Vec<Upstream>,
    #[config(json)]
    pins: Secret<Vec<u32>>,
    #[config(encoding = "base64")]
    signing_key: Secret<Vec<u8>>,
    #[validate(length(min = 32))]
    jwt_secret: Secret<String>,
    #[validate(custom(function = pronounceable))]
    passphrase: Secret<String>,
    first_port: u16,
    last_port: u16,
    admin: Secret<String>,
    auditor: Secret<String>,
    #[config(alias = "TOKEN")]
    api_key: Secret<String>,
    session_key: Secret<String>,
    mail_password: Secret<String>,
    smtp_password: Secret<String>,
    fixture: Secret<String>,
    certificate: Secret<String>,
    workers: u8,
    retries: u8,
    timeout: Duration,
    #[config(default = false)]
    tls: bool,
    #[config(required_if(tls = true))]
    tls_key: Option<Secret<String>>,
    #[config(nested)]
    cache: Option<Cache>,
    #[config(nested)]
    store: Store,
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "only what is wrong with it is of interest")]
struct Upstream {
    port: u16,
}

#[derive(Debug, Config)]
#[expect(dead_code, reason = "only what is wrong with it is of interest")]
struct Cache {
    host: String,
    password: Secret<String>,
}

#[derive(Debug, Config)]
#[config(tag = "KIND")]
#[expect(dead_code, reason = "only what is wrong with it is of interest")]
enum Store {
    Disk { path: String },
    Memory,
}

fn ordered(first: &u16, last: &u16) -> Result<(), &'static str> {
    if first <= last { Ok(()) } else { Err("the first port not above the last") }
}

fn both(admin: &Secret<String>, auditor: &Secret<String>) -> Result<(), String> {
    Err(format!("{} is not {}", admin.expose_secret(), auditor.expose_secret()))
}

fn pronounceable(passphrase: &Secret<String>) -> Result<(), String> {
    Err(format!("nobody can say {}", passphrase.expose_secret()))
}

/// Loads from a `.env` file with a bad line, a directory with a bad file, and bad pairs.
fn report() -> Report {
    let directory = tempfile::tempdir().unwrap();
    let [dotenv, absent] = ["dev.env", "absent"].map(|name| directory.path().join(name));
    fs::write(&dotenv, format!("APP_REGION=a\nAPP_REGION={CANARY}\n")).unwrap();
    let secrets = directory.path().join("secrets");
    fs::create_dir(&secrets).unwrap();
    fs::write(secrets.join("app-certificate"), [CANARY.as_bytes(), b"\xff"].concat()).unwrap();
    let pairs = [
        ("APP_DB_PASSWORD_FILE", absent.to_str().unwrap()),
        ("APP_UPSTREAMS", r#"[{"port": "x"}]"#),
        ("APP_PINS", r#"["hunter2-canary"]"#),
        ("APP_SIGNING_KEY", CANARY),
        ("APP_JWT_SECRET", CANARY),
        ("APP_PASSPHRASE", CANARY),
        ("APP_FIRST_PORT", "2"),
        ("APP_LAST_PORT", "1"),
        ("APP_ADMIN", CANARY),
        ("APP_AUDITOR", "hunter2-canary-too"),
        ("APP_API_KEY", CANARY),
        ("APP_TOKEN", "hunter2-canary-too"),
        ("APP_MAIL_PASSWORD", ""),
        ("APP_SMTP_PASSWORD", " \t"),
        ("APP_FIXTURE", "<hunter2-canary>"),
        ("APP_WORKERS", "many"),
        ("APP_RETRIES", "256"),
        ("APP_TIMEOUT", "30"),
        ("APP_TLS", "yes"),
        ("APP_CACHE_PASSWORD", CANARY),
        ("APP_STORE_KIND", "dsik"),
        ("APP_WROKERS", CANARY),
    ];
    Settings::loader().dotenv(&dotenv).secrets_dir(&secrets).pairs(pairs).load().unwrap_err()
}

fn alone(test: &str, body: impl FnOnce()) {
    process::run::<&str, &str>(test, [], body);
}

#[test]
fn every_stage_is_in_one_report() {
    alone("every_stage_is_in_one_report", || {
        let report = report();
        let mut found: Vec<_> =
            report.problems().iter().map(|problem| (problem.variable(), problem.kind())).collect();
        let mut expected = vec![
            ("APP_REGION", Kind::Invalid),
            ("APP_WROKERS", Kind::Unknown),
            ("APP_DB_PASSWORD", Kind::File),
            ("APP_UPSTREAMS", Kind::Invalid),
            ("APP_PINS", Kind::Invalid),
            ("APP_SIGNING_KEY", Kind::Invalid),
            ("APP_JWT_SECRET", Kind::Rule),
            ("APP_PASSPHRASE", Kind::Rule),
            ("APP_FIRST_PORT", Kind::Rule),
            ("APP_ADMIN", Kind::Rule),
            ("APP_API_KEY", Kind::Conflict),
            ("APP_SESSION_KEY", Kind::Missing),
            ("APP_MAIL_PASSWORD", Kind::Empty),
            ("APP_SMTP_PASSWORD", Kind::Blank),
            ("APP_FIXTURE", Kind::Placeholder),
            ("APP_CERTIFICATE", Kind::NotUnicode),
            ("APP_WORKERS", Kind::Invalid),
            ("APP_RETRIES", Kind::OutOfRange),
            ("APP_TIMEOUT", Kind::Invalid),
            ("APP_TLS_KEY", Kind::Missing),
            ("APP_CACHE_HOST", Kind::Missing),
            ("APP_STORE_KIND", Kind::Invalid),
        ];
        found.sort_by_key(|(variable, _)| *variable);
        expected.sort_by_key(|(variable, _)| *variable);
        assert_eq!(found, expected, "{report}");
    });
}

#[test]
fn no_form_of_it_holds_a_secret() {
    alone("no_form_of_it_holds_a_secret", || {
        let report = report();
        let mut forms = vec![
            report.to_string(),
            format!("{report:?}\n{report:#?}"),
            serde_json::to_string(&report).unwrap(),
            report.problems().iter().map(|problem| format!("{problem}\n{problem:?}\n")).collect(),
        ];
        let mut source = report.source();
        while let Some(error) = source {
            forms.push(format!("{error} {error:?}"));
            source = error.source();
        }
        for form in forms {
            assert!(!form.contains("hunter2"), "{form}");
        }
    });
}

#[test]
fn every_problem_says_what_to_do() {
    alone("every_problem_says_what_to_do", || {
        for problem in report().problems() {
            assert!(!problem.expected().is_empty() && !problem.origin().is_empty(), "{problem:?}");
        }
        let hints: Vec<_> = report()
            .problems()
            .iter()
            .filter_map(|problem| Some((problem.variable().to_owned(), problem.hint()?.to_owned())))
            .collect();
        for (variable, hint) in [
            ("APP_REGION", "the key has a value already"),
            ("APP_WROKERS", "did you mean APP_WORKERS?"),
            ("APP_DB_PASSWORD", "there is no such file"),
            ("APP_TIMEOUT", "the number needs a unit"),
            ("APP_TLS_KEY", "needed because APP_TLS is true"),
            ("APP_CACHE_HOST", "needed because APP_CACHE_PASSWORD is set"),
            ("APP_STORE_KIND", "did you mean disk?"),
        ] {
            assert!(hints.contains(&(variable.to_owned(), hint.to_owned())), "{variable} of {hints:#?}");
        }
    });
}

#[test]
fn five_of_five_problems_are_told_in_one_start() {
    #[derive(Debug, Config)]
    #[expect(dead_code, reason = "only what is wrong with it is of interest")]
    struct Service {
        db_password: Secret<String>,
        api_key: Secret<String>,
        jwt_secret: Secret<String>,
        workers: u16,
        admin_pin: Secret<u32>,
        host: String,
    }
    let report =
        Service::from_pairs([("WORKERS", "eighty"), ("ADMIN_PIN", CANARY), ("HOST", "db")]).unwrap_err();
    let found: Vec<_> =
        report.problems().iter().map(|problem| (problem.variable(), problem.kind())).collect();
    let expected = [
        ("DB_PASSWORD", Kind::Missing),
        ("API_KEY", Kind::Missing),
        ("JWT_SECRET", Kind::Missing),
        ("WORKERS", Kind::Invalid),
        ("ADMIN_PIN", Kind::Invalid),
    ];
    assert_eq!(found, expected);
}

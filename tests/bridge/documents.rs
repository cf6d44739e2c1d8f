//! The documents that are made from a struct, and the checks that keep committed ones true.

use std::{fs, net::Ipv4Addr, path::PathBuf};

use secrets_config::{
    Config, Secret,
    document::{Drift, Markdown},
};
use serde::Deserialize;

const ENV_EXAMPLE: &str = include_str!("documents/env.example");
const README: &str = include_str!("documents/README.md");
const JSON_SCHEMA: &str = include_str!("documents/schema.json");

#[derive(Debug, Config)]
#[config(prefix = "SHOP_")]
#[expect(dead_code, reason = "only what it asks for is of interest")]
struct Settings {
    /// Signs the session tokens | and nothing else.
    #[validate(length(min = 32, max = 128))]
    jwt_secret: Secret<String>,
    /// Where orders are kept.
    #[config(nested)]
    database: Database,
    #[config(nested, prefix = "REPLICA_")]
    replica: Database,
    /// Stage the service runs in.
    #[config(default = Stage::PreProduction)]
    stage: Stage,
    /// Address to listen on.
    #[config(default = Ipv4Addr::LOCALHOST)]
    host: Ipv4Addr,
    #[config(default = 1_000)]
    #[validate(range(min = 1, max = 5000))]
    page_size: u16,
    /// Shown at the top of each page, which is why it had better be short, friendly, and in the language that most customers speak.
    #[config(default = "it's #1")]
    title: String,
    #[validate(length(max = 3))]
    #[config(file)]
    mirrors: Option<Vec<String>>,
    webhook_key: Option<Secret<String>>,
}

#[derive(Debug, Config)]
#[expect(dead_code, reason = "only what it asks for is of interest")]
struct Database {
    /// Name of the server.
    host: String,
    /// Password of the application's role.
    password: Secret<String>,
    #[config(default = 5432)]
    port: u16,
    socket: Option<PathBuf>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Stage {
    Development,
    PreProduction,
    Production,
}

#[test]
fn help_is_current() -> Result<(), Drift> {
    Settings::help().check(include_str!("documents/help.txt"))
}

#[test]
fn env_example_is_current() -> Result<(), Drift> {
    Settings::env_example().check(ENV_EXAMPLE)
}

#[test]
fn readme_is_current() -> Result<(), Drift> {
    Settings::markdown().check(README)
}

#[test]
fn json_schema_is_current() -> Result<(), Drift> {
    Settings::json_schema().check(JSON_SCHEMA)
}

#[test]
fn help_fits_a_terminal() {
    let help = Settings::help().to_string();
    let widest = help.lines().map(|line| line.chars().count()).max();
    assert!(widest <= Some(100), "{help}");
}

#[test]
fn the_json_schema_is_the_same_through_any_serializer() {
    let schema = Settings::json_schema();
    assert_eq!(serde_json::to_string_pretty(&schema).unwrap(), schema.to_string());
}

#[test]
fn a_drift_shows_what_differs_and_how_to_mend_it() {
    let committed = ENV_EXAMPLE.replace("SHOP_PAGE_SIZE=1000", "SHOP_PAGE_SIZE=500");
    let drift = Settings::env_example().check(&committed).unwrap_err();
    let expected = "\
the committed file (-) is not what the struct asks for (+)

  …

  # optional: a whole number from 0 to 65535; a number from 1 to 5000
- # SHOP_PAGE_SIZE=500
+ # SHOP_PAGE_SIZE=1000

  # Shown at the top of each page, which is why it had better be short, friendly, and in the language that most customers speak.
  …

to update it, write what `Settings::env_example()` displays to the file";
    assert_eq!(drift.to_string(), expected);
    assert_eq!(format!("{drift:?}"), expected, "a test that unwraps it is to be readable too");
    assert_eq!(drift.updated(), ENV_EXAMPLE);
}

#[test]
fn a_variable_more_and_a_variable_less_are_found() {
    let less = ENV_EXAMPLE.replace("SHOP_JWT_SECRET=\n", "");
    let more = format!("{ENV_EXAMPLE}SHOP_OLD=\n");
    let shown = |committed: &str| Settings::env_example().check(committed).unwrap_err().to_string();
    assert!(shown(&less).contains("\n+ SHOP_JWT_SECRET=\n"), "{}", shown(&less));
    assert!(shown(&more).contains("\n- SHOP_OLD=\n"), "{}", shown(&more));
}

#[test]
fn the_example_loads_once_it_is_filled_in() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(".env");
    let filled = ENV_EXAMPLE
        .replace("# SHOP_TITLE=", "SHOP_TITLE=")
        .replace("# SHOP_STAGE=", "SHOP_STAGE=")
        .replace("HOST=\n", "HOST=127.0.0.1\n")
        .replace("PASSWORD=\n", "PASSWORD=hunter2\n")
        .replace("SECRET=\n", "SECRET=0123456789abcdef0123456789abcdef\n");
    fs::write(&path, filled).unwrap();
    let settings = Settings::loader().dotenv(&path).load().unwrap();
    assert_eq!(settings.title, "it's #1");
    assert!(matches!(settings.stage, Stage::PreProduction));
}

#[test]
fn line_ends_are_no_drift() -> Result<(), Drift> {
    Settings::env_example().check(&ENV_EXAMPLE.replace('\n', "\r\n"))
}

#[test]
fn a_table_may_be_alone_or_part_of_a_larger_file() -> Result<(), Drift> {
    Settings::markdown().check(&Settings::markdown().to_string())?;
    let stale = README.replace("| `5432` |", "| `5433` |");
    let drift = Settings::markdown().check(&stale).unwrap_err();
    assert!(!drift.to_string().contains("# Shop"), "what is around the table is not compared: {drift}");
    assert_eq!(drift.updated(), README);
    let bare = format!("# Shop\n{}\n{}\n", Markdown::BEGIN, Markdown::END);
    let filled = Settings::markdown().check(&bare).unwrap_err().updated().to_owned();
    Settings::markdown().check(&filled)
}

/// The derive refuses a default for a secret, except where the struct is generic.
#[derive(Debug, Config)]
#[expect(dead_code, reason = "only what it asks for is of interest")]
struct Careless<T: serde::de::DeserializeOwned> {
    #[config(default = Secret::from("hunter2-canary"))]
    key: Secret<String>,
    other: T,
}

#[test]
fn no_document_has_a_value_of_a_secret() {
    let forms = [
        Careless::<u8>::help().to_string(),
        Careless::<u8>::env_example().to_string(),
        Careless::<u8>::markdown().to_string(),
        Careless::<u8>::json_schema().to_string(),
    ];
    for form in forms {
        assert!(form.contains("KEY") && !form.contains("hunter2"), "{form}");
    }
}

#[test]
fn a_secret_that_was_committed_is_not_shown_again() {
    for lines in [
        "SHOP_JWT_SECRET=hunter2-canary",
        "# export SHOP_JWT_SECRET = 'hunter2-canary'",
        "SHOP_OLD_SECRET=hunter2-canary",
        "SHOP_JWT_SECRET=\"-----BEGIN\nhunter2-canary=\n-----END\"",
    ] {
        let committed = ENV_EXAMPLE.replace("SHOP_JWT_SECRET=", lines);
        let drift = Settings::env_example().check(&committed).unwrap_err();
        assert!(drift.to_string().contains("=[REDACTED]"), "{drift}");
        assert!(!format!("{drift} {drift:?} {}", drift.updated()).contains("hunter2"), "{drift}");
    }
}

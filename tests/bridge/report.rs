//! What a person, and a machine, is told when the environment is wrong.
#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

use std::{collections::BTreeSet, error::Error};

use secrets_config::{Config, Kind, Report, Secret};
use serde::Deserialize;
use serde_json::Value;

const CANARY: &str = "hunter2-canary";

#[derive(Debug, Config)]
#[expect(dead_code, reason = "only what is wrong with it is of interest")]
struct Settings {
    /// Password of the application's database role.
    ///
    /// Kept in the operator's Secret.
    db_password: Secret<String>,
    api_key: Secret<String>,
    #[validate(length(min = 32))]
    jwt_secret: Secret<String>,
    admin_pin: Secret<u32>,
    /// Port to listen on.
    #[config(default = 3000)]
    port: u16,
    #[config(default = AppEnv::Production)]
    app_env: AppEnv,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum AppEnv {
    Development,
    Production,
    Test,
}

fn report() -> Report {
    Settings::loader()
        .pairs([
            ("JWT_SECRET", CANARY),
            ("ADMIN_PIN", CANARY),
            ("PORT", "eighty\n\x1b[31m"),
            ("APP_ENV", "staging-in-a-far-away-place-that-nobody-knows"),
        ])
        .load()
        .unwrap_err()
}

#[test]
fn one_start_shows_everything() {
    let expected = r#"error: the configuration (Settings) has 6 problems

to set
  DB_PASSWORD  missing  expected text
                        looked in: given pairs
                        about: Password of the application's database role.
  API_KEY      missing  expected text
                        looked in: given pairs

to correct
  JWT_SECRET   rule     expected at least 32 characters
                        set in: given pairs
  ADMIN_PIN    invalid  expected a whole number from 0 to 4294967295
                        set in: given pairs
  PORT         invalid  expected a whole number from 0 to 65535, found "eighty\n\u{1b}[31m"
                        set in: given pairs
                        about: Port to listen on.
  APP_ENV      invalid  expected one of development, production, test, found "staging-in-a-far-away-place-that-nobody-…"
                        set in: given pairs
"#;
    assert_eq!(report().to_string(), expected);
}

#[test]
fn one_problem_is_one_line_for_a_log() {
    let lines: Vec<_> = report().problems().iter().map(ToString::to_string).collect();
    assert_eq!(lines[0], "DB_PASSWORD is missing: expected text (given pairs)");
    assert_eq!(lines[2], "JWT_SECRET is against a rule: expected at least 32 characters (given pairs)");
}

#[test]
fn the_json_form_is_stable() {
    let json = serde_json::to_value(report()).unwrap();
    assert_eq!(json["settings"], "Settings");
    assert_eq!(json["problems"].as_array().map(Vec::len), Some(6));
    let expected = serde_json::json!({
        "variable": "PORT",
        "path": "port",
        "kind": "invalid",
        "secret": false,
        "origin": "given pairs",
        "expected": "a whole number from 0 to 65535",
        "found": "\"eighty\\n\\u{1b}[31m\"",
        "hint": null,
        "doc": "Port to listen on.",
    });
    assert_eq!(json["problems"][4], expected);
}

#[test]
fn the_json_form_keeps_to_its_schema() {
    let schema: Value = serde_json::from_str(include_str!("../../docs/report.schema.json")).unwrap();
    let json = serde_json::to_value(report()).unwrap();
    assert_eq!(keys(&json), names(&schema["required"]));
    let problem = &schema["properties"]["problems"]["items"];
    for each in json["problems"].as_array().unwrap() {
        assert_eq!(keys(each), names(&problem["required"]));
    }
    let kinds: BTreeSet<_> = Kind::ALL.iter().map(|kind| kind.as_str().to_owned()).collect();
    assert_eq!(kinds, names(&problem["properties"]["kind"]["enum"]));
}

fn keys(object: &Value) -> BTreeSet<String> {
    object.as_object().into_iter().flatten().map(|(key, _)| key.clone()).collect()
}

fn names(list: &Value) -> BTreeSet<String> {
    list.as_array().into_iter().flatten().filter_map(|name| Some(name.as_str()?.to_owned())).collect()
}

#[test]
fn colours_change_nothing_but_the_colours() {
    let coloured = report().coloured().to_string();
    let mut plain = String::new();
    let mut rest = coloured.as_str();
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        plain.push_str(before);
        rest = after.split_once('m').unwrap().1;
    }
    plain.push_str(rest);
    assert_eq!(plain, report().to_string());
    assert_ne!(coloured, plain);
}

#[test]
fn no_form_of_the_report_holds_a_secret() {
    let report = report();
    let mut forms = vec![
        report.to_string(),
        report.coloured().to_string(),
        report.lines().collect(),
        format!("{report:?} {report:#?}"),
        serde_json::to_string(&report).unwrap(),
        report.problems().iter().map(|problem| format!("{problem} {problem:?}")).collect(),
    ];
    let mut source = report.source();
    while let Some(error) = source {
        forms.push(format!("{error} {error:?}"));
        source = error.source();
    }
    for form in forms {
        assert!(!form.contains("hunter2"), "{form}");
    }
}

/// A type whose own parser quotes what it was given, as many do.
#[derive(Debug)]
struct Loud;

impl zeroize::Zeroize for Loud {
    fn zeroize(&mut self) {}
}

impl<'de> Deserialize<'de> for Loud {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Err(serde::de::Error::custom(format!("`{text}` is not loud")))
    }
}

#[derive(Debug, Config)]
#[expect(dead_code, reason = "only what is wrong with it is of interest")]
struct Talkative {
    secret: Secret<Loud>,
    secrets: Vec<Secret<Loud>>,
    open: Loud,
}

#[test]
fn what_a_parser_says_is_shown_for_an_open_field_only() {
    let pairs = [("SECRET", CANARY), ("SECRETS", CANARY), ("OPEN", "quiet")];
    let report = Talkative::loader().pairs(pairs).load().unwrap_err();
    let hints: Vec<_> = report.problems().iter().map(|problem| problem.hint()).collect();
    assert_eq!(hints, [None, None, Some("`quiet` is not loud")]);
    assert!(!format!("{report} {report:?}").contains("hunter2"));
}

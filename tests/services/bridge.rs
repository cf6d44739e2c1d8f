//! `eso-bridge`: what it says of a bad environment, and what it shows of a good one.
#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

use std::process::{Command, Output};

use serde_json::Value;
use service_tests::SOON;
use testkit::Service;

const SIGNING_KEY: &str = "hunter2-canary-0123456789abcdef-0123456789abcdef";

async fn run(arguments: &[&str], env: &[(&str, &str)]) -> Output {
    let binary = Service::build("eso-bridge").await.unwrap();
    Command::new(binary).args(arguments).env_clear().envs(env.iter().copied()).output().unwrap()
}

/// Three missing, two invalid.
const BAD: [(&str, &str); 3] =
    [("JWT_SECRET", "hunter2-canary"), ("PORT", "eighty"), ("IRRELEVANT", "hunter2-canary")];

const GOOD: [(&str, &str); 3] =
    [("DB_PASSWORD", "hunter2-canary"), ("API_KEY", "hunter2-canary"), ("JWT_SECRET", SIGNING_KEY)];

#[tokio::test]
async fn five_problems_are_reported_in_one_start() {
    let env = [("PORT", "eighty"), ("APP_ENV", "staging")];
    let output = run(&[], &env).await;
    assert_eq!(output.status.code(), Some(78));
    let report = String::from_utf8(output.stderr).unwrap();
    for expected in [
        "has 5 problems",
        "DB_PASSWORD  missing",
        "API_KEY      missing",
        "JWT_SECRET   missing",
        "PORT         invalid  expected a whole number from 0 to 65535, found \"eighty\"",
        "APP_ENV      invalid  expected one of development, production, test, found \"staging\"",
    ] {
        assert!(report.contains(expected), "{expected:?} is not in\n{report}");
    }
}

#[tokio::test]
async fn a_bad_secret_is_in_no_output() {
    for arguments in [&[][..], &["--check"], &["--check", "--format", "json"]] {
        let output = run(arguments, &BAD).await;
        assert_eq!(output.status.code(), Some(78), "{arguments:?}");
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8(said).unwrap();
        assert!(said.contains("JWT_SECRET") && !said.contains("hunter2"), "{said}");
    }
}

#[tokio::test]
async fn the_report_is_json_when_asked_for() {
    let output = run(&["--check", "--format", "json"], &BAD).await;
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let kinds: Vec<_> = report["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|problem| (problem["variable"].as_str().unwrap(), problem["kind"].as_str().unwrap()))
        .collect();
    assert_eq!(
        kinds,
        [("DB_PASSWORD", "missing"), ("API_KEY", "missing"), ("JWT_SECRET", "rule"), ("PORT", "invalid")]
    );
}

#[tokio::test]
async fn check_says_that_a_good_environment_is_good_and_does_not_serve() {
    let output = run(&["--check"], &GOOD).await;
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "the environment is good\n");
    let output = run(&["--check", "--format", "json"], &GOOD).await;
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["problems"].as_array().map(Vec::len), Some(0));
}

#[tokio::test]
async fn config_shows_each_value_and_where_it_came_from_but_no_secret() {
    let binary = Service::build("eso-bridge").await.unwrap();
    let mut service = Service::start(&binary, GOOD).await.unwrap();
    service.wait_line("listening on", SOON).await.unwrap();
    assert_eq!(service.get("/healthz").await.unwrap().0, 200);
    let (status, config) = service.get("/config").await.unwrap();
    assert_eq!(status, 200);
    assert_eq!(config["DB_PASSWORD"], serde_json::json!({ "value": "[REDACTED]", "origin": "environment" }));
    assert_eq!(config["APP_ENV"], serde_json::json!({ "value": "production", "origin": "default" }));
    assert_eq!(config["PORT"]["value"], service.address().port());
    service.terminate().await;
    assert_eq!(service.wait_exit(SOON).await.unwrap().code(), Some(0));
    assert!(!format!("{config} {}", service.output()).contains("hunter2"));
}

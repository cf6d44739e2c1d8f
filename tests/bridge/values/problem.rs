//! What a problem holds.

use std::fs;

use secrets_config::{Config, Kind, Secret};
use serde_json::{Value, json};

use super::{CANARY, only, process, refused};

#[derive(Debug, Config)]
#[expect(dead_code, reason = "only what is wrong with it is of interest")]
struct Settings {
    #[config(nested)]
    main: Database,
}

#[derive(Debug, Config)]
#[expect(dead_code, reason = "only what is wrong with it is of interest")]
struct Database {
    /// Port of the database.
    ///
    /// More about it.
    #[config(default = 5432)]
    port: u16,
    #[config(default = true)]
    tls: bool,
    #[validate(length(min = 20))]
    password: Option<Secret<String>>,
    pin: Option<Secret<u8>>,
    pins: Option<Vec<Secret<u8>>>,
}

#[test]
fn row_a_problem() {
    let problem = refused(Settings::from_pairs([("MAIN_PORT", "many")]));
    assert_eq!(problem.variable(), "MAIN_PORT");
    assert_eq!(problem.path(), "main.port");
    assert_eq!(problem.kind(), Kind::Invalid);
    assert_eq!(problem.origin(), "given pairs");
    assert_eq!(problem.expected(), "a whole number from 0 to 65535");
    assert_eq!(problem.found(), Some("\"many\""));
    assert_eq!((problem.hint(), problem.doc()), (None, "Port of the database."));
    assert!(!problem.is_secret());
}

#[test]
fn row_a_problem_in_json() {
    let problem = refused(Settings::from_pairs([("MAIN_PIN", CANARY)]));
    let expected = json!({
        "variable": "MAIN_PIN",
        "path": "main.pin",
        "kind": "invalid",
        "secret": true,
        "origin": "given pairs",
        "expected": "a whole number from 0 to 255",
        "found": null,
        "hint": null,
        "doc": "",
    });
    assert_eq!(serde_json::to_value(problem).unwrap(), expected);
}

#[test]
fn kinds_are_stable_words() {
    let words = [
        (Kind::Missing, "missing"),
        (Kind::Empty, "empty"),
        (Kind::Blank, "blank"),
        (Kind::NotUnicode, "not_unicode"),
        (Kind::Conflict, "conflict"),
        (Kind::Placeholder, "placeholder"),
        (Kind::Invalid, "invalid"),
        (Kind::OutOfRange, "out_of_range"),
        (Kind::Rule, "rule"),
    ];
    for (kind, word) in words {
        assert_eq!((kind.as_str(), kind.to_string().as_str()), (word, word));
    }
}

#[test]
fn origin_is_where_it_was_found() {
    process::run::<&str, &str>("problem::origin_is_where_it_was_found", [], || {
        let directory = tempfile::tempdir().unwrap();
        let [dotenv, secret] = ["dev.env", "MAIN_PORT"].map(|name| directory.path().join(name));
        fs::write(&dotenv, "\nMAIN_PORT=many\n").unwrap();
        fs::write(&secret, "many\n").unwrap();
        let loader = Settings::loader;
        for (loader, origin) in [
            (loader().dotenv(&dotenv), format!("{}:2", dotenv.display())),
            (loader().secrets_dir(directory.path()), format!("file {}", secret.display())),
            (loader().pairs([("MAIN_PORT", "many")]), "given pairs".to_owned()),
        ] {
            assert_eq!(refused(loader.load()).origin(), origin);
        }
    });
}

/// Everything that is told of a secret that is wrong.
fn told(variable: &str, text: &str) -> String {
    let report = Settings::from_pairs([(variable, text)]).unwrap_err();
    let problem = only(&report);
    assert_eq!(problem.found(), None);
    format!("{report}\n{report:?}\n{problem}\n{}", serde_json::to_string(&report).unwrap())
}

#[test]
fn a_secret_is_never_shown_nor_its_length_nor_a_prefix() {
    for (variable, one, other) in [
        ("MAIN_PASSWORD", "hunter2", "correct horse"),
        ("MAIN_PIN", "hunter2", "correct horse"),
        ("MAIN_PIN", "256", "99999"),
        ("MAIN_PINS", "hunter2", "correct horse"),
    ] {
        assert_eq!(told(variable, one), told(variable, other), "{one} and {other} can be told apart");
    }
}

#[test]
fn the_length_of_a_secret_in_json_is_not_shown_either() {
    for (one, other) in [
        ("[hunter2", "[   correct horse"),
        ("[1] hunter2", "[123, 123, 123] horse"),
        ("[\"hunter2\"]", "[\"correct horse\"]"),
    ] {
        assert_eq!(told("MAIN_PINS", one), told("MAIN_PINS", other), "{one} and {other} can be told apart");
    }
}

#[test]
fn another_value_is_cut_at_40_characters() {
    let text = |length| "ä".repeat(length);
    let shown =
        |length| refused(Settings::from_pairs([("MAIN_TLS", text(length))])).found().map(str::to_owned);
    assert_eq!(shown(40), Some(format!("\"{}\"", text(40))));
    assert_eq!(shown(41), Some(format!("\"{}…\"", text(40))));
}

#[test]
fn control_characters_of_another_value_are_escaped() {
    let problem = refused(Settings::from_pairs([("MAIN_TLS", "a\nb\t\u{1b}[31m\u{0}\u{7f}\u{202e}\u{85}")]));
    assert_eq!(problem.found(), Some(r#""a\nb\t\u{1b}[31m\0\u{7f}\u{202e}\u{85}""#));
}

#[test]
fn the_json_form_has_these_keys_and_no_others() {
    let report = Settings::from_pairs([("MAIN_PORT", "many")]).unwrap_err();
    let json = serde_json::to_value(report).unwrap();
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&json), ["problems", "settings"]);
    let expected = ["doc", "expected", "found", "hint", "kind", "origin", "path", "secret", "variable"];
    assert_eq!(keys(&json["problems"][0]), expected);
}

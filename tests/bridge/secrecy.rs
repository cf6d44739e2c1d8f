//! Wherever a secret is in a field's type, and whatever is wrong with it, nothing of it is shown.
#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]
#![expect(dead_code, reason = "only what is wrong with the fields is of interest")]

use std::{collections::BTreeMap, fmt};

use secrets_config::{Config, Kind, Report, Secret};
use serde::{Deserialize, Deserializer, de::Error};
use zeroize::Zeroize;

const CANARY: &str = "hunter2-canary";

/// Every form a report can be seen in.
fn assert_silent(report: &Report) {
    let json = serde_json::to_string(report).unwrap();
    let lines: String = report.lines().collect();
    for form in [report.to_string(), report.coloured().to_string(), format!("{report:?}"), json, lines] {
        assert!(!form.contains("hunter2"), "{form}");
    }
}

fn refuse<T: Config>(pairs: &[(&str, &str)]) -> Report {
    let report = T::from_pairs(pairs.iter().copied()).err().expect("something is wrong");
    assert_silent(&report);
    report
}

#[derive(Config)]
struct One<T: for<'de> Deserialize<'de>> {
    value: T,
}

#[derive(Deserialize)]
struct Key(Secret<u32>);

#[derive(Deserialize)]
struct Login {
    user: u32,
    password: Secret<String>,
}

#[test]
fn a_secret_is_found_however_deep_it_is() {
    macro_rules! shapes {
        ($($ty:ty = $text:expr;)*) => {$(
            let report = refuse::<One<$ty>>(&[("VALUE", $text)]);
            assert!(report.problems()[0].is_secret(), "{}", stringify!($ty));
        )*};
    }
    shapes! {
        Secret<u32> = CANARY;
        Option<Secret<u32>> = CANARY;
        [Secret<u32>; 2] = "hunter2,1";
        (u8, Secret<u32>) = "1,hunter2";
        Vec<Secret<u32>> = "hunter2,hunter2";
        Vec<Option<Secret<u32>>> = CANARY;
        Box<Secret<u32>> = CANARY;
        BTreeMap<String, Secret<u32>> = "a=hunter2";
        BTreeMap<u8, Secret<u32>> = "1=hunter2";
        BTreeMap<String, Vec<Secret<u32>>> = "a=hunter2";
        Key = CANARY;
        Vec<Key> = CANARY;
    }
}

#[derive(Config)]
struct Json {
    #[config(json)]
    login: Login,
}

#[test]
fn what_is_in_json_is_not_shown() {
    for text in [r#"{"password": "hunter2-canary", "user": "x"}"#, r#"{"password": "hunter2-canary""#, CANARY]
    {
        refuse::<Json>(&[("LOGIN", text)]);
    }
    refuse::<One<Vec<u8>>>(&[("VALUE", r#"["hunter2-canary"]"#)]);
}

#[derive(Config)]
struct Password {
    password: Secret<String>,
}

#[test]
fn a_secret_put_where_its_file_belongs_is_not_shown() {
    for text in
        [CANARY, "/hunter2-canary", "-----BEGIN KEY-----\nhunter2-canary\n-----END KEY-----", "a/hunter2"]
    {
        let report = refuse::<Password>(&[("PASSWORD_FILE", text)]);
        assert_eq!(report.problems()[0].kind(), Kind::File);
        assert!(report.to_string().contains("PASSWORD_FILE is to hold the path of a file"), "{report}");
    }
}

/// A type that puts its input into the text of what it expected.
struct Loud;

impl Zeroize for Loud {
    fn zeroize(&mut self) {}
}

impl<'de> Deserialize<'de> for Loud {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Err(D::Error::invalid_value(
            serde::de::Unexpected::Str(&text),
            &format!("a key, not {text}").as_str(),
        ))
    }
}

#[test]
fn what_a_type_expected_may_be_its_input() {
    refuse::<One<Secret<Loud>>>(&[("VALUE", CANARY)]);
    refuse::<One<BTreeMap<String, Secret<Loud>>>>(&[("VALUE", "a=hunter2-canary")]);
}

#[derive(Config)]
#[config(check(differ, primary, replica))]
struct Databases {
    #[config(nested)]
    primary: Password,
    #[config(nested)]
    replica: Password,
}

fn differ(one: &Password, other: &Password) -> Result<(), String> {
    let (one, other) = (one.password.expose_secret(), other.password.expose_secret());
    if one == other { Err(format!("{one} is {other}")) } else { Ok(()) }
}

#[test]
fn a_rule_over_nested_structs_is_asked_and_does_not_show_what_is_in_them() {
    let report = refuse::<Databases>(&[("PRIMARY_PASSWORD", CANARY), ("REPLICA_PASSWORD", CANARY)]);
    assert_eq!(report.problems()[0].kind(), Kind::Rule);
    assert!(report.to_string().contains("what `differ` accepts"), "{report}");
}

#[derive(Config)]
struct Ruled {
    #[validate(custom(function = quoting))]
    host: String,
}

fn quoting(host: &String) -> Result<(), impl fmt::Display + use<>> {
    Err(format!("{host} is no host"))
}

#[test]
fn what_a_rule_says_stays_on_one_line() {
    let report = refuse::<Ruled>(&[("HOST", "a\nerror: a line of its own that goes on and on and on")]);
    assert!(report.lines().all(|line| !line.contains('\n')), "{report}");
}

/// Has the shape of a token, and may quote its input.
fn token(text: &str) -> Result<String, String> {
    text.strip_prefix("token-").map(str::to_owned).ok_or_else(|| format!("no token: {text}"))
}

#[derive(Config)]
struct Tokens {
    #[config(parse = token)]
    needed: Secret<String>,
    #[config(parse = token)]
    maybe: Option<Secret<String>>,
    #[config(parse = secret_token)]
    given_as_a_secret: Option<Secret<String>>,
    #[config(parse = optional_token)]
    given_as_the_field: Option<Secret<String>>,
}

fn secret_token(text: &str) -> Result<Secret<String>, String> {
    token(text).map(Secret::new)
}

fn optional_token(text: &str) -> Result<Option<Secret<String>>, String> {
    secret_token(text).map(Some)
}

#[test]
fn a_parser_may_stand_on_a_secret_that_may_be_unset() {
    let exposed = |secret: &Option<Secret<String>>| secret.as_ref().map(|it| it.expose_secret().clone());
    let tokens = Tokens::from_pairs([("NEEDED", "token-a")]).unwrap();
    assert_eq!(tokens.needed.expose_secret(), "a");
    assert_eq!(
        [&tokens.maybe, &tokens.given_as_a_secret, &tokens.given_as_the_field].map(exposed),
        [const { None }; 3]
    );

    let names = ["NEEDED", "MAYBE", "GIVEN_AS_A_SECRET", "GIVEN_AS_THE_FIELD"];
    let tokens = Tokens::from_pairs(names.map(|name| (name, "token-b"))).unwrap();
    for token in [&tokens.maybe, &tokens.given_as_a_secret, &tokens.given_as_the_field] {
        assert_eq!(exposed(token).as_deref(), Some("b"));
    }

    let report = refuse::<Tokens>(&names.map(|name| (name, CANARY)));
    assert_eq!(report.problems().len(), names.len());
}

#[test]
fn an_address_that_is_a_secret_keeps_the_rule() {
    #[derive(Config)]
    struct Settings {
        #[validate(ip)]
        bastion: Secret<String>,
    }
    assert!(Settings::from_pairs([("BASTION", "fe80::1")]).is_ok());
    let report = refuse::<Settings>(&[("BASTION", "hunter2.example")]);
    assert_eq!(report.problems()[0].expected(), "an IP address");
}

#[test]
fn a_struct_with_secrets_is_serialised_without_them() {
    #[derive(Debug, serde::Serialize)]
    struct Settings {
        password: Secret<String>,
        pin: Option<Secret<u32>>,
        keys: Vec<Secret<String>>,
        #[serde(flatten)]
        flat: BTreeMap<&'static str, Secret<Vec<u8>>>,
    }
    let secret = || Secret::from(CANARY);
    let settings = Settings {
        password: secret(),
        pin: Some(Secret::new(4711)),
        keys: vec![secret(), secret()],
        flat: BTreeMap::from([("blob", Secret::new(CANARY.into()))]),
    };
    let redacted = "[REDACTED]";
    assert_eq!(
        serde_json::to_value(&settings).unwrap(),
        serde_json::json!({
            "password": redacted, "pin": redacted, "keys": [redacted, redacted], "blob": redacted,
        })
    );
    assert!(!format!("{settings:?} {settings:#?}").contains("hunter2"));
}

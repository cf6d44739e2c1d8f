//! `Secret` in the structs of other crates.

use figment::{
    Figment,
    providers::{Format, Toml},
};
use secrecy::{ExposeSecret, SecretBox, SecretString};
use secrets_config::Secret;
use serde::{Deserialize, Serialize};

const CANARY: &str = "hunter2-canary";

#[derive(Debug, Deserialize, PartialEq, Serialize)]
struct Login {
    user: String,
    password: Secret<String>,
    previous: Option<Secret<String>>,
    keys: Vec<Secret<String>>,
}

#[test]
fn a_serde_struct_takes_secrets_and_gives_none() {
    let json = r#"{"user": "app", "password": "hunter2", "previous": "hunter1", "keys": ["one", "two"]}"#;
    let login: Login = serde_json::from_str(json).unwrap();
    assert_eq!(login.password.expose_secret(), "hunter2");
    assert_eq!(login.previous, Some(Secret::from("hunter1")));
    assert_eq!(login.keys, [Secret::from("one"), Secret::from("two")]);
    let expected = serde_json::json!({
        "user": "app",
        "password": "[REDACTED]",
        "previous": "[REDACTED]",
        "keys": ["[REDACTED]", "[REDACTED]"],
    });
    assert_eq!(serde_json::to_value(&login).unwrap(), expected);
    assert!(!format!("{login:?} {login:#?}").contains("hunter"));
}

#[derive(Debug, Deserialize)]
struct Account {
    user: String,
    password: Secret<String>,
    pin: Option<Secret<u16>>,
}

fn variables<'a>(pairs: &[(&'a str, &'a str)]) -> impl Iterator<Item = (String, String)> {
    pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect::<Vec<_>>().into_iter()
}

#[test]
fn an_envy_struct_takes_secrets() {
    let pairs = [("USER", "app"), ("PASSWORD", "0012345"), ("PIN", "7")];
    let account: Account = envy::from_iter(variables(&pairs)).unwrap();
    assert_eq!((account.user.as_str(), account.password.expose_secret().as_str()), ("app", "0012345"));
    assert_eq!(account.pin.unwrap().expose_secret(), &7);
}

#[test]
fn an_envy_error_does_not_quote_a_secret() {
    let pairs = [("USER", "app"), ("PASSWORD", "x"), ("PIN", CANARY)];
    let error = envy::from_iter::<_, Account>(variables(&pairs)).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
}

#[test]
fn a_figment_struct_takes_secrets() {
    let toml = "user = 'app'\npassword = '0012345'\npin = 7";
    let account: Account = Figment::from(Toml::string(toml)).extract().unwrap();
    assert_eq!((account.user.as_str(), account.password.expose_secret().as_str()), ("app", "0012345"));
    assert_eq!(account.pin.unwrap().expose_secret(), &7);
}

#[test]
fn a_figment_error_does_not_quote_a_secret() {
    let toml = format!("user = 'app'\npassword = 'x'\npin = '{CANARY}'");
    let error = Figment::from(Toml::string(&toml)).extract::<Account>().unwrap_err();
    assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
}

#[test]
fn texts_go_to_secrecy_and_come_back() {
    let theirs: SecretString = Secret::from(CANARY).into();
    assert_eq!(theirs.expose_secret(), CANARY);
    let ours: Secret<String> = theirs.into();
    assert_eq!(ours, Secret::from(CANARY));
}

#[test]
fn other_values_go_to_secrecy_and_come_back() {
    let theirs: SecretBox<Vec<u8>> = Secret::new(vec![1, 2, 3]).into();
    assert_eq!(theirs.expose_secret(), &[1, 2, 3]);
    let ours: Secret<Vec<u8>> = theirs.into();
    assert_eq!(ours, Secret::new(vec![1, 2, 3]));
}

#[test]
fn a_function_that_takes_any_exposable_secret_takes_ours() {
    fn is_right(secret: &impl ExposeSecret<String>) -> bool {
        secret.expose_secret() == CANARY
    }
    assert!(is_right(&Secret::from(CANARY)));
    assert!(is_right(&SecretBox::new(Box::new(CANARY.to_owned()))));
}

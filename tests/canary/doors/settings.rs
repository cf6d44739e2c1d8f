//! Settings with a secret wherever one can be, and settings in which every secret is wrong.

use std::{collections::BTreeMap, fmt::Display};

use secrets_config::{Config, Secret};
use serde::{Deserialize, Serialize};

/// Takes any text as its secrets.
#[derive(Clone, Config, Debug, Serialize)]
#[config(prefix = "APP_")]
pub(crate) struct Good {
    pub(crate) password: Secret<String>,
    #[config(deprecated_alias = "OLD_TOKEN")]
    pub(crate) token: Option<Secret<String>>,
    #[config(delimiter = "\u{1}")]
    pub(crate) keys: Option<Vec<Secret<String>>>,
    #[config(json)]
    pub(crate) login: Option<Login>,
    #[config(json)]
    pub(crate) blob: Option<Secret<serde_json_text::Text>>,
    #[config(parse = verbatim)]
    pub(crate) code: Option<Secret<String>>,
    #[config(nested)]
    pub(crate) mail: Option<Mail>,
    #[config(default = 3000)]
    pub(crate) port: u16,
}

#[derive(Clone, Config, Debug, Serialize)]
pub(crate) struct Mail {
    pub(crate) password: Secret<String>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Login {
    pub(crate) user: String,
    pub(crate) password: Secret<String>,
}

/// JSON in a secret.
pub(crate) mod serde_json_text {
    use serde::{Deserialize, Serialize};
    use zeroize::Zeroize;

    #[derive(Clone, Debug, Deserialize, Serialize, Zeroize)]
    pub(crate) struct Text {
        pub(crate) text: String,
    }
}

fn verbatim(text: &str) -> Result<Option<Secret<String>>, String> {
    Ok(Some(Secret::from(text)))
}

/// Refuses any text as its secrets, each in another way.
#[derive(Config, Debug, Serialize)]
#[config(prefix = "APP_", deny_unknown, check(differ, password, token))]
pub(crate) struct Bad {
    password: Secret<String>,
    token: Secret<String>,
    pin: Secret<u32>,
    flag: Option<Secret<bool>>,
    letter: Secret<char>,
    pins: Vec<Secret<u8>>,
    pair: [Secret<u8>; 2],
    map: BTreeMap<String, Secret<u8>>,
    #[config(json)]
    login: BadLogin,
    #[config(json)]
    blob: Secret<Vec<u32>>,
    #[config(encoding = "hex")]
    hex: Secret<Vec<u8>>,
    #[config(encoding = "base64")]
    base64: Secret<Vec<u8>>,
    #[config(parse = quoting_parser)]
    code: Secret<String>,
    #[validate(length(min = 100_000))]
    long: Secret<String>,
    #[validate(custom(function = quoting_rule))]
    ruled: Secret<String>,
    #[validate(email)]
    email: Secret<String>,
    #[config(alias = "OTHER")]
    twice: Secret<String>,
    both: Secret<String>,
    file: Secret<String>,
    missing: Secret<String>,
    port: u16,
}

#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct BadLogin {
    user: u32,
    password: Secret<u32>,
}

fn quoting_parser(text: &str) -> Result<Secret<String>, String> {
    Err(format!("{text} is no code, {text:?} neither"))
}

fn quoting_rule(secret: &Secret<String>) -> Result<(), impl Display + use<>> {
    Err(format!("{} is too easy", secret.expose_secret()))
}

fn differ(one: &Secret<String>, other: &Secret<String>) -> Result<(), String> {
    if one != other {
        return Ok(());
    }
    Err(format!("{} is {}", one.expose_secret(), other.expose_secret()))
}

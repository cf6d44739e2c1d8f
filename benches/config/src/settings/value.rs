//! Types of fields, and what some peers need to read them.

use std::{convert::Infallible, fmt::Debug, str::FromStr, time::Duration};

use secrets_config::Secret;
use serde::{Deserialize, Deserializer, de::Error};
use zeroize::Zeroize;

#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
pub(super) enum Stage {
    Dev,
    Staging,
    Production,
}

impl FromStr for Stage {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "dev" => Ok(Self::Dev),
            "staging" => Ok(Self::Staging),
            "production" => Ok(Self::Production),
            _ => Err("one of dev, staging, production"),
        }
    }
}

/// A secret for peers that read a field with `FromStr`.
#[derive(Clone, Debug)]
pub(super) struct Parsed<T: Zeroize>(Secret<T>);

impl<T: FromStr + Zeroize> FromStr for Parsed<T> {
    type Err = T::Err;

    fn from_str(text: &str) -> Result<Self, T::Err> {
        text.parse().map(|value| Self(Secret::new(value)))
    }
}

impl<T: PartialEq + Zeroize> PartialEq for Parsed<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0.expose_secret() == other.0.expose_secret()
    }
}

/// A list for peers that read a field with `FromStr`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Hosts(Vec<String>);

impl FromStr for Hosts {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(list(text)))
    }
}

pub(super) fn list(text: &str) -> Vec<String> {
    text.split(',').map(|item| item.trim().to_owned()).collect()
}

pub(super) fn list_from<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    Ok(list(&String::deserialize(deserializer)?))
}

pub(super) fn duration_from<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    humantime::parse_duration(&String::deserialize(deserializer)?).map_err(D::Error::custom)
}

pub(super) fn default_listen() -> String {
    String::from("127.0.0.1")
}

pub(super) fn default_smtp_port() -> u16 {
    587
}

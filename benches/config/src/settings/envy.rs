//! With envy. A flattened struct gets texts only, so its number has to be read by hand.

use std::time::Duration;

use secrets_config::Secret;
use serde::{Deserialize, Deserializer, de::Error};
use url::Url;

use super::value::{self, Stage};

#[derive(Debug, Deserialize)]
pub(super) struct Settings {
    service_name: String,
    stage: Stage,
    #[serde(default = "value::default_listen")]
    listen: String,
    port: u16,
    tls: bool,
    verbose: bool,
    workers: usize,
    base_url: Url,
    #[serde(deserialize_with = "value::duration_from")]
    timeout: Duration,
    hosts: Vec<String>,
    region: Option<String>,
    cache_bytes: Option<u64>,
    database_url: Secret<String>,
    jwt_secret: Secret<String>,
    api_key: Secret<String>,
    webhook_secret: Secret<String>,
    admin_pin: Secret<u32>,
    #[serde(flatten)]
    smtp: Smtp,
}

#[derive(Debug, Deserialize)]
struct Smtp {
    #[serde(rename = "smtp__host")]
    host: String,
    #[serde(rename = "smtp__port", default = "value::default_smtp_port", deserialize_with = "number_from")]
    port: u16,
    #[serde(rename = "smtp__password")]
    password: Secret<String>,
}

fn number_from<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u16, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
}

pub(super) fn load() -> Settings {
    envy::prefixed("APP_").from_env().expect("the settings")
}

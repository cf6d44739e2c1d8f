//! With serde, for peers that put sources on top of each other.

use std::{path::Path, time::Duration};

use figment::providers::{Format, Toml};
use secrets_config::Secret;
use serde::Deserialize;
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
    #[serde(deserialize_with = "value::list_from")]
    hosts: Vec<String>,
    region: Option<String>,
    cache_bytes: Option<u64>,
    database_url: Secret<String>,
    jwt_secret: Secret<String>,
    api_key: Secret<String>,
    webhook_secret: Secret<String>,
    admin_pin: Secret<u32>,
    smtp: Smtp,
}

#[derive(Debug, Deserialize)]
struct Smtp {
    host: String,
    #[serde(default = "value::default_smtp_port")]
    port: u16,
    password: Secret<String>,
}

/// With config. A list is read by hand: the crate's own way needs `try_parsing`, which rewrites texts that look like
/// numbers.
pub(super) fn load_with_config() -> Settings {
    let environment = config::Environment::with_prefix("APP").prefix_separator("_").separator("__");
    let config = config::Config::builder().add_source(environment).build();
    config.and_then(config::Config::try_deserialize).expect("the settings")
}

pub(super) fn load_file_with_config(path: &Path) -> Settings {
    let config = config::Config::builder().add_source(config::File::from(path)).build();
    config.and_then(config::Config::try_deserialize).expect("the settings")
}

/// With figment. A list is read by hand: the crate's own has brackets.
pub(super) fn load_with_figment() -> Settings {
    let environment = figment::providers::Env::prefixed("APP_").split("__");
    figment::Figment::from(environment).extract().expect("the settings")
}

pub(super) fn load_file_with_figment(path: &Path) -> Settings {
    figment::Figment::from(Toml::file_exact(path)).extract().expect("the settings")
}

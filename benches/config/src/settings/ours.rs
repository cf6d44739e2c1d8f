//! With this workspace's derive.

use std::time::Duration;

use secrets_config::{Config, Secret};
use url::Url;

use super::value::Stage;

#[derive(Config, Debug)]
#[config(prefix = "APP_")]
pub(super) struct Settings {
    service_name: String,
    stage: Stage,
    #[config(default = "127.0.0.1")]
    listen: String,
    port: u16,
    tls: bool,
    verbose: bool,
    workers: usize,
    base_url: Url,
    timeout: Duration,
    hosts: Vec<String>,
    region: Option<String>,
    cache_bytes: Option<u64>,
    database_url: Secret<String>,
    jwt_secret: Secret<String>,
    api_key: Secret<String>,
    webhook_secret: Secret<String>,
    admin_pin: Secret<u32>,
    #[config(nested, prefix = "SMTP__")]
    smtp: Smtp,
}

#[derive(Config, Debug)]
struct Smtp {
    host: String,
    #[config(default = 587)]
    port: u16,
    password: Secret<String>,
}

pub(super) fn load() -> Settings {
    Settings::load().expect("the settings")
}

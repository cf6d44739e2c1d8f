//! With confique.

use std::{path::Path, time::Duration};

use confique::Config;
use secrets_config::Secret;
use url::Url;

use super::value::{self, Stage};

#[derive(Config, Debug)]
pub(super) struct Settings {
    #[config(env = "APP_SERVICE_NAME")]
    service_name: String,
    #[config(env = "APP_STAGE")]
    stage: Stage,
    #[config(env = "APP_LISTEN", default = "127.0.0.1")]
    listen: String,
    #[config(env = "APP_PORT")]
    port: u16,
    #[config(env = "APP_TLS")]
    tls: bool,
    #[config(env = "APP_VERBOSE")]
    verbose: bool,
    #[config(env = "APP_WORKERS")]
    workers: usize,
    #[config(env = "APP_BASE_URL")]
    base_url: Url,
    #[config(env = "APP_TIMEOUT", deserialize_with = value::duration_from)]
    timeout: Duration,
    #[config(env = "APP_HOSTS", parse_env = confique::env::parse::list_by_comma, deserialize_with = value::list_from)]
    hosts: Vec<String>,
    #[config(env = "APP_REGION")]
    region: Option<String>,
    #[config(env = "APP_CACHE_BYTES")]
    cache_bytes: Option<u64>,
    #[config(env = "APP_DATABASE_URL")]
    database_url: Secret<String>,
    #[config(env = "APP_JWT_SECRET")]
    jwt_secret: Secret<String>,
    #[config(env = "APP_API_KEY")]
    api_key: Secret<String>,
    #[config(env = "APP_WEBHOOK_SECRET")]
    webhook_secret: Secret<String>,
    #[config(env = "APP_ADMIN_PIN")]
    admin_pin: Secret<u32>,
    #[config(nested)]
    smtp: Smtp,
}

#[derive(Config, Debug)]
pub(super) struct Smtp {
    #[config(env = "APP_SMTP__HOST")]
    host: String,
    #[config(env = "APP_SMTP__PORT", default = 587)]
    port: u16,
    #[config(env = "APP_SMTP__PASSWORD")]
    password: Secret<String>,
}

pub(super) fn load() -> Settings {
    Settings::builder().env().load().expect("the settings")
}

pub(super) fn load_file(path: &Path) -> Settings {
    Settings::builder().file(path).load().expect("the settings")
}

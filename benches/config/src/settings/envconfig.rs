//! With envconfig.

use envconfig::Envconfig;
use url::Url;

use super::value::{Hosts, Parsed, Stage};

#[derive(Debug, Envconfig)]
pub(super) struct Settings {
    #[envconfig(from = "APP_SERVICE_NAME")]
    service_name: String,
    #[envconfig(from = "APP_STAGE")]
    stage: Stage,
    #[envconfig(from = "APP_LISTEN", default = "127.0.0.1")]
    listen: String,
    #[envconfig(from = "APP_PORT")]
    port: u16,
    #[envconfig(from = "APP_TLS")]
    tls: bool,
    #[envconfig(from = "APP_VERBOSE")]
    verbose: bool,
    #[envconfig(from = "APP_WORKERS")]
    workers: usize,
    #[envconfig(from = "APP_BASE_URL")]
    base_url: Url,
    #[envconfig(from = "APP_TIMEOUT")]
    timeout: humantime::Duration,
    #[envconfig(from = "APP_HOSTS")]
    hosts: Hosts,
    #[envconfig(from = "APP_REGION")]
    region: Option<String>,
    #[envconfig(from = "APP_CACHE_BYTES")]
    cache_bytes: Option<u64>,
    #[envconfig(from = "APP_DATABASE_URL")]
    database_url: Parsed<String>,
    #[envconfig(from = "APP_JWT_SECRET")]
    jwt_secret: Parsed<String>,
    #[envconfig(from = "APP_API_KEY")]
    api_key: Parsed<String>,
    #[envconfig(from = "APP_WEBHOOK_SECRET")]
    webhook_secret: Parsed<String>,
    #[envconfig(from = "APP_ADMIN_PIN")]
    admin_pin: Parsed<u32>,
    #[envconfig(nested)]
    smtp: Smtp,
}

#[derive(Debug, Envconfig)]
struct Smtp {
    #[envconfig(from = "APP_SMTP__HOST")]
    host: String,
    #[envconfig(from = "APP_SMTP__PORT", default = "587")]
    port: u16,
    #[envconfig(from = "APP_SMTP__PASSWORD")]
    password: Parsed<String>,
}

pub(super) fn load() -> Settings {
    Settings::init_from_env().expect("the settings")
}

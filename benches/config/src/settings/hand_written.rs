//! With `std::env` alone.

use std::{env, str::FromStr, time::Duration};

use secrets_config::Secret;
use url::Url;

use super::value::{self, Stage};

#[derive(Debug)]
pub(super) struct Settings {
    service_name: String,
    stage: Stage,
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
    smtp: Smtp,
}

#[derive(Debug)]
struct Smtp {
    host: String,
    port: u16,
    password: Secret<String>,
}

pub(super) fn load() -> Settings {
    read().expect("the settings")
}

fn read() -> Result<Settings, String> {
    Ok(Settings {
        service_name: text("APP_SERVICE_NAME")?,
        stage: parsed("APP_STAGE")?,
        listen: optional("APP_LISTEN")?.unwrap_or_else(value::default_listen),
        port: parsed("APP_PORT")?,
        tls: parsed("APP_TLS")?,
        verbose: parsed("APP_VERBOSE")?,
        workers: parsed("APP_WORKERS")?,
        base_url: parsed("APP_BASE_URL")?,
        timeout: parsed::<humantime::Duration>("APP_TIMEOUT")?.into(),
        hosts: value::list(&text("APP_HOSTS")?),
        region: optional("APP_REGION")?,
        cache_bytes: optional_parsed("APP_CACHE_BYTES")?,
        database_url: text("APP_DATABASE_URL")?.into(),
        jwt_secret: text("APP_JWT_SECRET")?.into(),
        api_key: text("APP_API_KEY")?.into(),
        webhook_secret: text("APP_WEBHOOK_SECRET")?.into(),
        admin_pin: parsed::<u32>("APP_ADMIN_PIN")?.into(),
        smtp: Smtp {
            host: text("APP_SMTP__HOST")?,
            port: optional_parsed("APP_SMTP__PORT")?.unwrap_or_else(value::default_smtp_port),
            password: text("APP_SMTP__PASSWORD")?.into(),
        },
    })
}

fn text(name: &str) -> Result<String, String> {
    env::var(name).map_err(|error| format!("{name}: {error}"))
}

fn parsed<T: FromStr>(name: &str) -> Result<T, String> {
    text(name)?.parse().map_err(|_| format!("{name}: invalid"))
}

fn optional(name: &str) -> Result<Option<String>, String> {
    match env::var(name) {
        Err(env::VarError::NotPresent) => Ok(None),
        text => text.map(Some).map_err(|error| format!("{name}: {error}")),
    }
}

fn optional_parsed<T: FromStr>(name: &str) -> Result<Option<T>, String> {
    let text = optional(name)?;
    text.map(|text| text.parse().map_err(|_| format!("{name}: invalid"))).transpose()
}

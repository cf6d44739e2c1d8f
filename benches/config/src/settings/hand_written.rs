//! With `std::env` alone, and once more with `NAME_FILE` for the secrets, as secrets-config has it.

use std::{env, fs, str::FromStr, time::Duration};

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
    read(|name, _| text(name)).expect("the settings")
}

pub(super) fn load_with_files() -> Settings {
    read(text_or_file).expect("the settings")
}

fn read(secret: impl Fn(&str, &str) -> Result<String, String>) -> Result<Settings, String> {
    let admin_pin = secret("APP_ADMIN_PIN", "APP_ADMIN_PIN_FILE")?;
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
        database_url: secret("APP_DATABASE_URL", "APP_DATABASE_URL_FILE")?.into(),
        jwt_secret: secret("APP_JWT_SECRET", "APP_JWT_SECRET_FILE")?.into(),
        api_key: secret("APP_API_KEY", "APP_API_KEY_FILE")?.into(),
        webhook_secret: secret("APP_WEBHOOK_SECRET", "APP_WEBHOOK_SECRET_FILE")?.into(),
        admin_pin: admin_pin.parse::<u32>().map_err(|_| "APP_ADMIN_PIN: invalid")?.into(),
        smtp: Smtp {
            host: text("APP_SMTP__HOST")?,
            port: optional_parsed("APP_SMTP__PORT")?.unwrap_or_else(value::default_smtp_port),
            password: secret("APP_SMTP__PASSWORD", "APP_SMTP__PASSWORD_FILE")?.into(),
        },
    })
}

fn text(name: &str) -> Result<String, String> {
    env::var(name).map_err(|error| format!("{name}: {error}"))
}

fn text_or_file(name: &str, file: &str) -> Result<String, String> {
    match (optional(name)?, optional(file)?) {
        (Some(text), None) => Ok(text),
        (None, Some(path)) => fs::read_to_string(path).map_err(|error| format!("{file}: {error}")),
        (Some(_), Some(_)) => Err(format!("{name} and {file}")),
        (None, None) => Err(format!("{name}: not set")),
    }
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

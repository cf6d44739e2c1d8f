#![allow(dead_code, reason = "what is measured is the build")]

use std::time::Duration;

use secrets_config::{Config, Secret};

#[derive(Config)]
#[config(prefix = "APP_")]
struct Settings {
    service_name: String,
    stage: String,
    #[config(default = "127.0.0.1")]
    listen: String,
    port: u16,
    tls: bool,
    verbose: bool,
    workers: usize,
    base_url: String,
    timeout: Duration,
    hosts: Vec<String>,
    region: Option<String>,
    cache_bytes: Option<u64>,
    database_url: Secret<String>,
    jwt_secret: Secret<String>,
    api_key: Secret<String>,
    webhook_secret: Secret<String>,
    admin_pin: Secret<u32>,
    #[config(nested)]
    smtp: Smtp,
}

#[derive(Config)]
struct Smtp {
    host: String,
    #[config(default = 587)]
    port: u16,
    password: Secret<String>,
}

fn main() {
    std::hint::black_box(Settings::load_or_exit());
}

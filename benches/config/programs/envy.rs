#![allow(dead_code, reason = "what is measured is the build")]

use serde::{Deserialize, Deserializer, de::Error};

#[derive(Deserialize)]
struct Settings {
    service_name: String,
    stage: String,
    #[serde(default = "default_listen")]
    listen: String,
    port: u16,
    tls: bool,
    verbose: bool,
    workers: usize,
    base_url: String,
    timeout: u64,
    hosts: Vec<String>,
    region: Option<String>,
    cache_bytes: Option<u64>,
    database_url: String,
    jwt_secret: String,
    api_key: String,
    webhook_secret: String,
    admin_pin: u32,
    #[serde(flatten)]
    smtp: Smtp,
}

#[derive(Deserialize)]
struct Smtp {
    #[serde(rename = "smtp_host")]
    host: String,
    #[serde(rename = "smtp_port", default = "default_smtp_port", deserialize_with = "number")]
    port: u16,
    #[serde(rename = "smtp_password")]
    password: String,
}

fn default_listen() -> String {
    "127.0.0.1".to_owned()
}

fn default_smtp_port() -> u16 {
    587
}

fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u16, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
}

fn main() {
    std::hint::black_box(envy::prefixed("APP_").from_env::<Settings>().expect("the settings"));
}

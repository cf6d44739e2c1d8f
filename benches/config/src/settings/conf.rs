//! With conf. A `bool` has to be called a parameter, or it is a flag of the command line.

use std::{env, time::Duration};

use conf::Conf;
use url::Url;

use super::value::{Parsed, Stage};

#[derive(Conf, Debug)]
#[conf(env_prefix = "APP_")]
pub(super) struct Settings {
    #[conf(env)]
    service_name: String,
    #[conf(env)]
    stage: Stage,
    #[conf(env, default_value = "127.0.0.1")]
    listen: String,
    #[conf(env)]
    port: u16,
    #[conf(parameter, env)]
    tls: bool,
    #[conf(parameter, env)]
    verbose: bool,
    #[conf(env)]
    workers: usize,
    #[conf(env)]
    base_url: Url,
    #[conf(env, value_parser = humantime::parse_duration)]
    timeout: Duration,
    #[conf(repeat, env)]
    hosts: Vec<String>,
    #[conf(env)]
    region: Option<String>,
    #[conf(env)]
    cache_bytes: Option<u64>,
    #[conf(env, secret)]
    database_url: Parsed<String>,
    #[conf(env, secret)]
    jwt_secret: Parsed<String>,
    #[conf(env, secret)]
    api_key: Parsed<String>,
    #[conf(env, secret)]
    webhook_secret: Parsed<String>,
    #[conf(env, secret)]
    admin_pin: Parsed<u32>,
    #[conf(flatten, env_prefix = "SMTP__")]
    smtp: Smtp,
}

#[derive(Conf, Debug)]
struct Smtp {
    #[conf(env)]
    host: String,
    #[conf(env, default_value = "587")]
    port: u16,
    #[conf(env, secret)]
    password: Parsed<String>,
}

pub(super) fn load() -> Settings {
    Settings::conf_builder().args(["bench"]).env(env::vars_os()).try_parse().expect("the settings")
}

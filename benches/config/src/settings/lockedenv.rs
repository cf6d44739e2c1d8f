//! With lockedenv: flat, and the fields are called as the variables are.
#![expect(non_snake_case, reason = "the macro derives no names")]

use std::{str::FromStr, time::Duration};

use lockedenv::FromEnvStr;
use url::Url;
use zeroize::Zeroize;

use super::value::{Parsed, Stage};

lockedenv::env_struct! {
    pub(super) struct Settings {
        prefix = "APP_",
        SERVICE_NAME: String,
        STAGE: Stage,
        LISTEN: String = super::value::default_listen(),
        PORT: u16,
        TLS: bool,
        VERBOSE: bool,
        WORKERS: usize,
        BASE_URL: Url,
        TIMEOUT: Duration,
        HOSTS: Vec<String>,
        REGION: Option<String>,
        CACHE_BYTES: Option<u64>,
        DATABASE_URL: Parsed<String>,
        JWT_SECRET: Parsed<String>,
        API_KEY: Parsed<String>,
        WEBHOOK_SECRET: Parsed<String>,
        ADMIN_PIN: Parsed<u32>,
        SMTP__HOST: String,
        SMTP__PORT: u16 = super::value::default_smtp_port(),
        SMTP__PASSWORD: Parsed<String>,
    }
}

impl FromEnvStr for Stage {
    type Err = <Self as FromStr>::Err;

    fn from_env_str(text: &str) -> Result<Self, Self::Err> {
        text.parse()
    }
}

impl<T: FromStr<Err: std::fmt::Display> + Zeroize> FromEnvStr for Parsed<T> {
    type Err = T::Err;

    const REDACT_IN_ERRORS: bool = true;

    fn from_env_str(text: &str) -> Result<Self, Self::Err> {
        text.parse()
    }
}

pub(super) fn load() -> Settings {
    Settings::try_load().expect("the settings")
}

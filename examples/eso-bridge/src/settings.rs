//! What the service needs to run.

use std::net::{IpAddr, Ipv4Addr};

use secrets_config::{Config, Secret};
use serde::{Deserialize, Serialize};

#[derive(Debug, Config, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub struct Settings {
    /// Password of the application's database role.
    pub db_password: Secret<String>,
    /// Key for the payment provider's API.
    pub api_key: Secret<String>,
    /// Signs the session tokens.
    #[validate(length(min = 32))]
    pub jwt_secret: Secret<String>,
    /// Port to listen on.
    #[config(default = 3000)]
    pub port: u16,
    /// Address to listen on.
    #[config(default = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    pub host: IpAddr,
    /// Stage the service runs in.
    #[config(default = AppEnv::Production)]
    pub app_env: AppEnv,
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum AppEnv {
    Development,
    Production,
    Test,
}

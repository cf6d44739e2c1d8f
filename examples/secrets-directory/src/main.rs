//! Secrets as files, the way Kubernetes mounts a Secret, under what the environment says.
//!
//! ```sh
//! SECRETS_DIR=/run/secrets/app LOG_LEVEL=debug cargo run
//! ```

use std::path::PathBuf;

use secrets_config::{Config, Secret};

#[derive(Config)]
struct Place {
    /// Where the Secret is mounted.
    #[config(default = "/run/secrets/app")]
    secrets_dir: PathBuf,
}

#[derive(Debug, Config)]
struct Settings {
    /// Password of the application's database role.
    db_password: Secret<String>,
    /// Private key of the service's certificate.
    #[validate(contains = "BEGIN PRIVATE KEY")]
    tls_key: Secret<String>,
    #[config(default = "info")]
    log_level: String,
}

fn main() {
    let Place { secrets_dir } = Place::load_or_exit();
    let loaded = Settings::loader()
        .secrets_dir(secrets_dir)
        .env() // a later source wins
        .load_with_origins()
        .unwrap_or_else(|report| report.exit());
    for provided in loaded.provided() {
        println!("{} from {}", provided.variable, provided.origin);
    }
    let Settings { db_password, tls_key, log_level } = loaded.into_inner();
    println!("{log_level}: {db_password:?} {tls_key:?}");
}

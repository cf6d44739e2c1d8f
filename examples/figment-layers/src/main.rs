//! A TOML file with profiles, and the environment above it.
//!
//! ```sh
//! PROFILE=production DB_PASSWORD=correct-horse cargo run
//! ```

use figment::{
    Figment,
    providers::{Format, Toml},
};
use secrets_config::{Config, Secret};

#[derive(Config)]
struct Stage {
    /// The part of the file that counts, above the default one.
    #[config(default = "default")]
    profile: String,
}

#[derive(Debug, Config)]
struct Settings {
    #[config(nested)]
    server: Server,
    /// Password of the application's database role. Not in the file.
    db_password: Secret<String>,
    #[config(default = 10)]
    workers: u8,
}

#[derive(Debug, Config)]
struct Server {
    host: String,
    port: u16,
    origins: Vec<String>,
}

const FILE: &str = r#"
[default]
workers = 2

[default.server]
host = "127.0.0.1"
port = 3000
origins = ["http://localhost:3000"]

[production.server]
host = "0.0.0.0"
origins = ["https://example.com", "https://www.example.com"]
"#;

fn main() {
    let Stage { profile } = Stage::load_or_exit();
    // A service would use `Toml::file("settings.toml")`.
    let figment = Figment::from(Toml::string(FILE).nested()).select(profile);
    let loaded =
        Settings::loader().figment(figment).env().load_with_origins().unwrap_or_else(|report| report.exit());
    for provided in loaded.provided() {
        println!("{} from {}", provided.variable, provided.origin);
    }
    let Settings { server, db_password, workers } = loaded.into_inner();
    println!("{}:{} for {:?}", server.host, server.port, server.origins);
    println!("{workers} workers, password {db_password:?}");
}

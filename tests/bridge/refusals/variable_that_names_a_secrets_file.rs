use secrets_config::{Config, Secret};

#[derive(Config)]
struct Settings {
    #[config(nested)]
    database: Database,
    database_password_file: String,
}

#[derive(Config)]
struct Database {
    password: Secret<String>,
}

fn main() {}

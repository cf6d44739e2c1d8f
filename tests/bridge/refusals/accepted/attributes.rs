use secrets_config::{Config, Secret};

#[derive(Config)]
#[config(prefix = "APP_")]
struct Settings {
    #[config(default = 1, env = "PORT")]
    port: u16,
    #[validate(length(min = 1))]
    name: String,
    #[config(default = "localhost")]
    host: String,
    #[config(nested)]
    database: Database,
    #[config(nested, prefix = "OTHER_")]
    other: Database,
    database_name: String,
    password: Secret<String>,
    #[validate(range(max = 3))]
    workers: Option<u8>,
}

#[derive(Config)]
struct Database {
    host: String,
    #[config(file)]
    r#type: String,
}

fn main() {}

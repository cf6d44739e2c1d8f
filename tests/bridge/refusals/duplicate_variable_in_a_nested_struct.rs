use secrets_config::Config;

#[derive(Config)]
struct Settings {
    #[config(nested)]
    database: Database,
    database_host: String,
}

#[derive(Config)]
struct Database {
    host: String,
}

fn main() {}

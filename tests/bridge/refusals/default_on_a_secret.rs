use secrets_config::{Config, Secret};

type Password = Secret<String>;

#[derive(Config)]
struct Settings {
    #[config(default = "changeme")]
    password: Password,
}

fn main() {}

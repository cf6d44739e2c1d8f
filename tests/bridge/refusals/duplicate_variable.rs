use secrets_config::Config;

#[derive(Config)]
struct Settings {
    host: String,
    #[config(env = "HOST")]
    address: String,
}

fn main() {}

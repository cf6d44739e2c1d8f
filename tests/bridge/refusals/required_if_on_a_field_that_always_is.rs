use secrets_config::Config;

#[derive(Config)]
struct Settings {
    tls: bool,
    #[config(required_if(tls = true))]
    key: String,
}

fn main() {}

use secrets_config::Config;

#[derive(Config)]
#[config(tag = "STORE")]
struct Settings {
    port: u16,
}

fn main() {}

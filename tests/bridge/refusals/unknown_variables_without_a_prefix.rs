use secrets_config::Config;

#[derive(Config)]
#[config(deny_unknown)]
struct Settings {
    port: u16,
}

fn main() {}

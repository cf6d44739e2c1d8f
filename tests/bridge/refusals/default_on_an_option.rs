use secrets_config::Config;

#[derive(Config)]
struct Settings {
    #[config(default = Some(1))]
    workers: Option<u8>,
}

fn main() {}

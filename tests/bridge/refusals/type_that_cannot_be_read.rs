use secrets_config::Config;

struct Opaque;

#[derive(Config)]
struct Settings {
    opaque: Opaque,
}

fn main() {}

use secrets_config::Config;

#[derive(Config)]
enum Settings {
    One,
}

#[derive(Config)]
struct Pair(String, String);

fn main() {}

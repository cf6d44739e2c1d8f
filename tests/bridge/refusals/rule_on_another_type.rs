use secrets_config::Config;

#[derive(Config)]
struct Settings {
    #[validate(length(min = 1))]
    port: u16,
    #[validate(range(max = 3))]
    name: String,
}

fn main() {}

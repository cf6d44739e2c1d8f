use secrets_config::Config;

#[derive(Config)]
struct Settings {
    #[config(default = "eighty")]
    port: u16,
    #[config(default = 70_000)]
    other: u16,
}

fn main() {}

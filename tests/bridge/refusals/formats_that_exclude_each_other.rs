use secrets_config::Config;

#[derive(Config)]
struct Settings {
    #[config(delimiter = ";", encoding = "hex")]
    both: Vec<u8>,
    #[config(encoding = "base32")]
    unknown: Vec<u8>,
    #[config(delimiter = "")]
    empty: Vec<u8>,
}

fn main() {}

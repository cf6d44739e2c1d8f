//! A process of its own for what a process does to itself.
#![expect(clippy::print_stdout, reason = "what it prints is what a test reads")]

use std::env;

use secrets_config::{Config, Secret};

#[derive(Config, Debug)]
#[config(prefix = "APP_")]
#[expect(dead_code, reason = "what is seen of them is of interest")]
struct Settings {
    password: Secret<String>,
    #[config(deprecated_alias = "OLD_TOKEN")]
    token: Option<Secret<String>>,
    pin: Option<Secret<u32>>,
}

fn main() {
    match env::args().nth(1).as_deref() {
        Some("load") => println!("{:?}", Settings::load_or_exit()),
        Some("panic") => {
            let settings = Settings::load().expect("the settings");
            panic!("with {settings:?}");
        }
        _ => panic!("there is no such action"),
    }
}

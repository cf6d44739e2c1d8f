#![no_implicit_prelude]

#[derive(::secrets_config::Config)]
struct Settings {
    name: ::std::string::String,
    #[config(default = 1)]
    #[validate(range(min = 1))]
    port: u16,
    password: ::secrets_config::Secret<::std::string::String>,
}

fn main() {}

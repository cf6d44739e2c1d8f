mod platform {
    pub use secrets_config as settings;
}

mod secrets_config_is_elsewhere {
    use super::platform::settings::Config;

    #[derive(Config)]
    #[config(crate = super::platform::settings)]
    pub struct Settings<T: serde::de::DeserializeOwned> {
        pub value: T,
    }
}

fn main() {
    use platform::settings::Config;
    let settings = secrets_config_is_elsewhere::Settings::<u16>::loader().pairs([("VALUE", "7")]).load();
    assert_eq!(settings.unwrap().value, 7);
}

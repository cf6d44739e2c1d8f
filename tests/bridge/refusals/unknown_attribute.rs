use secrets_config::Config;

#[derive(Config)]
#[config(prefx = "APP_")]
struct Settings {
    #[config(defualt = 1, env = "PORT")]
    port: u16,
    #[validate(size(min = 1))]
    name: String,
}

fn main() {}

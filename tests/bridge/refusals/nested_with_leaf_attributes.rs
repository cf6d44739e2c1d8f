use secrets_config::Config;

#[derive(Config)]
struct Settings {
    #[config(nested, default = 1, env = "X")]
    inner: Inner,
    #[config(nested, flatten)]
    both: Inner,
    #[config(flatten, prefix = "X_")]
    prefixed: Inner,
    #[config(prefix = "X_")]
    leaf: String,
}

#[derive(Config)]
struct Inner {
    name: String,
}

fn main() {}

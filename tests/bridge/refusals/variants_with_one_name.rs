use secrets_config::Config;

#[derive(Config)]
#[config(tag = "STORE")]
enum Store {
    #[config(default)]
    Disk,
    #[config(name = "disk", default)]
    LocalDisk { path: String },
    Pair(String, String),
    Tagged { store: String },
}

fn main() {}

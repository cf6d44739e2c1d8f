extern crate secrets_config as settings;

use settings::{Config, Secret};

#[derive(Config)]
#[config(crate = settings, prefix = "APP_", deny_unknown, check(ordered, first, last), check = all)]
struct Settings {
    first: u16,
    last: u16,
    #[config(alias = "B", deprecated_alias = "C", delimiter = ";")]
    names: Vec<String>,
    #[config(encoding = "base64url", allow_placeholder)]
    key: Secret<Vec<u8>>,
    #[config(required_if(first = 1))]
    second: Option<u16>,
    #[validate(must_match(other = "first"))]
    third: u16,
    #[config(nested)]
    store: Store,
    #[config(nested, prefix = "OTHER_")]
    other: Option<Store>,
    #[config(parse = str::parse::<u16>, default = 1)]
    port: u16,
    #[config(parse = str::parse::<u16>)]
    maybe: Option<u16>,
}

#[derive(Config)]
#[config(crate = settings, tag = "KIND")]
enum Store {
    #[config(default)]
    Memory,
    #[config(name = "s3")]
    Bucket { name: String, #[config(default = 1)] shards: u8 },
    Disk(Disk),
}

#[derive(Config)]
#[config(crate = settings)]
struct Disk {
    path: String,
}

fn ordered(first: &u16, last: &u16) -> Result<(), &'static str> {
    if first <= last { Ok(()) } else { Err("first before last") }
}

#[allow(clippy::too_many_arguments)]
fn all(
    _: &u16,
    _: &u16,
    _: &Vec<String>,
    _: &Secret<Vec<u8>>,
    _: &Option<u16>,
    _: &u16,
    _: &Store,
    _: &Option<Store>,
    _: &u16,
    _: &Option<u16>,
) -> Result<(), String> {
    Ok(())
}

fn main() {
    let loaded = Settings::from_pairs([
        ("APP_FIRST", "1"),
        ("APP_LAST", "2"),
        ("APP_NAMES", "a;b"),
        ("APP_KEY", "_-8"),
        ("APP_SECOND", "5"),
        ("APP_THIRD", "1"),
        ("APP_STORE_KIND", "s3"),
        ("APP_STORE_NAME", "bucket"),
        ("APP_OTHER_KIND", "disk"),
        ("APP_OTHER_PATH", "/"),
    ]);
    let settings = loaded.unwrap_or_else(|report| panic!("{report}"));
    assert!(matches!(settings.store, Store::Bucket { shards: 1, .. }));
    assert!(matches!(settings.other, Some(Store::Disk(Disk { ref path })) if path == "/"));
    assert_eq!((settings.port, settings.maybe, settings.key.expose_secret().len()), (1, None, 2));
}

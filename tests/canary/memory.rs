//! What is left of a secret in memory that was given back.
#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]
#![expect(clippy::disallowed_methods, reason = "a process looks at its own environment")]

#[path = "memory/allocator.rs"]
mod allocator;
#[path = "memory/rotation.rs"]
mod rotation;

use std::{fs, path::Path, time::Duration};

use allocator::Looking;
use figment::{
    Figment,
    providers::{Format, Toml},
};
use secrets_config::{Config, Loader, Secret};
use serde::Deserialize;
use url::Url;

#[global_allocator]
static ALLOCATOR: Looking = Looking;

/// Part of every secret below, and of no other value.
const MARK: &str = "hunter2-";
const ESCAPED_MARK: &str = r"hunt\u0065r2-";

/// The twenty fields of the benches, and one more for JSON.
#[derive(Config, Debug)]
#[config(prefix = "APP_")]
#[expect(dead_code, reason = "what they leave behind is of interest")]
struct Settings {
    service_name: String,
    stage: Stage,
    #[config(default = "127.0.0.1")]
    listen: String,
    port: u16,
    tls: bool,
    verbose: bool,
    workers: usize,
    base_url: Url,
    timeout: Duration,
    hosts: Vec<String>,
    region: Option<String>,
    cache_bytes: Option<u64>,
    database_url: Secret<String>,
    jwt_secret: Secret<String>,
    #[config(alias = "OLD_KEY")]
    api_key: Secret<String>,
    webhook_secret: Secret<String>,
    keys: Vec<Secret<String>>,
    #[config(json)]
    login: Login,
    #[config(json)]
    logins: Vec<Login>,
    #[config(nested, prefix = "SMTP__")]
    smtp: Smtp,
}

#[derive(Config, Debug)]
#[expect(dead_code, reason = "as above")]
struct Smtp {
    host: String,
    #[config(default = 587)]
    port: u16,
    password: Secret<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Stage {
    Production,
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "as above")]
struct Login {
    user: String,
    password: Secret<String>,
}

const PAIRS: [(&str, &str); 21] = [
    ("APP_SERVICE_NAME", "checkout"),
    ("APP_STAGE", "production"),
    ("APP_LISTEN", "0.0.0.0"),
    ("APP_PORT", "8443"),
    ("APP_TLS", "true"),
    ("APP_VERBOSE", "false"),
    ("APP_WORKERS", "16"),
    ("APP_BASE_URL", "https://shop.example/"),
    ("APP_TIMEOUT", "30s"),
    ("APP_HOSTS", "a.shop.example,b.shop.example"),
    ("APP_REGION", "eu-west-1"),
    ("APP_CACHE_BYTES", "268435456"),
    ("APP_DATABASE_URL", "postgres://shop:hunter2-database@db.example/shop"),
    ("APP_JWT_SECRET", "hunter2-jwt-0123456789abcdef0123456789abcdef"),
    ("APP_API_KEY", "hunter2-api-0123456789abcdef"),
    ("APP_WEBHOOK_SECRET", "hunter2-webhook-0123456789"),
    ("APP_KEYS", r#"["hunter2-key-1", "ESCkey-2"]"#),
    ("APP_LOGIN", r#"{"user": "me", "password": "hunter2-login", "ESCunknown": "ESCvalue"}"#),
    ("APP_LOGINS", r#"[{"user": "me", "password": "ESClogin"}]"#),
    ("APP_SMTP__HOST", "smtp.example"),
    ("APP_SMTP__PASSWORD", "hunter2-smtp-0123456789"),
];

fn pairs() -> Vec<(String, String)> {
    PAIRS.map(|(name, text)| (name.to_owned(), text.replace("ESC", ESCAPED_MARK))).to_vec()
}

/// Loads, drops, and returns how many blocks were freed with a secret inside.
fn dirty_frees(loader: Loader<Settings>) -> usize {
    Looking::watch(MARK, || drop(loader.load().unwrap())).0
}

fn write(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
}

#[test]
fn the_allocator_finds_what_is_left_behind() {
    assert_eq!(Looking::watch(MARK, || drop("hunter2-canary".to_owned())).0, 1);
    assert_eq!(Looking::watch(MARK, || drop(Secret::from("hunter2-canary"))).0, 0);
}

#[test]
fn pairs_leave_nothing_behind() {
    assert_eq!(dirty_frees(Settings::loader().pairs(pairs())), 0);
}

#[test]
fn the_environment_leaves_nothing_behind() {
    // Its own process: the environment is nobody's to change here.
    const CHILD: &str = "CANARY_CHILD";
    let is_child =
        pairs().iter().all(|(name, _)| fs::read_to_string("/proc/self/environ").unwrap().contains(name));
    if is_child {
        assert_eq!(dirty_frees(Settings::loader().env()), 0);
        return;
    }
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "the_environment_leaves_nothing_behind"])
        .env(CHILD, "")
        .envs(pairs())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed"));
}

#[test]
fn a_dotenv_file_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(".env");
    let lines: Vec<_> = pairs().iter().map(|(name, text)| format!("{name}='{text}'")).collect();
    write(&path, &lines.join("\n"));
    assert_eq!(dirty_frees(Settings::loader().dotenv(&path)), 0);
    let quoted: Vec<_> = pairs()
        .iter()
        .map(|(name, text)| format!("{name}=\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")))
        .chain(["APP_OLD_KEY=${APP_API_KEY}".to_owned()])
        .collect();
    write(&path, &quoted.join("\n"));
    assert_eq!(dirty_frees(Settings::loader().dotenv_expanded(&path)), 0);
}

#[test]
fn a_secrets_directory_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    pairs().iter().for_each(|(name, text)| write(&folder.path().join(name), &format!("{text}\n")));
    assert_eq!(dirty_frees(Settings::loader().secrets_dir(folder.path())), 0);
}

#[test]
fn named_files_leave_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let is_secret = |text: &str| text.contains(MARK) && !text.starts_with(['[', '{']);
    let named: Vec<_> = pairs()
        .into_iter()
        .map(|(name, text)| {
            if !is_secret(&text) {
                return (name, text);
            }
            let path = folder.path().join(&name);
            write(&path, &text);
            (format!("{name}_FILE"), path.to_str().unwrap().to_owned())
        })
        .collect();
    assert!(named.iter().filter(|(name, _)| name.ends_with("_FILE")).count() == 5, "{named:?}");
    assert_eq!(dirty_frees(Settings::loader().pairs(named)), 0);
}

#[test]
fn sources_on_top_of_each_other_leave_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(".env");
    write(&path, "APP_API_KEY=hunter2-below\n");
    assert_eq!(dirty_frees(Settings::loader().dotenv(&path).pairs(pairs())), 0);
}

#[test]
fn a_load_that_fails_leaves_nothing_behind() {
    let wrong: Vec<_> = pairs()
        .into_iter()
        .map(|(name, text)| match name.as_str() {
            "APP_LOGIN" | "APP_LOGINS" => (name, format!("{text} hunter2-wrong")),
            "APP_KEYS" => (name, format!(r#"["{ESCAPED_MARK}key", 1]"#)),
            "APP_SMTP__PASSWORD" => (name, String::new()),
            _ => (name, text),
        })
        .collect();
    let loader = Settings::loader().pairs(wrong);
    let (dirty, report) = Looking::watch(MARK, || loader.load().unwrap_err());
    assert!(report.problems().len() >= 4, "{report}");
    assert_eq!(dirty, 0, "{report}");
}

#[test]
fn a_figment_leaves_no_more_behind_than_without_us() {
    #[derive(Config, Deserialize)]
    #[expect(dead_code, reason = "as above")]
    struct Keys {
        one: Secret<String>,
        two: Secret<String>,
        three: Secret<String>,
    }
    let read = || Figment::from(Toml::string("one = 'hunter2-a'\ntwo = 'hunter2-b'\nthree = 'hunter2-c'"));
    let (ours, _) = Looking::watch(MARK, || drop(Keys::loader().figment(read()).load().unwrap()));
    let (theirs, _) = Looking::watch(MARK, || drop(read().extract::<Keys>().unwrap()));
    assert!(ours <= theirs, "{ours}, and figment alone {theirs}");
}

#[test]
fn what_a_rotation_leaves_in_buffers_of_others_is_gone_with_an_allocator_that_wipes() {
    let (plain, wiped) = (rotation::lived(), Looking::wipe(rotation::lived));
    println!("blocks freed with a secret inside: {plain:?}, and with an allocator that wipes: {wiped:?}");
    assert!(plain.rotation > 0, "the buffers of HTTP are not found: {plain:?}");
    assert_eq!((wiped.rotation, wiped.life), (0, 0));
}

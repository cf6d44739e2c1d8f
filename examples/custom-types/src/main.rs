//! Types of one's own: through serde, from a string; through a parser; as JSON; as bytes; with rules.
//!
//! ```sh
//! LEVEL=warn RATIO=25% SIGNING_KEY=00ff00ff ROUTES='[{"path":"/","to":"web"}]' TIMEOUT=1m30s cargo run
//! ```

use std::{collections::BTreeMap, time::Duration};

use secrets_config::{Config, Secret};
use serde::Deserialize;

#[derive(Debug, Config)]
#[config(check(budget, timeout, retries))]
struct Settings {
    /// An enum without data: its names are serde's.
    level: Level,
    /// A parser of one's own.
    #[config(parse = Ratio::parse)]
    ratio: Ratio,
    /// Bytes, in hexadecimal.
    #[config(encoding = "hex")]
    #[validate(length(min = 4))]
    signing_key: Secret<Vec<u8>>,
    /// A list of structs.
    #[config(json)]
    routes: Vec<Route>,
    /// A time with its unit.
    #[config(default = Duration::from_secs(30))]
    timeout: Duration,
    #[config(default = 3)]
    retries: u32,
    /// Pairs of key and value.
    labels: Option<BTreeMap<String, String>>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Level {
    Debug,
    Info,
    Warn,
}

#[derive(Debug)]
struct Ratio(f64);

impl Ratio {
    fn parse(text: &str) -> Result<Self, &'static str> {
        let percent: f64 =
            text.strip_suffix('%').and_then(|number| number.parse().ok()).ok_or("a percentage")?;
        if (0.0..=100.0).contains(&percent) {
            Ok(Self(percent / 100.0))
        } else {
            Err("a percentage up to 100%")
        }
    }
}

#[derive(Debug, Deserialize)]
struct Route {
    path: String,
    to: String,
}

/// A rule over two fields, asked when both are good.
fn budget(timeout: &Duration, retries: &u32) -> Result<(), String> {
    let total = *timeout * *retries;
    if total <= Duration::from_secs(300) {
        Ok(())
    } else {
        Err(format!("at most five minutes in all, not {total:?}"))
    }
}

fn main() {
    let settings = Settings::load_or_exit();
    println!("{:?}, {:.0}% sampled", settings.level, settings.ratio.0 * 100.0);
    for Route { path, to } in &settings.routes {
        println!("{path} goes to {to}");
    }
    println!("{} retries of {:?}", settings.retries, settings.timeout);
    println!("{:?} {:?}", settings.signing_key, settings.labels);
}

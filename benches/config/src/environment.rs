//! The environment that the settings are read from: that of a child, so that no process changes its own.

use std::{env, process::Command};

use crate::Result;

/// The first argument of a process that measures.
pub(crate) const CHILD: &str = "measure";

/// How many variables there are: those of the settings and two more, or a pod's with 200 of Kubernetes' services.
pub(crate) const SIZES: [usize; 2] = [22, 222];

/// Texts that occur in the secrets and nowhere else.
pub(crate) const MARKERS: [&str; 2] = ["hunter2", ADMIN_PIN];

/// Returns what starts this program again, with `size` variables.
pub(crate) fn child(size: usize) -> Result<(Command, Vec<(String, String)>)> {
    Ok((Command::new(env::current_exe()?), variables(size)))
}

/// Runs a measurement in a child and returns its lines.
pub(crate) fn measure(size: usize, topic: &str) -> Result<String> {
    let (mut command, variables) = child(size)?;
    let output = command.args([CHILD, topic]).env_clear().envs(variables).output()?;
    if !output.status.success() {
        return Err(format!("{topic}: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// Half of the services come before the settings in the alphabet, half after them.
fn variables(size: usize) -> Vec<(String, String)> {
    let own = SETTINGS.iter().chain(&SYSTEM).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let services = (0..).flat_map(|number| {
        let service = format!("{}_{number}", if number % 2 == 0 { "ACCOUNTS" } else { "STOCK" });
        SERVICE.map(|(name, value)| (format!("{service}_{name}"), value.to_owned()))
    });
    own.chain(services).take(size).collect()
}

const ADMIN_PIN: &str = "73310177";

/// The settings, by their variables.
pub(crate) const SETTINGS: [(&str, &str); 20] = [
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
    ("APP_ADMIN_PIN", ADMIN_PIN),
    ("APP_SMTP__HOST", "smtp.example"),
    ("APP_SMTP__PORT", "465"),
    ("APP_SMTP__PASSWORD", "hunter2-smtp-0123456789"),
];

const SYSTEM: [(&str, &str); 2] = [("HOME", "/"), ("PATH", "/usr/local/bin:/usr/bin:/bin")];

/// What Kubernetes sets for each service of the namespace.
const SERVICE: [(&str, &str); 7] = [
    ("SERVICE_HOST", "10.96.14.7"),
    ("SERVICE_PORT", "8080"),
    ("PORT", "tcp://10.96.14.7:8080"),
    ("PORT_8080_TCP", "tcp://10.96.14.7:8080"),
    ("PORT_8080_TCP_PROTO", "tcp"),
    ("PORT_8080_TCP_PORT", "8080"),
    ("PORT_8080_TCP_ADDR", "10.96.14.7"),
];

//! Questions to a server through its own client.

use std::path::Path;

use tokio::process::Command;

use crate::{Error, Result};

pub(super) struct Psql<'a> {
    pub(super) bin: &'a Path,
    pub(super) port: u16,
    pub(super) password: &'a str,
}

impl Psql<'_> {
    pub(super) async fn run(&self, database: &str, sql: &str) -> Result<Vec<Vec<String>>> {
        let output = Command::new(self.bin.join("psql"))
            .args(["--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--set", "ON_ERROR_STOP=1"])
            .args(["--field-separator", FIELD, "--record-separator", RECORD])
            .args(["--host", "127.0.0.1", "--username", super::cluster::SUPERUSER, "--port"])
            .args([&self.port.to_string(), "--dbname", database, "--command", sql])
            .env("PGPASSWORD", self.password)
            .output()
            .await
            .map_err(Error::io("run psql"))?;
        if !output.status.success() {
            let message = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            return Err(Error::Program { program: "psql".into(), output: message });
        }
        let printed = String::from_utf8_lossy(&output.stdout);
        if printed.is_empty() {
            return Ok(Vec::new());
        }
        let rows = printed.strip_suffix('\n').unwrap_or(&printed);
        Ok(rows.split(RECORD).map(|row| row.split(FIELD).map(str::to_owned).collect()).collect())
    }
}

/// Separators of ASCII that no value of a test holds.
const FIELD: &str = "\x1f";
const RECORD: &str = "\x1e";

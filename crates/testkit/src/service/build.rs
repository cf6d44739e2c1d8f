//! Builds a package and finds its binary.

use std::{
    env,
    path::{Path, PathBuf},
    process::Stdio,
};

use serde_json::Value;
use tokio::process::Command;

use crate::{Error, Result};

pub(super) async fn build(package: &str) -> Result<PathBuf> {
    let program = || format!("cargo build --package {package}");
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--quiet", "--package", package, "--message-format", "json-render-diagnostics"]);
    if !cfg!(debug_assertions) {
        cargo.arg("--release");
    }
    let built = cargo.current_dir(env!("CARGO_MANIFEST_DIR")).stderr(Stdio::inherit()).output().await;
    let built = built.map_err(Error::io("run cargo"))?;
    if !built.status.success() {
        return Err(Error::Program { program: program(), output: "its messages are above".into() });
    }
    let messages = String::from_utf8_lossy(&built.stdout);
    let executable = messages.lines().filter_map(executable).next_back();
    executable.ok_or_else(|| Error::Program { program: program(), output: "it made no binary".into() })
}

fn executable(message: &str) -> Option<PathBuf> {
    let message: Value = serde_json::from_str(message).ok()?;
    message["executable"].as_str().map(Path::new).map(Path::to_owned)
}

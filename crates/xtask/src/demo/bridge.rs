//! The service that refuses a bad environment.

use std::{collections::BTreeMap, path::Path, process::Output};

use tokio::process::Command;

use crate::Result;

pub(super) async fn show(binary: &Path, kv: &BTreeMap<String, String>) -> Result<()> {
    let bad = [("PORT", "eighty"), ("APP_ENV", "staging")];
    println!("three variables missing, two invalid:");
    let refused = run(binary, &[], bad).await?;
    print!("{}", indent(&refused.stderr));
    println!("exit status {}", refused.status.code().unwrap_or_default());
    if refused.status.code() != Some(EX_CONFIG) {
        return Err(format!("eso-bridge should have refused with {EX_CONFIG}").into());
    }

    println!("\nthe environment a sync of secret/k3s/app would make, with --check:");
    let accepted = run(binary, &["--check"], kv).await?;
    print!("{}{}", indent(&accepted.stdout), indent(&accepted.stderr));
    println!("exit status {}", accepted.status.code().unwrap_or_default());
    if !accepted.status.success() {
        return Err("eso-bridge should have accepted it".into());
    }
    Ok(())
}

async fn run<N: AsRef<str>, V: AsRef<str>>(
    binary: &Path,
    arguments: &[&str],
    env: impl IntoIterator<Item = (N, V)>,
) -> Result<Output> {
    let mut command = Command::new(binary);
    command.args(arguments).env_clear().kill_on_drop(true);
    for (name, value) in env {
        command.env(name.as_ref(), value.as_ref());
    }
    Ok(tokio::time::timeout(LIMIT, command.output()).await.map_err(|_| "eso-bridge did not end")??)
}

fn indent(output: &[u8]) -> String {
    String::from_utf8_lossy(output).lines().map(|line| format!("  | {line}\n")).collect()
}

/// The exit status for a bad configuration, by the convention of `sysexits`.
const EX_CONFIG: i32 = 78;
const LIMIT: std::time::Duration = std::time::Duration::from_secs(10);

//! What `cargo xtask setup` says.

use std::process::{Command, Output};

/// Runs `setup` into an empty directory, with one more variable.
fn setup(variable: &str, value: &str) -> Output {
    let target = tempfile::tempdir().expect("a temporary directory");
    Command::new(env!("CARGO_BIN_EXE_xtask"))
        .arg("setup")
        .env_remove("BAO_BIN")
        .env_remove("VAULT_BIN")
        .env_remove("PG_BIN_DIR")
        .env("CARGO_TARGET_DIR", target.path())
        .env_remove("PIP_EXTRA_INDEX_URL")
        .env_remove("PIP_FIND_LINKS")
        .env("PIP_CONFIG_FILE", "/dev/null")
        .env(variable, value)
        .output()
        .expect("it starts")
}

fn complaint(output: &Output) -> String {
    assert!(!output.status.success());
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn names_python_when_it_is_missing() {
    let complaint = complaint(&setup("PATH", ""));
    assert!(complaint.contains("install Python 3 with its venv module"), "{complaint}");
}

#[test]
fn names_the_index_when_it_does_not_answer() {
    // The discard port: nobody listens.
    let complaint = complaint(&setup("PIP_INDEX_URL", "http://127.0.0.1:9/"));
    assert!(complaint.contains("the package index did not deliver the pinned servers"), "{complaint}");
}

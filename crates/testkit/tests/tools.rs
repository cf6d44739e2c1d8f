//! What a user sees when a server's binary is missing.
#![expect(clippy::unwrap_used, reason = "a test")]

use std::process::Command;

/// Starts the program of this package that owns both servers, with one variable changed, and returns its complaint.
fn complaint(variable: &str, value: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_servers"))
        .env_remove("BAO_BIN")
        .env_remove("VAULT_BIN")
        .env_remove("PG_BIN_DIR")
        .env(variable, value)
        .output()
        .unwrap();
    assert!(!output.status.success());
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn names_the_command_that_installs_it() {
    let empty = tempfile::tempdir().unwrap();
    let complaint = complaint("CARGO_TARGET_DIR", empty.path().to_str().unwrap());
    assert!(complaint.contains("is not installed; run `cargo xtask setup`"), "{complaint}");
}

#[test]
fn names_the_variable_that_points_nowhere() {
    assert!(complaint("BAO_BIN", "/nowhere/bao").contains("BAO_BIN names /nowhere/bao, which is not there"));
    assert!(complaint("PG_BIN_DIR", "/").contains("PG_BIN_DIR names /, which is not there"));
}

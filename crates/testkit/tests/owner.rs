//! The servers die with their owner, however that ends.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "a test")]

use std::{
    collections::HashMap,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// A process that owns a PostgreSQL and an OpenBao server, and its own directory for temporary files.
fn start_owner() -> (Child, HashMap<String, String>, tempfile::TempDir) {
    let temporary = tempfile::tempdir().unwrap();
    open_to_all(temporary.path());
    let mut owner = Command::new(env!("CARGO_BIN_EXE_servers"))
        .env("TMPDIR", temporary.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(owner.stdout.take().unwrap()).lines().map(Result::unwrap);
    let settings = lines
        .take_while(|line| line != "ready")
        .filter_map(|line| line.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned())))
        .collect();
    (owner, settings, temporary)
}

fn open_to_all(directory: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(directory, std::fs::Permissions::from_mode(0o755)).unwrap();
}

fn is_alive(pid: &str) -> bool {
    Command::new("kill").args(["-0", pid]).stderr(Stdio::null()).status().unwrap().success()
}

fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while !holds() {
        assert!(Instant::now() < deadline, "{what}");
        thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_killed_owner_leaves_neither_server_nor_file() {
    let (mut owner, settings, temporary) = start_owner();
    let servers = ["POSTGRES_PID", "VAULT_PID"].map(|name| settings[name].as_str());
    assert!(servers.iter().all(|pid| is_alive(pid)));

    owner.kill().unwrap();
    owner.wait().unwrap();
    eventually("the servers end", || !servers.iter().any(|pid| is_alive(pid)));
    eventually("their files go", || temporary.path().read_dir().unwrap().next().is_none());
}

#[cfg(target_os = "linux")]
#[test]
fn a_killed_guard_takes_its_server_along() {
    let (mut owner, settings, _temporary) = start_owner();
    let server = &settings["VAULT_PID"];
    let status = std::fs::read_to_string(format!("/proc/{server}/status")).unwrap();
    let guard = status.lines().find_map(|line| line.strip_prefix("PPid:")).unwrap().trim();

    assert!(Command::new("kill").args(["-9", guard]).status().unwrap().success());
    eventually("the server ends", || !is_alive(server));
    owner.kill().unwrap();
    owner.wait().unwrap();
}

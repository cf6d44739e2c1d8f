//! A service as a process: its environment, its output and its end.
#![expect(clippy::disallowed_methods, reason = "a test")]

use std::{env, os::unix::process::ExitStatusExt, path::Path, time::Duration};

use testkit::{Error, Service, Stream};

/// This package's own program; it prints a line of settings each, then `ready`, and runs until it is told to end.
fn servers() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_servers"))
}

fn environment() -> Vec<(&'static str, String)> {
    let names = ["BAO_BIN", "CARGO_TARGET_DIR", "PATH", "PG_BIN_DIR", "VAULT_BIN"];
    names.into_iter().filter_map(|name| Some((name, env::var(name).ok()?))).collect()
}

#[tokio::test]
async fn is_watched_until_its_end() {
    let mut service = Service::start(servers(), environment()).await.unwrap();
    let limit = Duration::from_secs(20);
    service.wait_line("ready", limit).await.unwrap();
    let lines = service.lines();
    assert!(lines.iter().all(|line| line.stream == Stream::Stdout));
    assert!(lines.is_sorted_by_key(|line| line.at));
    assert!(service.output().starts_with("VAULT_ADDR=http://127.0.0.1:"));

    service.terminate().await;
    let status = service.wait_exit(limit).await.unwrap();
    assert_eq!(status.signal(), Some(15), "its own status, not that of whoever guards it");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn gets_no_variable_but_those_given() {
    let service = Service::start(servers(), environment()).await.unwrap();
    service.wait_line("VAULT_ADDR", Duration::from_secs(20)).await.unwrap();
    let environ = std::fs::read_to_string(format!("/proc/{}/environ", service.pid())).unwrap();
    let names: Vec<&str> = environ.split('\0').filter_map(|pair| Some(pair.split_once('=')?.0)).collect();
    let mut expected: Vec<&str> = environment().into_iter().map(|(name, _)| name).collect();
    expected.push("PORT");
    expected.sort_unstable();
    assert_eq!(names, expected);
}

#[tokio::test]
async fn that_ends_early_is_no_endless_wait() {
    let mut service = Service::start(servers(), [("BAO_BIN", "/nowhere")]).await.unwrap();
    let error = service.wait_ready(Duration::from_secs(60)).await.unwrap_err();
    assert!(matches!(&error, Error::Timeout { output, .. } if output.contains("/nowhere")), "{error}");
    let status = service.wait_exit(Duration::from_secs(10)).await.unwrap();
    assert_eq!(status.code(), Some(1));
    assert!(service.lines().iter().all(|line| line.stream == Stream::Stderr));
    assert!(service.wait_line("ready", Duration::from_secs(60)).await.is_err());
}

#[tokio::test]
async fn that_is_not_there_is_named() {
    let error = Service::start(Path::new("/nowhere/service"), [("A", "b")]).await.unwrap_err();
    assert!(error.to_string().contains("/nowhere/service"), "{error}");
}

//! What is left in the memory of a process that has given everything back, read from another process.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]
#![expect(clippy::disallowed_methods, reason = "another process is looked at through files")]

use std::{
    fs::{self, File},
    os::unix::fs::FileExt,
    process::Stdio,
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
    time::Duration,
};

use canary_tests::{Server, answer, json};
use serde_json::json;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

const ROLE_ID: &str = "canary-role-7d1f0c6b2a9e4853";
const SECRET_ID: &str = "canary-secret-5e9b8a7c6d0f1324";
const TOKEN: &str = "hvs.canary-token-";
const PASSWORD: &str = "canary-password-";
const LEASE: &str = "canary-lease-";

/// A Vault that makes another token, password and lease each time.
async fn vault() -> Server {
    let count = AtomicUsize::new(0);
    Server::start(move |request| {
        let number = format!("{:016x}", 0x9e37_79b9_7f4a_7c15_usize.wrapping_mul(1 + count.fetch_add(1, Relaxed)));
        async move {
            let login = json!({ "auth": {
                "client_token": format!("{TOKEN}{number}"), "lease_duration": 60, "renewable": true,
            }});
            let lease = json!({
                "lease_id": format!("database/creds/app/{LEASE}{number}"), "lease_duration": 2, "renewable": true,
                "data": { "username": "v-app", "password": format!("{PASSWORD}{number}") },
            });
            match request.path.as_str() {
                path if path.ends_with("/login") => json("200 OK", &login),
                "/v1/database/creds/app" => json("200 OK", &lease),
                "/v1/sys/leases/renew" => json("400 Bad Request", &json!({ "errors": ["lease not found"] })),
                _ => answer("204 No Content", "", b""),
            }
        }
    })
    .await
}

/// Lives until everything is given back and dropped, and stays there.
async fn lived(program: &str, vault: &Server) -> Child {
    let mut child = Command::new(program)
        .arg("live")
        .envs([
            ("VAULT_ADDR", vault.url().as_str()),
            ("VAULT_ROLE_ID", ROLE_ID),
            ("VAULT_SECRET_ID", SECRET_ID),
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    tokio::time::timeout(Duration::from_secs(30), output.read_line(&mut line)).await.unwrap().unwrap();
    assert_eq!(line, "ready\n");
    child
}

/// Returns which secrets are in the memory that the process may write to, and how often. With them the stacks.
fn copies(child: &Child) -> Vec<(&'static str, usize)> {
    let id = child.id().unwrap();
    let memory = File::open(format!("/proc/{id}/mem")).unwrap();
    let maps = fs::read_to_string(format!("/proc/{id}/maps")).unwrap();
    let mut counts = [ROLE_ID, SECRET_ID, TOKEN, PASSWORD, LEASE].map(|secret| (secret, 0));
    for map in maps.lines().filter(|map| map.split(' ').nth(1).is_some_and(|rights| rights.starts_with("rw")))
    {
        let (from, to) = map.split(' ').next().unwrap().split_once('-').unwrap();
        let (from, to) = (u64::from_str_radix(from, 16).unwrap(), u64::from_str_radix(to, 16).unwrap());
        let mut content = vec![0; usize::try_from(to - from).unwrap()];
        // Some of what is mapped is the kernel's own.
        if memory.read_exact_at(&mut content, from).is_ok() {
            for (secret, count) in &mut counts {
                *count += content.windows(secret.len()).filter(|window| *window == secret.as_bytes()).count();
            }
        }
    }
    counts.to_vec()
}

#[tokio::test]
async fn nothing_is_left_after_shutdown_with_an_allocator_that_wipes() {
    let vault = vault().await;
    let child = lived(env!("CARGO_BIN_EXE_zeroizing"), &vault).await;
    let asked = vault.requests();
    assert!(asked.iter().filter(|request| request.path.ends_with("/creds/app")).count() >= 2, "no rotation");
    let copies = copies(&child);
    assert!(copies.iter().all(|(_, count)| *count == 0), "{copies:?}");
}

/// The buffers of HTTP are not ours: this is why that allocator is worth its price.
#[tokio::test]
async fn buffers_of_others_are_found_without_it() {
    let vault = vault().await;
    let child = lived(env!("CARGO_BIN_EXE_canary"), &vault).await;
    let copies = copies(&child);
    assert!(copies.iter().any(|(_, count)| *count > 0), "{copies:?}");
    println!("{copies:?}");
}

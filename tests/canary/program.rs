//! A process of its own for what a process does to itself.
#![expect(clippy::print_stdout, reason = "what it prints is what a test reads")]
#![expect(clippy::disallowed_methods, reason = "it looks at its environment as a child would")]
#![expect(unsafe_code, reason = "the environment is written to, before there is a thread")]

use std::{env, io, process::Command};

use secrets_config::{
    Config, Secret, process,
    vault::{Vault, VaultSettings},
};

#[derive(Config, Debug)]
#[config(prefix = "APP_")]
#[expect(dead_code, reason = "what is seen of them is of interest")]
struct Settings {
    password: Secret<String>,
    #[config(deprecated_alias = "OLD_TOKEN")]
    token: Option<Secret<String>>,
    pin: Option<Secret<u32>>,
    host: Option<String>,
}

pub(crate) fn main() {
    match env::args().nth(1).as_deref() {
        Some("load") => println!("{:?}", Settings::load_or_exit()),
        Some("panic") => {
            let settings = Settings::load().expect("the settings");
            panic!("with {settings:?}");
        }
        Some("keep") => wait(&Settings::load().expect("the settings")),
        Some("scrub") => {
            // SAFETY: there is no other thread.
            let loader = unsafe { Settings::loader().env().scrub() };
            wait(&loader.load_with_origins());
        }
        Some("scrub what was replaced") => {
            // SAFETY: as above.
            unsafe { env::set_var("APP_PASSWORD", env::var_os("REPLACEMENT").expect("another password")) };
            // SAFETY: as above.
            unsafe { env::remove_var("REPLACEMENT") };
            // SAFETY: as above.
            let loader = unsafe { Settings::loader().env().scrub() };
            wait(&loader.load());
        }
        Some("harden") => {
            let settings = Settings::load().expect("the settings");
            process::harden().expect("a kernel that can");
            wait(&settings);
        }
        Some("live") => {
            live();
            wait(&"nothing");
        }
        _ => panic!("there is no such action"),
    }
}

/// Logs in, takes a login, sees it replaced, and gives everything back.
fn live() {
    // SAFETY: there is no other thread yet.
    let loader = unsafe { VaultSettings::loader().env().scrub() };
    let settings = loader.load().expect("Vault's settings");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let vault = Vault::builder(settings).start().await.expect("a login");
        let mut login = vault.database("database/creds/app").await.expect("a lease");
        let _next = login.changed().await;
        drop(login);
        vault.shutdown().await;
    });
}

/// Keeps the settings, lets others look, and shows what a child inherits before it ends.
fn wait(settings: &impl std::fmt::Debug) {
    println!("ready");
    io::stdin().read_line(&mut String::new()).expect("a line");
    let child = Command::new("env").output().expect("`env`");
    println!("{}", String::from_utf8_lossy(&child.stdout));
    println!("{settings:?}");
}

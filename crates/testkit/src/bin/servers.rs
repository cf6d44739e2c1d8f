//! Starts a PostgreSQL and an OpenBao server, provisions them, prints where they are, and holds them until it dies.
#![expect(clippy::print_stderr, clippy::print_stdout, reason = "that is what it is for")]

use std::process::ExitCode;

use testkit::{Postgres, Provision, Vault};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match hold().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn hold() -> testkit::Result<()> {
    let (postgres, vault) = tokio::try_join!(Postgres::start(), Vault::start())?;
    let app = Provision::default().apply(&vault, &postgres).await?;
    for (name, value) in app.example_env(&vault, &postgres) {
        println!("{name}={value}");
    }
    println!("VAULT_TOKEN={}", vault.admin().token());
    println!("PGPASSWORD={}", postgres.password());
    for (name, pid) in [("POSTGRES_PID", postgres.pid()), ("VAULT_PID", vault.pid())] {
        println!("{name}={}", pid.unwrap_or_default());
    }
    println!("ready");
    std::future::pending().await
}

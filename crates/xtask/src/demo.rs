//! Both example services on real servers.

mod bridge;
mod options;
mod outage;
mod summary;
mod watch;

use std::{
    io::{self, Write},
    process::ExitCode,
    time::{Duration, Instant},
};

use testkit::{Load, Postgres, Service, Vault};

pub(crate) use options::Options;

use self::{
    outage::Outage,
    summary::{Leftovers, Summary},
    watch::Watch,
};
use crate::{Result, setup};

pub(crate) async fn run(options: &Options) -> Result<ExitCode> {
    heading("servers");
    setup::run()?;
    println!("building the examples ...");
    let bridge = Service::build("eso-bridge").await?;
    let direct = Service::build("direct-vault-example").await?;
    let began = Instant::now();
    let (postgres, mut vault) = tokio::try_join!(Postgres::start(), Vault::start())?;
    let app = options.provision().apply(&vault, &postgres).await?;
    println!("started and provisioned in {:.1} s", began.elapsed().as_secs_f32());
    println!("  OpenBao {} (pid {})", vault.address(), vault.pid().unwrap_or_default());
    println!(
        "  PostgreSQL {}:{} (pid {})",
        postgres.host(),
        postgres.port(),
        postgres.pid().unwrap_or_default()
    );

    heading("eso-bridge: configuration from the environment");
    bridge::show(&bridge, &app.kv).await?;

    heading("direct-vault-example: a database login that rotates under load");
    println!("{options}");
    let env = app.example_env(&vault, &postgres).into_iter().chain(options.service_env());
    let mut service = Service::start(&direct, env).await?;
    service.wait_ready(READY_LIMIT).await?;
    let load = Load::start(service.address(), options.rate)?;
    let mut watch = Watch::new();
    let interrupted = {
        let outage = Outage::new(options, &mut vault);
        tokio::select! {
            driven = async { tokio::try_join!(watch.follow(&service, &load, options.length), outage.run(&load)) } => {
                driven?;
                false
            }
            _ = tokio::signal::ctrl_c() => true,
        }
    };
    let requests = load.stop().await;

    let stopping = Instant::now();
    service.terminate().await;
    let status = service.wait_exit(EXIT_LIMIT).await?;
    println!("SIGTERM: ended after {:.1} s with {status}", stopping.elapsed().as_secs_f32());

    if interrupted {
        println!("interrupted");
        return Ok(ExitCode::from(130));
    }

    heading("summary");
    let leftovers = Leftovers::settle(&app, &vault, &postgres).await?;
    let summary =
        Summary { requests, rotations: watch.rotations(), logins: watch.logins(), leftovers, status };
    print!("{summary}");
    let complaints = summary.complaints(options);
    if complaints.is_empty() {
        println!("\nOK");
        return Ok(ExitCode::SUCCESS);
    }
    println!("\nFAILED: {}", complaints.join("; "));
    println!("\nthe last lines of the service:\n{}", last_lines(&service.output()));
    Ok(ExitCode::FAILURE)
}

fn heading(title: &str) {
    println!("\n== {title}");
    let _shown = io::stdout().flush();
}

fn last_lines(output: &str) -> String {
    let lines: Vec<&str> = output.lines().collect();
    lines[lines.len().saturating_sub(20)..].join("\n")
}

const READY_LIMIT: Duration = Duration::from_secs(30);
const EXIT_LIMIT: Duration = Duration::from_secs(15);

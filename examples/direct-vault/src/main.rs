//! A service whose database login comes from Vault and changes while it serves.
//!
//! Why direct and not the bridge: the login lives for minutes, so that a stolen one is worth little, and no operator
//! can sync that often. See `docs/architecture.md` for the choice.

mod database;
mod routes;
mod settings;

use std::{process::ExitCode, time::Duration};

use secrets_config::{Config, vault::Vault};
use tokio::{net::TcpListener, signal::unix, sync::watch, time};
use tracing_subscriber::EnvFilter;

use crate::{routes::App, settings::Settings};

/// Connections get this long to end after the last request.
const CLOSE: Duration = Duration::from_secs(3);

#[tokio::main]
async fn main() -> ExitCode {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    match run(Settings::load_or_exit()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Listens first, so that a service that waits for Vault is seen to be alive; ready it is when it has a pool.
async fn run(settings: Settings) -> Result<(), Box<dyn std::error::Error>> {
    let mut terminate = unix::signal(unix::SignalKind::terminate())?;
    let mut interrupt = unix::signal(unix::SignalKind::interrupt())?;
    let listener = TcpListener::bind((settings.host, settings.port)).await?;
    tracing::info!("listening on {}", listener.local_addr()?);
    let app = App::default();
    let (stop, stopped) = watch::channel(false);
    let serving = {
        let mut stopped = stopped.clone();
        let server = axum::serve(listener, routes::router(app.clone())).with_graceful_shutdown(async move {
            // An error means that `run` itself is gone.
            let _ended = stopped.wait_for(|stopped| *stopped).await;
        });
        tokio::spawn(server.into_future())
    };

    let vault = tokio::select! {
        connected = connect(&settings, &app) => connected?,
        _ = terminate.recv() => return Ok(()),
        _ = interrupt.recv() => return Ok(()),
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }

    tracing::info!("stopping: finishing requests");
    stop.send_replace(true);
    serving.await??;
    if let Some(database) = app.database()
        && time::timeout(CLOSE, database.pool.close()).await.is_err()
    {
        tracing::warn!("a connection did not end in time");
    }
    vault.shutdown().await;
    Ok(())
}

/// Logs in, leases a login and connects. Waits while Vault is sealed or does not answer.
async fn connect(settings: &Settings, app: &App) -> Result<Vault, Box<dyn std::error::Error>> {
    let mut builder = Vault::builder(settings.vault.clone());
    if let Some(age) = settings.database.login_max_age {
        builder = builder.lease_max_age(Duration::from_secs(age));
    }
    let vault = builder.start().await?;
    let login = vault.database(&settings.database.creds_path).await?;
    let database = database::connect(&settings.database, login).await?;
    app.is_connected(database, vault.status());
    Ok(vault)
}

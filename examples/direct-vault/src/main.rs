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

/// Clients get this long to hear that a connection ends, requests this long to finish, then connections this long to
/// close. Vault takes four seconds at most, so all of it is over in ten.
const LAST_ANSWERS: Duration = Duration::from_millis(500);
const FINISH: Duration = Duration::from_millis(4500);
const CLOSE: Duration = Duration::from_millis(500);

type Result<T, E = Box<dyn std::error::Error>> = std::result::Result<T, E>;

#[tokio::main]
async fn main() -> ExitCode {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    match run(Settings::load_or_exit()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}", chain(&*error));
            ExitCode::FAILURE
        }
    }
}

/// Listens first, so that a service that waits for Vault is seen to be alive; ready it is when it has a pool.
async fn run(settings: Settings) -> Result<()> {
    let mut stop = Stop::new()?;
    let listener = TcpListener::bind((settings.host, settings.port)).await?;
    tracing::info!("listening on {}", listener.local_addr()?);
    let app = App::default();
    let (finish, finishing) = watch::channel(false);
    let serving = tokio::spawn(serve(listener, app.clone(), finishing));

    let vault = tokio::select! {
        vault = start(&settings) => vault?,
        () = stop.asked() => return Ok(()),
    };
    let served = tokio::select! {
        connected = connect(&settings.database, &vault, &app) => match connected {
            Ok(()) => {
                stop.asked().await;
                Ok(())
            }
            Err(error) => Err(error),
        },
        () = stop.asked() => Ok(()),
    };

    tracing::info!("stopping: finishing requests");
    app.set_stopping();
    time::sleep(LAST_ANSWERS).await;
    finish.send_replace(true);
    if time::timeout(FINISH, serving).await.is_err() {
        tracing::warn!("a request did not end in time");
    }
    if let Some(database) = app.database()
        && time::timeout(CLOSE, database.pool.close()).await.is_err()
    {
        tracing::warn!("a connection did not end in time");
    }
    vault.shutdown().await;
    served
}

/// Serves until it is told to finish, and then what it has begun.
async fn serve(listener: TcpListener, app: App, mut finishing: watch::Receiver<bool>) -> std::io::Result<()> {
    let finish = async move {
        // An error means that `run` is over.
        let _ended = finishing.wait_for(|finishing| *finishing).await;
    };
    axum::serve(listener, routes::router(app)).with_graceful_shutdown(finish).await
}

/// Logs in. Waits while Vault is sealed or does not answer.
async fn start(settings: &Settings) -> Result<Vault> {
    let mut builder = Vault::builder(settings.vault.clone());
    if let Some(age) = settings.database.login_max_age {
        builder = builder.lease_max_age(Duration::from_secs(age));
    }
    Ok(builder.start().await?)
}

/// Leases a login and connects with it.
async fn connect(settings: &settings::Database, vault: &Vault, app: &App) -> Result<()> {
    let login = vault.database(&settings.creds_path).await?;
    let database = database::connect(settings, login).await?;
    app.set_connected(database, vault.status());
    Ok(())
}

/// The signals that end the service.
struct Stop {
    terminate: unix::Signal,
    interrupt: unix::Signal,
}

impl Stop {
    fn new() -> std::io::Result<Self> {
        Ok(Self {
            terminate: unix::signal(unix::SignalKind::terminate())?,
            interrupt: unix::signal(unix::SignalKind::interrupt())?,
        })
    }

    async fn asked(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// The message of an error and of all its sources.
fn chain(error: &dyn std::error::Error) -> String {
    let errors = std::iter::successors(Some(error), |error| error.source());
    errors.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

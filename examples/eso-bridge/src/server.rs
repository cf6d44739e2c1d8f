//! The service itself.

use std::{io, process::ExitCode, sync::Arc};

use axum::{Json, Router, extract::State, routing::get};
use secrets_config::Loaded;
use serde_json::{Map, Value, json};
use tokio::{net::TcpListener, signal::unix};

use crate::settings::Settings;

/// Serves until it is told to stop.
pub async fn run(settings: Loaded<Settings>) -> ExitCode {
    match serve(settings).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(settings: Loaded<Settings>) -> io::Result<()> {
    // Before anybody is told that the service runs: a signal without a handler would kill it.
    let mut terminate = unix::signal(unix::SignalKind::terminate())?;
    let mut interrupt = unix::signal(unix::SignalKind::interrupt())?;
    let listener = TcpListener::bind((settings.host, settings.port)).await?;
    println!("listening on {} ({:?})", listener.local_addr()?, settings.app_env);
    let app = Router::new()
        .route("/healthz", get(async || "ok"))
        .route("/config", get(config))
        .with_state(Arc::new(settings));
    let stopped = async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    };
    axum::serve(listener, app).with_graceful_shutdown(stopped).await
}

/// The effective settings, each with its origin. A secret serializes as `[REDACTED]`, so none can slip out here.
async fn config(State(settings): State<Arc<Loaded<Settings>>>) -> Json<Value> {
    let values = serde_json::to_value(&**settings).unwrap_or_default();
    let with_origin = settings.provided().iter().map(|provided| {
        let value = values.get(&provided.variable).cloned().unwrap_or_default();
        (provided.variable.clone(), json!({ "value": value, "origin": provided.origin.to_string() }))
    });
    Json(Value::Object(with_origin.collect::<Map<_, _>>()))
}

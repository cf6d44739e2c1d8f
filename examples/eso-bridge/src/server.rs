//! The service itself.

use std::{process::ExitCode, sync::Arc};

use axum::{Json, Router, extract::State, routing::get};
use secrets_config::Loaded;
use serde_json::{Map, Value, json};
use tokio::{net::TcpListener, signal};

use crate::settings::Settings;

/// Serves until it is told to stop.
pub async fn run(settings: Loaded<Settings>) -> ExitCode {
    let address = (settings.host, settings.port);
    let listener = match TcpListener::bind(address).await {
        Ok(listener) => listener,
        Err(error) => {
            eprintln!("cannot listen on {}:{}: {error}", address.0, address.1);
            return ExitCode::FAILURE;
        }
    };
    println!("listening on {}:{} ({:?})", address.0, address.1, settings.app_env);
    let app = Router::new()
        .route("/healthz", get(async || "ok"))
        .route("/config", get(config))
        .with_state(Arc::new(settings));
    match axum::serve(listener, app).with_graceful_shutdown(stopped()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("the server failed: {error}");
            ExitCode::FAILURE
        }
    }
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

async fn stopped() {
    let mut terminate = signal::unix::signal(signal::unix::SignalKind::terminate()).expect("a Tokio runtime");
    tokio::select! {
        _ = terminate.recv() => {}
        _ = signal::ctrl_c() => {}
    }
}

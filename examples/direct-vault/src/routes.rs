//! The HTTP side.

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{
    Json, Router,
    extract::{Query, State},
    http::{HeaderValue, StatusCode, header},
    middleware,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use secrets_config::vault::{State as VaultState, Status};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::database::{self, Database};

/// What the routes share.
#[derive(Clone, Debug, Default)]
pub struct App(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    /// Empty until the service is connected.
    connected: OnceLock<Connected>,
    is_stopping: AtomicBool,
}

#[derive(Debug)]
struct Connected {
    database: Database,
    vault: watch::Receiver<Status>,
}

impl App {
    pub fn set_connected(&self, database: Database, vault: watch::Receiver<Status>) {
        self.0.connected.get_or_init(|| Connected { database, vault });
    }

    /// Makes each answer the last one of its connection.
    pub fn set_stopping(&self) {
        self.0.is_stopping.store(true, Ordering::Relaxed);
    }

    fn is_stopping(&self) -> bool {
        self.0.is_stopping.load(Ordering::Relaxed)
    }

    pub fn database(&self) -> Option<&Database> {
        self.0.connected.get().map(|connected| &connected.database)
    }

    fn status(&self) -> Option<Status> {
        self.0.connected.get().map(|connected| connected.vault.borrow().clone())
    }

    fn connected(&self) -> Result<&Database, Failure> {
        self.database().ok_or(Failure::NotConnected)
    }
}

pub fn router(app: App) -> Router {
    Router::new()
        .route("/healthz", get(alive))
        .route("/readyz", get(ready))
        .route("/status", get(status))
        .route("/whoami", get(who_am_i))
        .route("/orders", post(order))
        .route("/orders/count", get(count))
        .route("/slow", post(slow))
        .layer(middleware::map_response_with_state(app.clone(), last_answer))
        .with_state(app)
}

/// A client that is told so sends its next request elsewhere, instead of into a connection that is about to close.
async fn last_answer(State(app): State<App>, mut response: Response) -> Response {
    if app.is_stopping() {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// Waiting for Vault is no reason to be restarted; that nobody keeps the login alive any more is.
async fn alive(State(app): State<App>) -> Response {
    match app.status() {
        Some(status) if !status.is_alive() && !app.is_stopping() => {
            (StatusCode::SERVICE_UNAVAILABLE, status.state.as_str()).into_response()
        }
        _ => "ok".into_response(),
    }
}

async fn ready(State(app): State<App>) -> Response {
    let not_ready =
        |reason: &str| (StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "reason": reason }))).into_response();
    match app.status() {
        _ if app.is_stopping() => not_ready("stopping"),
        None => not_ready("waiting for Vault"),
        Some(status) => match status.readiness() {
            Ok(()) => Json(json!({ "state": status.state.as_str() })).into_response(),
            Err(state) => not_ready(state.as_str()),
        },
    }
}

async fn status(State(app): State<App>) -> Json<Value> {
    let (Some(status), Some(database)) = (app.status(), app.database()) else {
        return Json(json!({ "state": VaultState::Starting.as_str() }));
    };
    let seconds = |ttl: Option<Duration>| ttl.map(|ttl| ttl.as_secs());
    let lease = status.leases.first();
    Json(json!({
        "state": status.state.as_str(),
        "generation": lease.map(|lease| lease.generation),
        "token_ttl_s": seconds(status.token_ttl()),
        "lease_ttl_s": seconds(lease.and_then(|lease| lease.ttl())),
        "rotations": status.counters.rotations,
        "renewals": status.counters.renewals,
        "logins": status.counters.logins,
        "last_error": status.last_error.map(|error| error.to_string()),
        "pool": {
            "size": database.pool.size(),
            "idle": database.pool.num_idle(),
            "old_generation": database.rotation.old_connections(),
        },
    }))
}

async fn who_am_i(State(app): State<App>) -> Result<Json<Value>, Failure> {
    let database = app.connected()?;
    let connection = database.who_am_i().await.map_err(|error| database.observe(error))?;
    Ok(Json(json!({ "user": connection.user, "generation": connection.generation })))
}

async fn order(State(app): State<App>) -> Result<(StatusCode, Json<Value>), Failure> {
    let database = app.connected()?;
    let id = database.order().await.map_err(|error| database.observe(error))?;
    Ok((StatusCode::CREATED, Json(json!({ "id": id }))))
}

async fn count(State(app): State<App>) -> Result<Json<Value>, Failure> {
    let database = app.connected()?;
    let count = database.count().await.map_err(|error| database.observe(error))?;
    Ok(Json(json!({ "count": count })))
}

#[derive(Deserialize)]
struct Slow {
    ms: u64,
}

async fn slow(
    State(app): State<App>,
    Query(Slow { ms }): Query<Slow>,
) -> Result<(StatusCode, Json<Value>), Failure> {
    let database = app.connected()?;
    let id = database.slow_order(Duration::from_millis(ms)).await.map_err(|error| database.observe(error))?;
    Ok((StatusCode::CREATED, Json(json!({ "id": id }))))
}

/// Why a request could not be served.
enum Failure {
    NotConnected,
    Database(database::Failure),
}

impl From<database::Failure> for Failure {
    fn from(failure: database::Failure) -> Self {
        Self::Database(failure)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let (status, error) = match self {
            Self::NotConnected => {
                (StatusCode::SERVICE_UNAVAILABLE, "not connected to the database yet".to_owned())
            }
            // The same request succeeds when there is a login again.
            Self::Database(database::Failure::Login(error)) => {
                (StatusCode::SERVICE_UNAVAILABLE, error.to_string())
            }
            Self::Database(database::Failure::Query(error)) => {
                (StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
            }
        };
        (status, Json(json!({ "error": error }))).into_response()
    }
}

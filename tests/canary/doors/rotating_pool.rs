//! The doors of `rotating-pool`.

use std::time::Duration;

use canary_tests::{Canary, Seen};
use secrets_config::{DbCredentials, pool, rotating};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::{Exempt, Row};

pub(crate) const ROWS: &[Row] = &[Row {
    name: "a pool that cannot connect",
    doors: &[
        "Error",
        "Error: Debug",
        "Error: Display",
        "Error: Error",
        "Postgres",
        "Postgres: Debug",
        "Postgres::connect",
        "Postgres::connect_options",
        "Postgres::connect_with_rotation",
        "Postgres::pool_options",
        "postgres",
    ],
    walk: pool,
}];

pub(crate) const EXEMPT: &[Exempt] = &[Exempt {
    why: "numbers; the life against real servers logs them",
    doors: &[
        "Rotation",
        "Rotation: Debug",
        "Rotation::generation",
        "Rotation::generation_of",
        "Rotation::old_connections",
    ],
}];

fn pool(canary: &Canary, seen: &mut Seen) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (_publisher, login) = rotating::channel(DbCredentials::new("v-app", canary.text()));
        let options = PgConnectOptions::new_without_pgpass()
            .host("127.0.0.1")
            .port(1)
            .password(canary.text())
            .database("app");
        let options_of_pool = PgPoolOptions::new().acquire_timeout(Duration::from_millis(300));
        let builder = pool::sqlx::postgres(login).connect_options(options).pool_options(options_of_pool);
        seen.debug("a builder", &builder);
        seen.error("an error", &builder.connect().await.unwrap_err());
    });
}

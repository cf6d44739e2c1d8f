//! The doors of `rotating-pool`.

use std::time::Duration;

use canary_tests::{Canary, Seen};
use secrets_config::{DbCredentials, pool, rotating};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::{Exempt, Row};

pub(crate) const ROWS: &[Row] = &[Row {
    name: "a pool that cannot connect",
    doors: &[
        "Builder",
        "Builder: Debug",
        "Builder::connect",
        "Builder::connect_options",
        "Builder::connect_with_rotation",
        "Builder::pool_options",
        "Error",
        "Error: Debug",
        "Error: Display",
        "Error: Error",
        "postgres",
    ],
    walk: pool,
}];

pub(crate) const EXEMPT: &[Exempt] = &[
    Exempt {
        why: "takes what the application gives, and gives nothing back",
        doors: &[
            "Builder::after_connect",
            "Builder::after_release",
            "Builder::before_acquire",
            "Builder::overlap",
            "Builder::probe",
            "Builder::role",
        ],
    },
    Exempt { why: "the same builder as that of `postgres`, for another database", doors: &["mysql"] },
    Exempt {
        why: "what the crate asks of a database, closed to others",
        doors: &[
            "Sealed::count",
            "Sealed::end",
            "Sealed::options",
            "Sealed::run",
            "Sealed::session",
            "Sealed::set_role",
            "Sealed::with_login",
            "Sealed::without_login",
        ],
    },
    Exempt {
        why: "names, numbers and times",
        doors: &[
            "Counters",
            "Counters: Debug",
            "Reason: Debug",
            "Rotation::counters",
            "Rotation::observe",
            "Rotation::trouble",
            "Session",
            "Session: Debug",
            "Since",
            "Since: Debug",
            "Since: Display",
            "Since::elapsed",
            "Rotation",
            "Rotation: Debug",
            "Rotation::generation",
            "Rotation::generation_of",
            "Rotation::old_connections",
        ],
    },
];

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

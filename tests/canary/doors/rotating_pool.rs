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
        "Builder::config",
        "Builder::connect",
        "Builder::connect_options",
        "Builder::connect_with_rotation",
        "Builder::pool",
        "Builder::pool_options",
        "Cause: Debug",
        "Cause: Display",
        "Cause: Error",
        "Error",
        "Error: Debug",
        "Error: Display",
        "Error: Error",
        "mysql",
        "postgres",
    ],
    walk: pool,
}];

pub(crate) const EXEMPT: &[Exempt] = &[
    Exempt {
        why: "numbers, times and names; the life against real servers logs them",
        doors: &[
            "Counters",
            "Counters: Debug",
            "Reason: Debug",
            "Rotation",
            "Rotation: Debug",
            "Rotation::close",
            "Rotation::counters",
            "Rotation::generation",
            "Rotation::generation_of",
            "Rotation::observe",
            "Rotation::old_connections",
            "Rotation::trouble",
            "Session",
            "Session: Debug",
            "Since",
            "Since: Debug",
            "Since: Display",
            "Since::elapsed",
        ],
    },
    Exempt {
        why: "settings without a secret",
        doors: &[
            "Builder::after_connect",
            "Builder::after_release",
            "Builder::before_acquire",
            "Builder::manager_config",
            "Builder::overlap",
            "Builder::probe",
            "Builder::role",
            "Builder::tls",
        ],
    },
    Exempt {
        why: "show nothing of what they hold",
        doors: &[
            "Connection",
            "Connection: Debug",
            "Manager",
            "Manager: Debug",
            "Panicked: Debug",
            "Panicked: Display",
            "Panicked: Error",
        ],
    },
    Exempt {
        why: "cannot be called from outside",
        doors: &[
            "Sealed::end",
            "Sealed::end_own",
            "Sealed::living",
            "Sealed::has_user",
            "Sealed::options",
            "Sealed::run",
            "Sealed::session",
            "Sealed::set_role",
            "Sealed::with_login",
            "Sealed::without_login",
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
        let mut config = tokio_postgres::Config::new();
        config.host("127.0.0.1").port(1).password(canary.text());
        let builder = pool::deadpool::postgres(login.clone()).config(config.clone());
        seen.debug("a builder for deadpool", &builder);
        seen.error("an error with deadpool", &builder.connect().await.unwrap_err());
        let builder = pool::bb8::postgres(login.clone()).config(config);
        let builder = builder.pool(|builder| builder.connection_timeout(Duration::from_millis(300)));
        seen.debug("a builder for bb8", &builder);
        seen.error("an error with bb8", &builder.connect().await.unwrap_err());
        let builder = pool::sqlx::postgres(login).connect_options(options).pool_options(options_of_pool);
        seen.debug("a builder", &builder);
        seen.error("an error", &builder.connect().await.unwrap_err());
    });
}

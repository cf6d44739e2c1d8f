//! What the tests of the pools start from: a real PostgreSQL server, an owner of logins on it, and each pool that can
//! follow them, behind one trait so that a test is written once.
#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a test's ground either stands or the test fails"
)]
#![expect(clippy::print_stderr, reason = "why a test fails is read there")]
#![expect(clippy::disallowed_methods, reason = "the rule is about the settings and secrets of applications")]

pub use rotating_pool::bb8::Manager as Bb8Manager;

mod load;
mod logins;
pub mod mysql;
mod owner;
mod panics;
mod pool;
mod pools;

use std::time::Duration;

pub use self::{
    load::{Load, Outcome},
    logins::Logins,
    owner::Owner,
    panics::Panics,
    pool::{Failed, Held, Place, Pool, Settings},
    pools::{Bb8, Deadpool, SqlxPostgres},
};

/// Nothing that is waited for takes longer than this, unless something is wrong.
pub const SOON: Duration = Duration::from_secs(20);

/// Waits until `is_so`, and panics with `what` if that does not come soon.
pub async fn eventually(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let waited = tokio::time::timeout(SOON, async {
        while !is_so().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    assert!(waited.await.is_ok(), "{what}: not within {SOON:?}");
}

/// Runs a test of this module for every pool: `async fn name<P: Pool>()`.
#[macro_export]
macro_rules! for_every_pool {
    ($($test:ident),+ $(,)?) => {
        $crate::for_pool!(bb8, Bb8, $($test),+);
        $crate::for_pool!(deadpool, Deadpool, $($test),+);
        $crate::for_pool!(sqlx_postgres, SqlxPostgres, $($test),+);
    };
}

/// Runs a test of this module for one pool.
#[macro_export]
macro_rules! for_pool {
    ($name:ident, $pool:ident, $($test:ident),+) => {
        mod $name {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                super::$test::<$crate::$pool>().await;
            })+
        }
    };
}

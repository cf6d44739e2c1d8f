//! The pool of MySQL, on a real MariaDB or MySQL server: the scenarios that concern it, and a soak.
//!
//! The server is the `mariadbd` or `mysqld` in `MARIADB_BIN_DIR`, or on the path. Without one nothing is tested here, and
//! the tests say so; with `MARIADB_REQUIRED` set they fail.
#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]
#![expect(clippy::disallowed_methods, reason = "the rule is about the settings and secrets of applications")]

mod owner;
mod pool;
mod scenarios;
mod server;
mod soak;

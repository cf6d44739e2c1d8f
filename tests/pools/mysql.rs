//! The ground of the pool of MySQL: a real MariaDB or MySQL server.
//!
//! The server is the `mariadbd` or `mysqld` in `MARIADB_BIN_DIR`, or on the path. Without one nothing is tested of that
//! pool, and the tests say so; with `MARIADB_REQUIRED` set they fail.

mod owner;
mod pool;
mod server;

pub use self::{
    owner::Owner,
    pool::{HeldTransaction, SqlxMySql},
    server::Server,
};

//! Each pool.

mod sqlx;

pub use sqlx::SqlxPostgres;

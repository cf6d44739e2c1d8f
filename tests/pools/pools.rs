//! Each pool.

mod bb8;
mod deadpool;
mod held;
mod sqlx;

pub use self::{bb8::Bb8, deadpool::Deadpool, sqlx::SqlxPostgres};

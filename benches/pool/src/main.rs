//! Measures pools whose login changes beside the same pools without us, on a real PostgreSQL server.
//!
//! `cargo xtask bench pool`
#![expect(clippy::print_stdout, reason = "a command line program")]
#![expect(clippy::unwrap_used, reason = "what cannot be measured ends the program")]
#![expect(clippy::disallowed_methods, reason = "the rule is about the settings and secrets of applications")]

mod allocations;
mod current;
mod load;
mod pools;

use pool_tests::{Bb8, Deadpool, SqlxPostgres};

use self::pools::{PlainBb8, PlainDeadpool, PlainSqlx};

fn main() {
    current::report();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    println!(
        "\n| 16 tasks on 10 connections | plain, a second | ours | x plain | p99 plain | p99 ours | x plain \
         | CPU a query, plain | ours | x plain |"
    );
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    runtime.block_on(load::steady::<PlainSqlx, SqlxPostgres>("sqlx"));
    runtime.block_on(load::steady::<PlainDeadpool, Deadpool>("deadpool-postgres"));
    runtime.block_on(load::steady::<PlainBb8, Bb8>("bb8"));
    println!("\n| a rotation every 5 s | queries | failed | p99 steady | p99 rotating | x steady |");
    println!("| --- | ---: | ---: | ---: | ---: | ---: |");
    runtime.block_on(load::rotating::<SqlxPostgres>("sqlx"));
    runtime.block_on(load::rotating::<Deadpool>("deadpool-postgres"));
    runtime.block_on(load::rotating::<Bb8>("bb8"));
    drop(runtime);
    println!("\n| allocations an acquire | plain | ours |");
    println!("| --- | ---: | ---: |");
    allocations::report::<PlainSqlx, SqlxPostgres>("sqlx");
    allocations::report::<PlainDeadpool, Deadpool>("deadpool-postgres");
    allocations::report::<PlainBb8, Bb8>("bb8");
}

/// Returns the middle of the figures.
fn median(figures: impl IntoIterator<Item = f64>) -> f64 {
    let mut figures: Vec<_> = figures.into_iter().collect();
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

//! Measures pools whose login changes beside the same pools without us, on a real PostgreSQL server.
//!
//! `cargo xtask bench pool`, with the names of pools behind it if not all of them are to be measured.
#![expect(clippy::print_stdout, reason = "a command line program")]
#![expect(clippy::unwrap_used, reason = "what cannot be measured ends the program")]
#![expect(clippy::disallowed_methods, reason = "the rule is about the settings and secrets of applications")]

mod allocations;
mod current;
mod load;
mod pools;

use std::env;

use pool_tests::{Bb8, Deadpool, SqlxPostgres};
use tokio::runtime::{Builder, Runtime};

use self::pools::{Ours, Plain, PlainBb8, PlainDeadpool, PlainSqlx};

/// What is measured of one crate's pool.
struct Subject {
    name: &'static str,
    steady: fn(&Runtime, &str),
    rotating: fn(&Runtime, &str),
    allocations: fn(&str),
}

impl Subject {
    fn new<A: Plain, B: Ours>(name: &'static str) -> Self {
        Self {
            name,
            steady: |runtime, name| runtime.block_on(load::steady::<A, B>(name)),
            rotating: |runtime, name| runtime.block_on(load::rotating::<B>(name)),
            allocations: allocations::report::<A, B>,
        }
    }
}

fn main() {
    let asked: Vec<String> = env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let mut subjects = vec![
        Subject::new::<PlainSqlx, SqlxPostgres>("sqlx"),
        Subject::new::<PlainDeadpool, Deadpool>("deadpool-postgres"),
        Subject::new::<PlainBb8, Bb8>("bb8"),
    ];
    subjects.retain(|subject| asked.is_empty() || asked.iter().any(|name| name == subject.name));
    current::report();
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    println!(
        "\n| 16 tasks on 10 connections | plain, a second | ours | x plain | p99 plain | p99 ours | x plain \
         | CPU a query, plain | ours | x plain |"
    );
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    for subject in &subjects {
        (subject.steady)(&runtime, subject.name);
    }
    println!("\n| a rotation every 5 s | queries | failed | p99 steady | p99 rotating | x steady |");
    println!("| --- | ---: | ---: | ---: | ---: | ---: |");
    for subject in &subjects {
        (subject.rotating)(&runtime, subject.name);
    }
    drop(runtime);
    println!("\n| allocations an acquire | plain | ours |");
    println!("| --- | ---: | ---: |");
    for subject in &subjects {
        (subject.allocations)(subject.name);
    }
}

/// Returns the middle of the figures.
fn median(figures: impl IntoIterator<Item = f64>) -> f64 {
    let mut figures: Vec<_> = figures.into_iter().collect();
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

//! As many queries as the pool lets through.

use std::time::{Duration, Instant};

use pool_tests::{Logins, Owner};
use tokio::{task::JoinSet, time};

use crate::{
    median,
    pools::{Asked, MAX, Ours, Plain},
};

const TASKS: usize = 16;
const ROUNDS: usize = 31;
const ROUND: Duration = Duration::from_millis(400);
const ROTATIONS: usize = 5;
const PERIOD: Duration = Duration::from_secs(5);

/// What a load came to.
struct Figures {
    a_second: f64,
    p99: f64,
    /// Time of this process on a processor for one query, in microseconds: other work on the machine does not change it.
    cpu: f64,
    queries: usize,
    failed: usize,
}

/// Measures both pools in turn. The ratios are the medians of those within a round.
pub(crate) async fn steady<A: Plain, B: Ours>(name: &str) {
    let owner = Owner::start().await;
    let login = owner.login();
    let (user, password) = (login.current().username().to_owned(), login.current().password().clone());
    let plain = A::connect(&owner.place(), &user, password.expose_secret()).await;
    let ours = B::connect(&owner, MAX).await;
    let mut rounds = Vec::new();
    // The first fills the pools.
    for round in 0..=ROUNDS {
        let figures = if round % 2 == 0 {
            (run(&plain, ROUND).await, run(&ours, ROUND).await)
        } else {
            let ours = run(&ours, ROUND).await;
            (run(&plain, ROUND).await, ours)
        };
        rounds.push(figures);
    }
    let rounds = &rounds[1..];
    let of = |figure: fn(&(Figures, Figures)) -> f64| median(rounds.iter().map(figure));
    println!(
        "| {name} | {:.0} | {:.0} | {:.3} | {:.2} ms | {:.2} ms | {:.3} | {:.1} µs | {:.1} µs | {:.3} |",
        of(|(plain, _)| plain.a_second),
        of(|(_, ours)| ours.a_second),
        of(|(plain, ours)| ours.a_second / plain.a_second),
        of(|(plain, _)| plain.p99),
        of(|(_, ours)| ours.p99),
        of(|(plain, ours)| ours.p99 / plain.p99),
        of(|(plain, _)| plain.cpu),
        of(|(_, ours)| ours.cpu),
        of(|(plain, ours)| ours.cpu / plain.cpu),
    );
}

/// Measures periods with a rotation in each, under the load, and periods without, in turn.
pub(crate) async fn rotating<P: Ours>(name: &str) {
    let mut owner = Owner::start().await;
    let pool = P::connect(&owner, MAX).await;
    let _fills_the_pool = run(&pool, ROUND).await;
    let mut rounds = Vec::new();
    for _ in 0..ROTATIONS {
        let steady = run(&pool, PERIOD).await;
        let rotate = async {
            time::sleep(PERIOD / 5).await;
            owner.rotate().await;
        };
        let (rotating, ()) = tokio::join!(run(&pool, PERIOD), rotate);
        rounds.push((steady, rotating));
    }
    let queries: usize = rounds.iter().map(|(_, rotating)| rotating.queries).sum();
    let failed: usize = rounds.iter().map(|(steady, rotating)| steady.failed + rotating.failed).sum();
    println!(
        "| {name} | {queries} | {failed} | {:.2} ms | {:.2} ms | {:.2} |",
        median(rounds.iter().map(|(steady, _)| steady.p99)),
        median(rounds.iter().map(|(_, rotating)| rotating.p99)),
        median(rounds.iter().map(|(steady, rotating)| rotating.p99 / steady.p99)),
    );
}

async fn run(pool: &impl Asked, length: Duration) -> Figures {
    let (began, on_processor) = (Instant::now(), on_processor());
    let mut tasks = JoinSet::new();
    for _ in 0..TASKS {
        let pool = pool.clone();
        tasks.spawn(async move {
            let (mut latencies, mut failed) = (Vec::new(), 0);
            while began.elapsed() < length {
                let asked = Instant::now();
                failed += usize::from(pool.ask().await.is_err());
                latencies.push(asked.elapsed().as_secs_f64() * 1e3);
            }
            (latencies, failed)
        });
    }
    let results = tasks.join_all().await;
    let elapsed = began.elapsed().as_secs_f64();
    let on_processor = self::on_processor() - on_processor;
    let failed = results.iter().map(|(_, failed)| failed).sum();
    let mut latencies: Vec<f64> = results.into_iter().flat_map(|(latencies, _)| latencies).collect();
    latencies.sort_by(f64::total_cmp);
    let queries = latencies.len();
    Figures {
        a_second: queries as f64 / elapsed,
        p99: latencies[queries * 99 / 100],
        cpu: on_processor / 1e3 / queries as f64,
        queries,
        failed,
    }
}

/// Returns how long the threads of this process have been on a processor, in nanoseconds.
fn on_processor() -> f64 {
    let threads = std::fs::read_dir("/proc/self/task").unwrap();
    let times = threads.map(|thread| std::fs::read_to_string(thread.unwrap().path().join("schedstat")));
    times.map(|time| time.unwrap().split(' ').next().unwrap().parse::<f64>().unwrap()).sum()
}

//! What is allocated for one acquire and `SELECT 1`, with its return.

use pool_tests::Owner;

use crate::pools::{Asked, Ours, Plain};

const TIMES: u64 = 1000;

pub(crate) fn report<A: Plain, B: Ours>(name: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let owner = runtime.block_on(Owner::start());
    let login = owner.login();
    let (user, password) = (login.current().username().to_owned(), login.current().password().clone());
    let plain = runtime.block_on(A::connect(&owner.place(), &user, password.expose_secret()));
    let ours = runtime.block_on(B::connect(&owner, 1));
    println!("| {name} | {:.2} | {:.2} |", count(&runtime, &plain), count(&runtime, &ours));
}

fn count(runtime: &tokio::runtime::Runtime, pool: &impl Asked) -> f64 {
    let ask = |times| {
        runtime.block_on(async {
            for _ in 0..times {
                pool.ask().await.unwrap();
            }
        });
    };
    ask(TIMES);
    let seen = allocation_counter::measure(|| ask(TIMES));
    seen.count_total as f64 / TIMES as f64
}

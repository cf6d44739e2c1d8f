//! What an allocator costs that wipes whatever is freed.

use std::{hint::black_box, time::Instant};

use crate::{
    Result, environment,
    memory::ALLOCATOR,
    settings::{OURS, PEERS},
    table::{Table, median},
};

pub(crate) const TOPIC: &str = "wiping";

/// Prints what a child measured.
pub(crate) fn report() -> Result<()> {
    let head = ["", "median ns", "wiped", "least ns", "wiped", "ratio"];
    let mut table = Table::new("With `zeroizing-alloc` around the system's allocator", &head);
    for line in environment::measure(environment::SIZES[0], TOPIC)?.lines() {
        table.row(line.split('\t').map(str::to_owned));
    }
    table.print();
    Ok(())
}

/// Does everything without and with it in turn, so that whatever disturbs the machine disturbs both.
pub(crate) fn measure() {
    for (name, times, action) in ACTIONS {
        let rounds: Vec<_> = (0..WARM_UP + ROUNDS)
            .map(|_| (time_of(times, action), ALLOCATOR.wipe(|| time_of(times, action))))
            .skip(WARM_UP)
            .collect();
        let figures = |of: fn(&(f64, f64)) -> f64| {
            let least = rounds.iter().map(of).fold(f64::INFINITY, f64::min);
            (median(rounds.iter().map(of)), least)
        };
        let (plain, wiped) = (figures(|round| round.0), figures(|round| round.1));
        let ratio = median(rounds.iter().map(|(plain, wiped)| wiped / plain));
        println!("{name}\t{:.1}\t{:.1}\t{:.1}\t{:.1}\t{ratio:.2}", plain.0, wiped.0, plain.1, wiped.1);
    }
}

/// Returns the nanoseconds of one.
fn time_of(times: u32, action: fn()) -> f64 {
    let start = Instant::now();
    for _ in 0..times {
        action();
    }
    start.elapsed().as_secs_f64() * 1e9 / f64::from(times)
}

fn block<const SIZE: usize>() {
    drop(black_box(Vec::<u8>::with_capacity(black_box(SIZE))));
}

fn load() {
    PEERS.iter().filter(|peer| peer.name == OURS).for_each(|peer| peer.load());
}

const WARM_UP: usize = 2;
const ROUNDS: usize = 45;
/// Each with how often it is done in a round.
const ACTIONS: [(&str, u32, fn()); 4] = [
    ("a block of 64 bytes, made and freed", 1_000_000, block::<64>),
    ("a block of 1 KiB, made and freed", 1_000_000, block::<1024>),
    ("a block of 64 KiB, made and freed", 10_000, block::<65_536>),
    ("a load of 20 settings, and its drop", 1000, load),
];

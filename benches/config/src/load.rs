//! How long a load takes.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use crate::{
    Result, environment,
    settings::{HAND_WRITTEN, OURS, PEERS, Peer},
    table::{Table, limit, median},
};

pub(crate) const TOPIC: &str = "load";

/// Prints what children with a small and a large environment measured.
pub(crate) fn report() -> Result<()> {
    for size in environment::SIZES {
        let title = format!("Load time with {size} variables in the environment");
        let mut table = Table::new(title, &["", "median µs", "least µs", "x hand-written"]);
        let mut ours = f64::INFINITY;
        for line in environment::measure(size, TOPIC)?.lines() {
            let cells: Vec<_> = line.split('\t').map(str::to_owned).collect();
            if cells[0] == OURS {
                ours = cells[3].parse()?;
            }
            table.row(cells);
        }
        table.print();
        limit(&format!("load time with {size} variables, x hand-written"), ours, 1.15);
    }
    Ok(())
}

/// Loads with all peers in turn, so that whatever disturbs the machine disturbs all of them.
pub(crate) fn measure() {
    let mut times = vec![Vec::new(); PEERS.len()];
    for round in 0..WARM_UP + ROUNDS {
        for at in (0..PEERS.len()).map(|at| (at + round) % PEERS.len()) {
            let time = time_of(&PEERS[at]);
            if round >= WARM_UP {
                times[at].push(time.as_secs_f64() * 1e6 / f64::from(LOADS));
            }
        }
    }
    let hand_written = PEERS.iter().position(|peer| peer.name == HAND_WRITTEN).unwrap_or_default();
    for (peer, own) in PEERS.iter().zip(&times) {
        let ratio = median(own.iter().zip(&times[hand_written]).map(|(own, hand)| own / hand));
        let least = own.iter().copied().fold(f64::INFINITY, f64::min);
        println!("{}\t{:.2}\t{least:.2}\t{ratio:.2}", peer.name, median(own.iter().copied()));
    }
}

fn time_of(peer: &Peer) -> Duration {
    let start = Instant::now();
    for _ in 0..LOADS {
        black_box(peer).load();
    }
    start.elapsed()
}

const WARM_UP: usize = 3;
const ROUNDS: usize = 45;
const LOADS: u32 = 1000;

//! Reading the newest generation, beside a bare `arc_swap` load.

use std::{hint::black_box, sync::Arc, time::Instant};

use arc_swap::ArcSwap;
use secrets_config_core::rotating;

use crate::median;

const ROUNDS: usize = 45;
const READS: u32 = 1_000_000;

pub(crate) fn report() {
    let (_publisher, rotating) = rotating::channel(7_u64);
    let bare = ArcSwap::new(Arc::new(7_u64));
    let mut ours = Vec::new();
    let mut ratios = Vec::new();
    for _ in 0..ROUNDS {
        let bare = nanos(|| **black_box(&bare).load());
        let current = nanos(|| **black_box(&rotating).current());
        ours.push(current);
        ratios.push(current / bare);
    }
    println!("\nRotating::current(): {:.1} ns, {:.2} x ArcSwap::load", median(ours), median(ratios));
}

fn nanos(read: impl Fn() -> u64) -> f64 {
    let began = Instant::now();
    for _ in 0..READS {
        black_box(read());
    }
    began.elapsed().as_secs_f64() * 1e9 / f64::from(READS)
}

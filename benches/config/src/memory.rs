//! What a load allocates, and what it leaves of the secrets in memory that it gave back.

mod allocator;

use self::allocator::Allocator;
use crate::{
    Result, environment,
    settings::{self, Files, HAND_WRITTEN, OURS, PEERS},
    table::{Table, limit},
};

#[global_allocator]
pub(crate) static ALLOCATOR: Allocator = Allocator::new();

pub(crate) const TOPIC: &str = "memory";
/// A child that measures every source.
pub(crate) const SOURCES: &str = "sources";

/// Prints what a child measured.
pub(crate) fn report() -> Result<()> {
    let head = ["", "allocations", "bytes", "blocks freed with a secret inside"];
    let mut table = Table::new("Memory of one load and drop", &head);
    let (mut hand_written, mut ours) = ([0.0; 2], [0.0; 2]);
    for line in environment::measure(environment::SIZES[0], TOPIC)?.lines() {
        let cells: Vec<_> = line.split('\t').map(str::to_owned).collect();
        let figures = [cells[1].parse()?, cells[3].parse()?];
        match cells[0].as_str() {
            HAND_WRITTEN => hand_written = figures,
            OURS => ours = figures,
            _ => {}
        }
        table.row(cells);
    }
    table.print();
    limit("allocations beyond hand-written", ours[0] - hand_written[0], 4.0);
    limit("blocks freed with a secret inside", ours[1], 0.0);
    report_sources()
}

fn report_sources() -> Result<()> {
    let mut table = Table::new("Blocks freed with a secret inside, per source", &["", "source", "blocks"]);
    for line in environment::measure(environment::SIZES[0], SOURCES)?.lines() {
        table.row(line.split('\t').map(str::to_owned));
    }
    table.print();
    Ok(())
}

/// Watches one load of each peer, after one that sets up what is set up once.
pub(crate) fn measure() {
    for peer in &PEERS {
        peer.load();
        let seen = ALLOCATOR.watch(|| peer.load());
        println!("{}\t{}\t{}\t{}", peer.name, seen.allocations, seen.bytes, seen.dirty_frees);
    }
}

/// Watches one load from each source, from a file or a figment that is not read yet to settings that are dropped.
pub(crate) fn measure_sources() -> Result<()> {
    let files = Files::write()?;
    for source in &settings::SOURCES {
        settings::check_shown(source.name, &format!("{:?}", (source.load)(&files)));
        let seen = ALLOCATOR.watch(|| drop((source.load)(&files)));
        println!("{}\t{}\t{}", source.peer, source.name, seen.dirty_frees);
    }
    Ok(())
}

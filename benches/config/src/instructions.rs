//! How many instructions a load takes: a figure that other work on the machine does not change.

use std::process::{Command, Stdio};

use crate::{
    Result, environment,
    settings::{HAND_WRITTEN, PEERS},
    table::Table,
};

pub(crate) const TOPIC: &str = "instructions";

/// Prints what valgrind counts, if it is installed.
pub(crate) fn report() -> Result<()> {
    let version = Command::new("valgrind").arg("--version").stdout(Stdio::null()).status();
    if version.is_err() {
        println!("\nInstructions are counted where valgrind is installed.");
        return Ok(());
    }
    let mut table =
        Table::new("Instructions a load", &["", "22 variables", "222 variables", "x hand-written"]);
    let counts = PEERS.iter().map(|peer| counts_of(peer.name)).collect::<Result<Vec<_>>>()?;
    let hand_written = PEERS.iter().position(|peer| peer.name == HAND_WRITTEN).unwrap_or_default();
    for (peer, count) in PEERS.iter().zip(&counts) {
        let ratios = [0, 1].map(|size| count[size] / counts[hand_written][size]);
        table.row([
            peer.name.to_owned(),
            format!("{:.0}", count[0]),
            format!("{:.0}", count[1]),
            format!("{:.2}, {:.2}", ratios[0], ratios[1]),
        ]);
    }
    table.print();
    Ok(())
}

/// Loads with one peer so many times.
pub(crate) fn measure(name: &str, loads: u32) -> Result<()> {
    let peer = PEERS.iter().find(|peer| peer.name == name).ok_or("no such peer")?;
    for _ in 0..loads {
        peer.load();
    }
    Ok(())
}

fn counts_of(peer: &str) -> Result<[f64; 2]> {
    let [small, large] = environment::SIZES;
    Ok([per_load(peer, small)?, per_load(peer, large)?])
}

/// The difference between few and many loads leaves out all that happens once.
fn per_load(peer: &str, size: usize) -> Result<f64> {
    Ok((instructions(peer, size, MANY)? - instructions(peer, size, FEW)?) / f64::from(MANY - FEW))
}

fn instructions(peer: &str, size: usize, loads: u32) -> Result<f64> {
    let (child, variables) = environment::child(size)?;
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(child.get_program())
        .args([environment::CHILD, TOPIC, peer, &loads.to_string()])
        .env_clear()
        .envs(variables)
        .output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    let collected = said.lines().find_map(|line| line.split_once("Collected : "));
    let (_, count) = collected.ok_or_else(|| format!("valgrind: {said}"))?;
    Ok(count.trim().parse()?)
}

const FEW: u32 = 20;
const MANY: u32 = 120;

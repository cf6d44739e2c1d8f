//! What a clean release build costs.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Output},
    time::Instant,
};

use crate::{
    Result,
    table::{Table, limit, median},
};

pub(crate) const TOPIC: &str = "build";

/// A program that reads settings, and what it depends on.
struct Program {
    name: &'static str,
    dependencies: &'static str,
    source: &'static str,
}

/// What one build took, in seconds.
struct Cost {
    cpu: f64,
    wall: f64,
}

/// Builds both programs in turn, each time from nothing.
pub(crate) fn report() -> Result<()> {
    let folders = PROGRAMS.iter().map(Program::write).collect::<Result<Vec<_>>>()?;
    let mut costs = [Vec::new(), Vec::new()];
    for _ in 0..RUNS {
        for (folder, costs) in folders.iter().zip(&mut costs) {
            costs.push(build(folder)?);
        }
    }
    let head = ["", "CPU seconds", "least", "wall seconds", "crates"];
    let mut table = Table::new("Clean release build", &head);
    let cpu = costs.each_ref().map(|costs| median(costs.iter().map(|cost| cost.cpu)));
    let mut crates = Vec::new();
    for (index, (program, folder)) in PROGRAMS.iter().zip(&folders).enumerate() {
        let least = costs[index].iter().map(|cost| cost.cpu).fold(f64::INFINITY, f64::min);
        let wall = median(costs[index].iter().map(|cost| cost.wall));
        crates.push(count_crates(folder)?);
        table.row([
            program.name.to_owned(),
            format!("{:.2}", cpu[index]),
            format!("{least:.2}"),
            format!("{wall:.2}"),
            crates[index].to_string(),
        ]);
    }
    table.print();
    limit("CPU seconds of a clean release build, x envy + serde", cpu[0] / cpu[1], 1.25);
    limit("crates", f64::from(crates[0]), 14.0);
    Ok(())
}

impl Program {
    /// Writes the program to a folder of its own, with the workspace's versions of everything.
    fn write(&self) -> Result<PathBuf> {
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("config-benches").join(self.name);
        let crates = workspace.join("crates").display().to_string();
        let manifest = format!(
            "[package]\nname = \"program\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
             [dependencies]\n{}\n",
            self.dependencies.replace("{crates}", &crates)
        );
        fs::create_dir_all(folder.join("src"))?;
        fs::write(folder.join("Cargo.toml"), manifest)?;
        fs::write(folder.join("src/main.rs"), self.source)?;
        fs::copy(workspace.join("Cargo.lock"), folder.join("Cargo.lock"))?;
        Ok(folder)
    }
}

fn build(folder: &Path) -> Result<Cost> {
    let target = folder.join("target");
    if target.exists() {
        fs::remove_dir_all(&target)?;
    }
    let start = Instant::now();
    let timed = "TIMEFORMAT='%U %S'; time \"$@\"";
    let mut command = Command::new("bash");
    command.args(["-c", timed, "bash"]).arg(cargo()).args(["build", "--release", "--offline", "--quiet"]);
    let output = run(command.current_dir(folder).env("CARGO_TARGET_DIR", &target))?;
    let wall = start.elapsed().as_secs_f64();
    let times = String::from_utf8(output.stderr)?;
    let times = times.lines().last().unwrap_or_default().split(' ').map(str::parse::<f64>);
    Ok(Cost { cpu: times.sum::<std::result::Result<f64, _>>()?, wall })
}

/// Counts what the program is built from, itself left out.
fn count_crates(folder: &Path) -> Result<u32> {
    let mut command = Command::new(cargo());
    command.args(["tree", "--offline", "--edges", "normal", "--prefix", "none", "--no-dedupe"]);
    let output = run(command.current_dir(folder))?;
    let mut crates: Vec<_> = std::str::from_utf8(&output.stdout)?.lines().collect();
    crates.sort_unstable();
    crates.dedup();
    Ok(u32::try_from(crates.len())? - 1)
}

fn run(command: &mut Command) -> Result<Output> {
    let output = command.output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    Ok(output)
}

fn cargo() -> String {
    env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned())
}

const PROGRAMS: [Program; 2] = [
    Program {
        name: "secrets-config",
        dependencies: "secrets-config = { path = \"{crates}/secrets-config\" }",
        source: include_str!("../programs/ours.rs"),
    },
    Program {
        name: "envy + serde",
        dependencies: "envy = \"0.4\"\nserde = { version = \"1\", features = [\"derive\"] }",
        source: include_str!("../programs/envy.rs"),
    },
];

const RUNS: usize = 3;

//! The benches.

use std::{ffi::OsString, process::ExitCode};

use crate::{Result, cargo::cargo, setup};

/// Runs the benches of one topic, or those of the workspace. Reading settings needs no servers, nor
/// does the fleet, which is simulated.
pub(crate) fn run(arguments: &[OsString]) -> Result<ExitCode> {
    match arguments {
        [topic, rest @ ..] if topic == "config" => {
            cargo(&["bench", "--quiet", "--package", "config-benches", "--"], rest)
        }
        [topic] if topic == "fleet" => {
            // Tests run in their package's folder.
            let file = r#"env.FLEET_SVG="../../docs/direct-vault/fleet.svg""#;
            let test = "engine::tests::fleet";
            let test =
                ["test", "--config", file, "--package", "direct-vault", "--lib", test, "--", "--nocapture"];
            cargo(&test, &[])
        }
        [topic, rest @ ..] if topic == "leases" => {
            setup::run()?;
            cargo(&["bench", "--quiet", "--package", "lease-benches", "--"], rest)
        }
        [topic, rest @ ..] if topic == "pool" => {
            setup::run()?;
            cargo(&["bench", "--quiet", "--package", "pool-benches", "--"], rest)
        }
        _ => {
            setup::run()?;
            cargo(&["bench", "--workspace", "--all-features"], arguments)
        }
    }
}

//! The benches.

use std::{ffi::OsString, process::ExitCode};

use crate::{Result, cargo::cargo, setup};

/// Runs the benches of one topic, or those of the workspace. Reading settings needs no servers.
pub(crate) fn run(arguments: &[OsString]) -> Result<ExitCode> {
    match arguments {
        [topic, rest @ ..] if topic == "config" => {
            cargo(&["bench", "--quiet", "--package", "config-benches", "--"], rest)
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

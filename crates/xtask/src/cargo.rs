//! The commands that end in one of cargo's own.

use std::{env, ffi::OsString, process::ExitCode};

use crate::{Result, setup};

pub(crate) fn test(arguments: &[OsString]) -> Result<ExitCode> {
    setup::run()?;
    cargo(&["test", "--workspace", "--all-features"], arguments)
}

pub(crate) fn cargo(command: &[&str], arguments: &[OsString]) -> Result<ExitCode> {
    let program = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command_line = std::process::Command::new(program);
    command_line.args(command).args(arguments);
    // In a pod, or where the stage is production, a `.env` file is refused: the tests say so themselves where they mean it.
    command_line.env_remove("KUBERNETES_SERVICE_HOST").env_remove("APP_ENV");
    let status = command_line.status()?;
    // A signal leaves no code.
    Ok(status.code().map_or(ExitCode::FAILURE, |code| ExitCode::from(u8::try_from(code).unwrap_or(1))))
}

//! The workspace's own commands: `cargo xtask help`.
#![expect(clippy::print_stderr, clippy::print_stdout, reason = "a command line program")]
#![expect(clippy::disallowed_methods, reason = "the rule is about the settings and secrets of applications")]

mod bench;
mod cargo;
mod command;
mod demo;
mod setup;

use std::process::ExitCode;

use command::Command;

type Result<T, E = Box<dyn std::error::Error>> = std::result::Result<T, E>;

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {}", describe(&*error));
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<ExitCode> {
    match Command::parse(lexopt::Parser::from_env())? {
        Command::Help => {
            print!("{}", command::HELP);
            Ok(ExitCode::SUCCESS)
        }
        Command::Setup => setup::run().map(|()| ExitCode::SUCCESS),
        Command::Test(arguments) => cargo::test(&arguments),
        Command::Bench(arguments) => bench::run(&arguments),
        Command::Demo(options) => demo::run(&options).await,
    }
}

/// Returns the message of an error and of all its sources.
fn describe(error: &dyn std::error::Error) -> String {
    let sources = std::iter::successors(Some(error), |error| error.source());
    sources.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

//! A service that takes its settings from the environment, as an operator fills it from Vault.
//!
//! `eso-bridge` serves; `eso-bridge --check [--format json]` only says whether the environment is good.

mod arguments;
mod server;
mod settings;

use std::process::ExitCode;

use secrets_config::{Config, Loaded, Report};

use crate::{arguments::Arguments, settings::Settings};

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = match Arguments::parse(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(usage) => {
            eprintln!("{usage}");
            return ExitCode::from(64); // EX_USAGE
        }
    };
    let loaded = Settings::loader().env().load_with_origins();
    if arguments.check {
        return check(loaded, arguments.json);
    }
    match loaded {
        Ok(settings) => server::run(settings).await,
        Err(report) => refuse(&report),
    }
}

fn check(loaded: Result<Loaded<Settings>, Report>, json: bool) -> ExitCode {
    match loaded {
        Ok(_) if json => println!(r#"{{"settings":"Settings","problems":[]}}"#),
        Ok(_) => println!("the environment is good"),
        Err(report) if json => {
            println!("{}", serde_json::to_string_pretty(&report).expect("a report is plain JSON"));
            return ExitCode::from(78);
        }
        Err(report) => return refuse(&report),
    }
    ExitCode::SUCCESS
}

/// `Settings::load_or_exit()` does the same in one call, where origins are not wanted.
fn refuse(report: &Report) -> ExitCode {
    eprint!("{report}");
    ExitCode::from(78) // EX_CONFIG: Kubernetes shows it as the container's exit code
}

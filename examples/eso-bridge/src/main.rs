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
    // Where origins are not wanted, `Settings::load_or_exit()` does it all.
    let loaded = Settings::loader().env().load_with_origins();
    if arguments.check && arguments.json {
        return check_for_machine(loaded);
    }
    let settings = loaded.unwrap_or_else(|report| report.exit());
    for warning in settings.warnings() {
        eprintln!("warning: {warning}");
    }
    if arguments.check {
        println!("the environment is good");
        return ExitCode::SUCCESS;
    }
    server::run(settings).await
}

fn check_for_machine(loaded: Result<Loaded<Settings>, Report>) -> ExitCode {
    let (report, code) = match loaded {
        Ok(_) => (serde_json::json!({ "settings": "Settings", "problems": [] }), ExitCode::SUCCESS),
        Err(report) => (serde_json::json!(report), ExitCode::from(78)),
    };
    println!("{report:#}");
    code
}

//! Measures secrets-config beside other ways to read the same settings from the environment.
//!
//! `cargo xtask bench config`, with the names of topics for only some of them.
#![expect(clippy::print_stdout, reason = "a command line program")]
#![expect(clippy::disallowed_methods, reason = "the peers are used as they are used elsewhere")]

mod build;
mod environment;
mod instructions;
mod load;
mod memory;
mod settings;
mod table;
mod wiping;

use std::env;

type Result<T, E = Box<dyn std::error::Error>> = std::result::Result<T, E>;

fn main() -> Result<()> {
    let arguments: Vec<_> = env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    match *arguments {
        [environment::CHILD, topic, ref rest @ ..] => measure(topic, rest),
        [] => TOPICS.into_iter().try_for_each(report),
        ref topics => topics.iter().copied().try_for_each(report),
    }
}

/// What a child does, in the environment that it was given.
fn measure(topic: &str, arguments: &[&str]) -> Result<()> {
    settings::check();
    match (topic, arguments) {
        (load::TOPIC, []) => load::measure(),
        (memory::TOPIC, []) => memory::measure(),
        (memory::SOURCES, []) => memory::measure_sources()?,
        (wiping::TOPIC, []) => wiping::measure(),
        (instructions::TOPIC, [peer, loads]) => instructions::measure(peer, loads.parse()?)?,
        _ => return Err(format!("no such measurement: {topic}").into()),
    }
    Ok(())
}

fn report(topic: &str) -> Result<()> {
    match topic {
        load::TOPIC => load::report(),
        instructions::TOPIC => instructions::report(),
        memory::TOPIC => memory::report(),
        wiping::TOPIC => wiping::report(),
        build::TOPIC => build::report(),
        _ => Err(format!("there is no topic `{topic}`, only {}", TOPICS.join(", ")).into()),
    }
}

const TOPICS: [&str; 5] = [load::TOPIC, instructions::TOPIC, memory::TOPIC, wiping::TOPIC, build::TOPIC];

//! The command line.

use std::{ffi::OsString, time::Duration};

use lexopt::{Arg, Parser, ValueExt};

use crate::{Result, demo};

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Command {
    Help,
    Setup,
    Test(Vec<OsString>),
    Bench(Vec<OsString>),
    Demo(demo::Options),
}

impl Command {
    pub(crate) fn parse(mut parser: Parser) -> Result<Self> {
        let name = match parser.next()? {
            None | Some(Arg::Short('h') | Arg::Long("help")) => return Ok(Self::Help),
            Some(Arg::Value(name)) => name.string()?,
            Some(other) => return Err(other.unexpected().into()),
        };
        match name.as_str() {
            "help" => Ok(Self::Help),
            "setup" => match parser.next()? {
                None => Ok(Self::Setup),
                Some(other) => Err(other.unexpected().into()),
            },
            "test" => Ok(Self::Test(parser.raw_args()?.collect())),
            "bench" => Ok(Self::Bench(parser.raw_args()?.collect())),
            "demo" => demo_options(parser).map(Self::Demo),
            _ => Err(format!("there is no command `{name}`; see `cargo xtask help`").into()),
        }
    }
}

fn demo_options(mut parser: Parser) -> Result<demo::Options> {
    let mut options = demo::Options::default();
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("seconds") => options.length = duration(&parser.value()?.string()?)?,
            Arg::Long("rate") => options.rate = parser.value()?.parse()?,
            Arg::Long("outage") => options.outage = Some(duration(&parser.value()?.string()?)?),
            Arg::Long("lease-ttl") => options.lease_ttl = Some(duration(&parser.value()?.string()?)?),
            Arg::Long("lease-max-ttl") => options.lease_max_ttl = Some(duration(&parser.value()?.string()?)?),
            Arg::Long("token-ttl") => options.token_ttl = Some(duration(&parser.value()?.string()?)?),
            Arg::Long("token-max-ttl") => options.token_max_ttl = Some(duration(&parser.value()?.string()?)?),
            Arg::Long("login-max-age") => options.login_max_age = duration(&parser.value()?.string()?)?,
            other => return Err(other.unexpected().into()),
        }
    }
    if options.rate == 0 {
        return Err("--rate must be at least 1".into());
    }
    Ok(options)
}

/// Reads `90`, `90s`, `15m` or `1h`.
fn duration(text: &str) -> Result<Duration> {
    let (digits, unit) = match text.char_indices().last() {
        Some((at, 's')) => (&text[..at], 1),
        Some((at, 'm')) => (&text[..at], 60),
        Some((at, 'h')) => (&text[..at], 3600),
        _ => (text, 1),
    };
    let seconds =
        digits.parse::<u32>().map_err(|_| format!("`{text}` is no duration such as 90, 15m or 1h"))?;
    Ok(Duration::from_secs(u64::from(seconds) * unit))
}

pub(crate) const HELP: &str = "\
Usage: cargo xtask <command>

  setup    Fetch the pinned OpenBao and PostgreSQL servers into target/tools (once)
  test     Run every test of the workspace, those against real servers and doctests included;
           further arguments go to `cargo test`
  bench    Run the benches; further arguments go to `cargo bench`. `bench config` compares reading
           settings with other crates: load, instructions, memory, wiping, build, or all of them;
           `bench fleet` draws the requests of ten thousand simulated pods in
           docs/direct-vault/fleet.svg; `bench leases` counts what a thousand leases cost;
           `bench pool` compares pools whose login changes with the same pools without us
  demo     Show both example services on real servers, one of them under load while its
           database login rotates
  help     Print this

Options of demo:
  --seconds <n>          How long the load lasts (60)
  --rate <n>             Requests a second (200)
  --lease-ttl <d>        Lease of a database user (20s), at most --lease-max-ttl <d> (60s)
  --token-ttl <d>        Life of a Vault token (30s), at most --token-max-ttl <d> (90s)
  --login-max-age <d>    Age at which the service replaces its login (20s); 0 for as late as possible
  --outage <d>           Kill Vault in the middle for so long
";

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Result<Command> {
        Command::parse(Parser::from_args(arguments))
    }

    #[test]
    fn demo_takes_its_options_in_any_order() {
        let expected = demo::Options {
            length: Duration::from_secs(120),
            lease_ttl: Some(Duration::from_secs(3600)),
            outage: Some(Duration::from_secs(10)),
            ..demo::Options::default()
        };
        let parsed = parse(&["demo", "--outage", "10", "--seconds=120", "--lease-ttl", "1h"]).unwrap();
        assert_eq!(parsed, Command::Demo(expected));
    }

    #[test]
    fn test_hands_its_arguments_on() {
        let parsed = parse(&["test", "--", "--nocapture"]).unwrap();
        assert_eq!(parsed, Command::Test(vec!["--".into(), "--nocapture".into()]));
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (arguments, complaint) in [
            (&["dance"][..], "there is no command `dance`"),
            (&["demo", "--seconds", "soon"], "`soon` is no duration"),
            (&["demo", "--rate", "0"], "--rate must be at least 1"),
            (&["setup", "--fast"], "--fast"),
        ] {
            let error = parse(arguments).unwrap_err().to_string();
            assert!(error.contains(complaint), "{error}");
        }
    }
}

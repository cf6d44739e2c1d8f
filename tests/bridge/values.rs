//! Every rule of how a string becomes a value, one test a rule.
#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

#[path = "values/collections.rs"]
mod collections;
#[path = "values/directory.rs"]
mod directory;
#[path = "values/dotenv.rs"]
mod dotenv;
#[path = "values/files.rs"]
mod files;
#[path = "values/formats.rs"]
mod formats;
#[path = "values/groups.rs"]
mod groups;
#[path = "values/presence.rs"]
mod presence;
#[path = "values/problem.rs"]
mod problem;
#[path = "values/process.rs"]
mod process;
#[path = "values/scalars.rs"]
mod scalars;
#[path = "values/secrets.rs"]
mod secrets;
#[path = "values/sources.rs"]
mod sources;

use std::fmt::Debug;

use secrets_config::{Config, Kind, Problem, Report};
use serde::de::DeserializeOwned;

const CANARY: &str = "hunter2-canary";

/// A struct of one field, read from `VALUE`.
#[derive(Config)]
struct One<T: DeserializeOwned> {
    value: T,
}

/// What is said of a text that is refused.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Refusal<'a> {
    kind: Kind,
    expected: &'a str,
    hint: Option<&'a str>,
}

/// Reads `text` as a `T`.
fn read<T: DeserializeOwned>(text: &str) -> Result<T, Box<Problem>> {
    One::from_pairs([("VALUE", text)]).map(|one| one.value).map_err(|report| only(&report).into())
}

/// Returns the problem of a report that has one.
#[track_caller]
fn only(report: &Report) -> Problem {
    let [problem] = report.problems() else { panic!("not one problem:\n{report}") };
    problem.clone()
}

/// Returns the one problem of a load that must fail.
#[track_caller]
fn refused<T>(loaded: Result<T, Report>) -> Problem {
    match loaded {
        Ok(_) => panic!("accepted what must be refused"),
        Err(report) => only(&report),
    }
}

/// The kinds of problem by variable.
fn kinds(report: &Report) -> Vec<(&str, Kind)> {
    report.problems().iter().map(|problem| (problem.variable(), problem.kind())).collect()
}

#[track_caller]
fn assert_reads<T: DeserializeOwned + Debug + PartialEq>(cases: impl IntoIterator<Item = (&'static str, T)>) {
    for (text, value) in cases {
        match read::<T>(text) {
            Ok(got) => assert_eq!(got, value, "{text:?}"),
            Err(problem) => panic!("{text:?}: {problem}"),
        }
    }
}

#[track_caller]
fn assert_refuses<T: DeserializeOwned + Debug>(refusal: Refusal<'_>, texts: &[&str]) {
    for text in texts {
        match read::<T>(text) {
            Ok(got) => panic!("{text:?} is accepted as {got:?}"),
            Err(problem) => {
                let got =
                    Refusal { kind: problem.kind(), expected: problem.expected(), hint: problem.hint() };
                assert_eq!(got, refusal, "{text:?}");
            }
        }
    }
}

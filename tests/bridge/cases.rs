//! How 21 configuration libraries of other languages treat an input, beside what we make of it.
//!
//! Every case is executed. Where our outcome differs, `cases/difference.rs` says why.
#![cfg(unix)]

mod cases {
    pub(crate) mod custom;
    pub(crate) mod difference;
    pub(crate) mod input;
    pub(crate) mod odd;
    pub(crate) mod outcome;
    pub(crate) mod row;
    pub(crate) mod ruled;
    pub(crate) mod shape;
    pub(crate) mod usual;
}

use std::{collections::BTreeSet, env, process::Command};

use secrets_config::Config;

use crate::cases::{
    difference::{API_SHAPE, DELIBERATE, Difference, WRONG},
    outcome::Outcome,
    row::{self, Row},
    shape::Shape,
};

/// The test runs itself for a row that needs a process environment of its own.
#[derive(Config)]
struct Child {
    cases_row: Option<String>,
}

#[test]
fn every_case_is_classified() {
    let Some(rows) = row::read() else {
        println!("no cases: shared/cases/env_cases.jsonl is not beside the workspace");
        return;
    };
    if let Some(id) = Child::load().unwrap().cases_row {
        let row = rows.iter().find(|row| row.id == id).unwrap();
        println!("\n{OUTCOME}{}", serde_json::to_string(&shape_of(row).unwrap().run(row)).unwrap());
        return;
    }
    let mut tally = Tally::default();
    rows.iter().for_each(|row| tally.add(row));
    println!(
        "agree {}, deliberate {}, api shape {}, total {}",
        tally.agree,
        tally.deliberate,
        tally.api_shape,
        rows.len()
    );
    println!("executed {}, wrong {}", rows.len() - tally.without_shape, tally.wrong);
    let unused = tally.unused();
    assert!(tally.unexplained.is_empty() && unused.is_empty(), "{}", {
        let stale = unused.iter().map(|row| format!("{row}: listed in difference.rs, and does not differ"));
        tally.unexplained.into_iter().chain(stale).collect::<Vec<_>>().join("\n\n")
    });
}

#[derive(Default)]
struct Tally {
    agree: usize,
    deliberate: usize,
    api_shape: usize,
    wrong: usize,
    without_shape: usize,
    used: BTreeSet<&'static str>,
    unexplained: Vec<String>,
}

impl Tally {
    fn add(&mut self, row: &Row) {
        let outcome = shape_of(row).map(|shape| outcome(shape, row));
        self.without_shape += usize::from(outcome.is_none());
        if outcome.as_ref().is_some_and(|outcome| outcome.agrees_with(&row.expected())) {
            self.agree += 1;
            return;
        }
        let tables =
            [(API_SHAPE, &mut self.api_shape), (DELIBERATE, &mut self.deliberate), (WRONG, &mut self.wrong)];
        let mut classified = 0;
        for (table, count) in tables {
            let entries: Vec<_> = table.iter().filter_map(|entry| entry.entry_for(row)).collect();
            self.used.extend(&entries);
            *count += usize::from(!entries.is_empty());
            classified += entries.len();
        }
        if classified != 1 {
            self.unexplained.push(format!("{row}\nours: {outcome:?}\nclassified {classified} times"));
        }
    }

    fn unused(&self) -> Vec<&'static str> {
        let tables = [API_SHAPE, DELIBERATE, WRONG];
        let entries = tables.into_iter().flatten().flat_map(|Difference { rows, .. }| *rows);
        entries.copied().filter(|entry| !self.used.contains(entry)).collect()
    }
}

fn shape_of(row: &Row) -> Option<&'static Shape> {
    let odd = cases::odd::SHAPES.iter().find(|(ids, _)| ids.contains(&row.id.as_str()));
    let usual = || cases::usual::SHAPES.iter().find(|(schemas, _)| schemas.contains(&row.schema()));
    odd.or_else(usual).map(|(_, shape)| shape)
}

fn outcome(shape: &Shape, row: &Row) -> Outcome {
    if !row.expands() {
        return shape.run(row);
    }
    let output = Command::new(env::current_exe().unwrap())
        .args(["--exact", "every_case_is_classified", "--nocapture"])
        .env_clear()
        .envs(&row.env)
        .env("CASES_ROW", &row.id)
        .output()
        .unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    let line = printed.lines().find_map(|line| line.strip_prefix(OUTCOME)).unwrap_or_else(|| {
        panic!("{}: no outcome: {printed}{}", row.id, String::from_utf8_lossy(&output.stderr))
    });
    serde_json::from_str(line).unwrap()
}

const OUTCOME: &str = "outcome: ";

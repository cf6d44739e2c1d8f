//! How 21 configuration libraries of other languages treat an input, beside what we make of it.
//!
//! Every case is executed. Where our outcome differs, `cases/difference.rs` says why.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "what cannot be set up fails the test")]
#![expect(clippy::print_stdout, reason = "the counts are for whoever runs it")]

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

use std::{collections::BTreeMap, env, process::Command};

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
    tally.print();
    let complaints = tally.complaints();
    assert!(complaints.is_empty(), "{}", complaints.join("\n\n"));
}

#[derive(Default)]
struct Tally {
    agree: usize,
    without_shape: usize,
    /// The entry of a table that covers each row that differs.
    covered: BTreeMap<String, &'static str>,
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
        let entries: Vec<_> = TABLES.iter().flat_map(|(_, table)| *table).collect();
        let mut covering = entries.iter().filter_map(|difference| difference.entry_for(row));
        match (covering.next(), covering.next()) {
            (Some(entry), None) => {
                self.covered.insert(row.id.clone(), entry);
            }
            (first, second) => {
                let listed = first.iter().chain(&second).count();
                self.unexplained.push(format!("{row}\nours: {outcome:?}\nlisted {listed} times"));
            }
        }
    }

    fn count(&self, difference: &Difference) -> usize {
        self.covered.values().filter(|entry| difference.rows.contains(entry)).count()
    }

    fn print(&self) {
        let counts = TABLES.map(|(name, table)| {
            for difference in table {
                println!("{:>4} {name}: {}", self.count(difference), difference.reason);
            }
            table.iter().map(|difference| self.count(difference)).sum::<usize>()
        });
        let [deliberate, api_shape, wrong] = counts;
        let total = self.agree + self.covered.len() + self.unexplained.len();
        println!("agree {}, deliberate {deliberate}, api shape {api_shape}, total {total}", self.agree);
        println!("executed {}, wrong {wrong}", total - self.without_shape);
    }

    /// Says which rows are in no table or in several, and which entries cover no row that differs.
    fn complaints(&self) -> Vec<String> {
        let entries = TABLES.iter().flat_map(|(_, table)| *table).flat_map(|difference| difference.rows);
        let stale = entries.filter(|entry| !self.covered.values().any(|used| used == *entry));
        let stale = stale.map(|entry| format!("{entry}: it is in difference.rs, and nothing of it differs"));
        self.unexplained.iter().cloned().chain(stale).collect()
    }
}

const TABLES: [(&str, &[Difference]); 3] =
    [("deliberate", DELIBERATE), ("api shape", API_SHAPE), ("wrong", WRONG)];

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

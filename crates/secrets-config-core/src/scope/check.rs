//! Rules: of one field, and of several.

use std::fmt;

use super::{Scope, shown};
use crate::{Field, Kind, Origin, Problem, Schema, problem::escape};

impl Scope<'_> {
    /// Records that the good value of `field` breaks its rule number `index`.
    #[inline]
    pub fn broken(&mut self, field: &'static Field, index: usize) {
        self.breach(field, field.rules[index].to_string());
    }

    /// Records what a rule of the user's own says against the good value of `field`. For a secret that is not shown.
    pub fn judged<E: fmt::Display>(&mut self, field: &'static Field, index: usize, verdict: Result<(), E>) {
        if let Err(reason) = verdict {
            let is_shown = !field.is_secret();
            let expected =
                if is_shown { escape(&reason.to_string()) } else { field.rules[index].to_string() };
            self.breach(field, expected);
        }
    }

    /// Records that `field`, which may be unset, is needed because of another one.
    #[inline]
    pub fn needed(&mut self, field: &'static Field, other: &str, value: &str) {
        let hint = format!("needed because {} is {value}", self.name_of(other));
        self.problems.push(self.problem(field, Kind::Missing, &self.places()).hinting(hint));
    }

    /// Records what a rule over several fields says. It is shown unless one of them holds a secret.
    pub fn crossed<E: fmt::Display>(
        &mut self,
        fields: &[&'static Field],
        nested: &[&'static Schema],
        rule: &'static str,
        verdict: Result<(), E>,
    ) {
        let Err(reason) = verdict else { return };
        let holds_secret =
            fields.iter().any(|field| field.is_secret()) || nested.iter().any(|schema| schema.holds_secret());
        let mut expected =
            if holds_secret { format!("what `{rule}` accepts") } else { escape(&reason.to_string()) };
        let names = fields.iter().map(|field| self.name_of(field.variable));
        let names =
            names.chain(nested.iter().map(|schema| schema.name.to_owned())).collect::<Vec<_>>().join(", ");
        expected.push_str(&format!(" ({names})"));
        match fields.first() {
            Some(first) => self.breach(first, expected),
            None => self.problems.push(Problem::of_name(names, Kind::Rule, self.places(), expected)),
        }
    }

    #[inline]
    fn breach(&mut self, field: &'static Field, expected: String) {
        let found = self.look_up(field).ok().flatten();
        let origin = found.as_ref().map_or(&Origin::Default, |found| found.origin());
        let problem = self.problem(field, Kind::Rule, origin).expecting(expected);
        let text = found.as_ref().and_then(|found| shown(field, found));
        self.problems.push(problem.having_found(text));
    }
}

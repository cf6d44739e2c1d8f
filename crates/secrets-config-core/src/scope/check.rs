//! Rules: of one field, and of several.

use std::fmt;

use super::Scope;
use crate::{Field, Kind, Origin};

impl Scope<'_> {
    /// Records that the good value of `field` breaks its rule number `index`.
    pub fn broken(&mut self, field: &'static Field, index: usize) {
        self.breach(field, field.rules[index].to_string());
    }

    /// Records what a rule of the user's own says against the good value of `field`. For a secret that is not shown.
    pub fn judged<E: fmt::Display>(&mut self, field: &'static Field, index: usize, verdict: Result<(), E>) {
        if let Err(reason) = verdict {
            let expected = if field.secret { field.rules[index].to_string() } else { reason.to_string() };
            self.breach(field, expected);
        }
    }

    /// Records that `field`, which may be unset, is needed because of another one.
    pub fn needed(&mut self, field: &'static Field, other: &str, value: &str) {
        self.at(field, |scope| {
            let places: Vec<_> = scope.layers.iter().rev().map(crate::layer::Layer::place).collect();
            let prefix = &scope.names[..scope.prefix];
            let hint = format!("needed because {prefix}{other} is {value}");
            let problem = scope.problem(field, Kind::Missing, &places.join(", then ")).hinting(hint);
            scope.problems.push(problem);
        });
    }

    /// Records what a rule over several fields says. It is shown unless one of them is a secret.
    pub fn crossed<E: fmt::Display>(
        &mut self,
        fields: &[&'static Field],
        rule: &'static str,
        verdict: Result<(), E>,
    ) {
        let (Err(reason), Some(first)) = (verdict, fields.first()) else { return };
        let names: Vec<_> = fields.iter().map(|field| format!("{}{}", self.names, field.variable)).collect();
        let names = names.join(", ");
        let expected = if fields.iter().any(|field| field.secret) {
            format!("what `{rule}` accepts ({names})")
        } else {
            format!("{reason} ({names})")
        };
        self.breach(first, expected);
    }

    fn breach(&mut self, field: &'static Field, expected: String) {
        self.at(field, |scope| {
            let found = scope.text_of(field);
            let origin = scope.origin_of(field).unwrap_or(Origin::Default);
            let problem = scope.problem(field, Kind::Rule, &origin).expecting(expected);
            scope.problems.push(problem.having_found(found.as_deref().map(|text| text.as_str())));
        });
    }
}

//! Names that are set and mean nothing.

use super::Scope;
use crate::{Kind, Problem, Schema, suggest::closest};

impl Scope<'_> {
    /// Reports every variable that begins with the prefix of the struct being read and is none of its own.
    #[inline]
    pub fn deny_unknown(&mut self, schema: &'static Schema) {
        let prefix = self.prefix().to_owned();
        let known = known(schema, &prefix[..prefix.len() - schema.prefix.len()]);
        for layer in self.layers {
            let mut names = layer.names();
            names.retain(|name| name.starts_with(&prefix) && !known.contains(name));
            names.sort_unstable();
            names.dedup();
            for name in names {
                let close = closest(&name, known.iter().map(String::as_str));
                self.problems.push(Problem {
                    hint: close.map(|close| format!("did you mean {close}?")),
                    ..Problem::of_name(name, Kind::Unknown, layer.place(), "a variable of this service")
                });
            }
        }
    }

    /// Gives each missing variable a hint if a name that means nothing is nearly its own.
    pub(super) fn suggest(&mut self) {
        if !self.problems.iter().any(|problem| problem.kind == Kind::Missing) {
            return;
        }
        let known = known(self.schema, "");
        let mut names: Vec<String> = self.layers.iter().flat_map(|layer| layer.names()).collect();
        names.retain(|name| !known.contains(name));
        for problem in self.problems.iter_mut().filter(|problem| problem.kind == Kind::Missing) {
            if let Some(close) = closest(&problem.variable, names.iter().map(String::as_str)) {
                let hint = format!("{close} is set: is that the one?");
                problem.hint = Some(match problem.hint.take() {
                    Some(other) => format!("{other}; {hint}"),
                    None => hint,
                });
            }
        }
    }
}

/// Every name that the fields of `schema` are read by.
fn known(schema: &'static Schema, prefix: &str) -> Vec<String> {
    let mut known = Vec::new();
    schema.visit(&mut prefix.to_owned(), &mut |variable, field| {
        let prefix = &variable[..variable.len() - field.variable.len()];
        let aliases = field.aliases.iter().map(|alias| format!("{prefix}{}", alias.variable));
        let names: Vec<String> = aliases.chain([variable.to_owned()]).collect();
        if field.file {
            known.extend(names.iter().map(|name| format!("{name}_FILE")));
        }
        known.extend(names);
    });
    known
}

//! Looking a field up: which source answers, by which of its names.

use std::path::Path;

use zeroize::Zeroizing;

use super::{FILE, Scope, without_file};
use crate::{
    Alias, Entry, Field, Format, Kind, Origin, Presence, Problem, Schema, Warning,
    layer::{self, Found, Layer, Name, Text},
    placeholder,
};

/// The outcome of looking a field up.
pub(super) enum Sought {
    Found(Found),
    /// It is not set, and need not be.
    Absent,
    /// There is a problem, and it is noted.
    Refused,
}

impl Scope<'_> {
    /// Looks the current field up and applies the rules of presence.
    pub(super) fn find(&mut self, field: &'static Field) -> Sought {
        match self.look_up(field) {
            Ok(Some(found)) => self.present(field, found),
            Ok(None) if field.presence != Presence::Required => Sought::Absent,
            Ok(None) => {
                let mut problem = self.problem(field, Kind::Missing, &self.places());
                if let Some(because) = &self.because {
                    problem = problem.hinting(format!("needed because {because} is set"));
                }
                self.refuse(problem)
            }
            Err(problem) => self.refuse(*problem),
        }
    }

    /// Says where was looked, the first place first.
    pub(super) fn places(&self) -> String {
        let places: Vec<_> = self.layers.iter().rev().map(Layer::place).collect();
        places.join(", then ")
    }

    /// Returns the text of the current field, for a problem that shows it.
    pub(super) fn text_of(&self, field: &'static Field) -> Option<Zeroizing<String>> {
        if field.is_secret() {
            return None;
        }
        match self.look_up(field) {
            // What is in a structure may be a secret of its own.
            Ok(Some(Found { text: Text::Unicode(text), .. })) if !field.is_structure(&text) => Some(text),
            _ => None,
        }
    }

    /// Returns the first variable of the struct being read that is set to something.
    pub(super) fn first_set(&mut self, schema: &'static Schema) -> Option<String> {
        schema.entries.iter().find_map(|entry| match entry {
            Entry::Field(field) => self.at(field, |scope| match scope.look_up(field) {
                Ok(None) => None,
                Ok(Some(found)) if found.is_blank() => None,
                Ok(Some(Found { origin: Origin::File { variable, .. }, .. })) => Some(variable),
                Ok(Some(found)) => found.variable.or_else(|| Some(scope.variable().to_owned())),
                // What cannot be had is set all the same.
                Err(_) => Some(scope.variable().to_owned()),
            }),
            Entry::Nested { name, prefix, schema, .. } => {
                self.within(name, prefix, schema, |scope| scope.first_set(schema))
            }
            Entry::Choice { variants } => variants.iter().find_map(|variant| {
                self.within("", "", variant.schema, |scope| scope.first_set(variant.schema))
            }),
        })
    }

    /// Asks the sources, the last one first, for every name of the current field.
    pub(super) fn look_up(&self, field: &'static Field) -> Result<Option<Found>, Box<Problem>> {
        for index in (0..self.layers.len()).rev() {
            let layer = &self.layers[index];
            let mut best = self.look_up_name(layer, field, None)?;
            for alias in field.aliases {
                let other = self.look_up_name(layer, field, Some(alias))?;
                if alias.preferred && other.as_ref().is_some_and(|found| !found.is_blank()) {
                    return Ok(other);
                }
                best = self.better(field, best, other)?;
            }
            if best.is_some() {
                return Ok(best);
            }
        }
        Ok(None)
    }

    /// Chooses between what two names of one field gave. A name that is set to nothing gives way.
    fn better(
        &self,
        field: &'static Field,
        best: Option<Found>,
        other: Option<Found>,
    ) -> Result<Option<Found>, Box<Problem>> {
        match (best, other) {
            (Some(one), Some(other)) if other.is_blank() || one.text == other.text => Ok(Some(one)),
            (Some(one), Some(other)) if one.is_blank() => Ok(Some(other)),
            (Some(one), Some(other)) => {
                let names = [&one, &other].map(|found| found.variable.as_deref().unwrap_or(self.variable()));
                let expected = format!("{} and {} to be the same, or only one of them", names[0], names[1]);
                Err(Box::new(self.problem(field, Kind::Conflict, &one.origin).expecting(expected)))
            }
            (one, other) => Ok(one.or(other)),
        }
    }

    /// Looks the field up by one name, or in the file that `NAME_FILE` names.
    fn look_up_name(
        &self,
        layer: &Layer,
        field: &'static Field,
        alias: Option<&'static Alias>,
    ) -> Result<Option<Found>, Box<Problem>> {
        let renamed = alias.map(|alias| format!("{}{}{FILE}", &self.names[..self.prefix], alias.variable));
        let file_variable = renamed.as_deref().unwrap_or(&self.names);
        let variable = without_file(file_variable);
        let leaf = alias.map_or(field.variable, |alias| alias.variable);
        let name = Name { variable, folders: &self.folders, leaf, field: field.name };
        let failed = |failed| Box::new(self.problem(field, Kind::File, &"").failed(failed));
        let direct = layer.get(&name).map_err(failed)?;
        let path = if field.file { layer.get_path(file_variable).map_err(failed)? } else { None };
        let found = match (direct, path) {
            (Some(direct), Some(_)) => {
                let problem = self.problem(field, Kind::Conflict, &direct.origin);
                return Err(Box::new(problem.expecting(format!("{variable} or {file_variable}, not both"))));
            }
            (None, Some(path)) => {
                let shows_path = !field.is_secret() || is_surely_a_path(&path);
                let read = layer::read_named_file(file_variable.to_owned(), path);
                Some(read.map_err(|error| {
                    failed(if shows_path { error } else { error.without_path(layer.place()) })
                })?)
            }
            (direct, None) => direct,
        };
        let variable = alias.map(|_| variable.to_owned());
        Ok(found.map(|found| Found { variable, ..found }))
    }

    fn present(&mut self, field: &'static Field, found: Found) -> Sought {
        self.warn_of_alias(field, &found);
        let kind = match &found.text {
            Text::NotUnicode => Kind::NotUnicode,
            Text::Unicode(_) if field.allow_empty => return Sought::Found(found),
            Text::Unicode(text) if text.is_empty() => Kind::Empty,
            Text::Unicode(text) if text.chars().all(char::is_whitespace) => Kind::Blank,
            Text::Unicode(text)
                if field.secret && !field.allow_placeholder && is_placeholder(field, text) =>
            {
                Kind::Placeholder
            }
            Text::Unicode(_) => return Sought::Found(found),
        };
        if matches!(kind, Kind::Empty | Kind::Blank) && field.presence != Presence::Required {
            return Sought::Absent;
        }
        let mut problem = self.problem(field, kind, &found.origin);
        problem = match kind {
            Kind::Empty => problem.hinting("it is set, but to nothing"),
            Kind::Blank => problem.hinting("it is set, but to white space only"),
            Kind::NotUnicode => problem.hinting("it holds bytes that are not UTF-8"),
            _ => problem.expecting("the secret itself, not a text that stands for it"),
        };
        problem.variable = found.variable.unwrap_or(problem.variable);
        self.refuse(problem)
    }

    fn warn_of_alias(&mut self, field: &'static Field, found: &Found) {
        let Some(used) = &found.variable else { return };
        let is_deprecated = |alias: &Alias| alias.deprecated && used[self.prefix..] == *alias.variable;
        if field.aliases.iter().any(is_deprecated) {
            self.warnings.push(Warning::deprecated(used.clone(), self.variable().to_owned()));
        }
    }

    fn refuse(&mut self, problem: Problem) -> Sought {
        self.problems.push(problem);
        Sought::Refused
    }
}

/// Whether the text, or in a list one of its items, stands for a secret.
fn is_placeholder(field: &Field, text: &str) -> bool {
    match field.format {
        Format::Plain { delimiter } if field.secret_items => text.split(delimiter).any(placeholder::is),
        _ => placeholder::is(text),
    }
}

/// Whether the text is a path and not, by mistake, the secret itself.
fn is_surely_a_path(path: &Path) -> bool {
    let is_line = path.to_str().is_some_and(|path| !path.contains(char::is_control));
    is_line
        && path.is_absolute()
        && path.parent().is_some_and(|parent| parent.parent().is_some() && parent.is_dir())
}

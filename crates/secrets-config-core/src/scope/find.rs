//! Looking a field up: which source answers, by which of its names.

use std::path::Path;

use zeroize::Zeroizing;

use super::Scope;
#[cfg(feature = "json")]
use crate::value;
use crate::{
    Alias, Entry, Field, Format, Kind, Origin, Presence, Problem, Schema, Warning,
    layer::{self, Failed, Found, Layer, Name, Text},
    placeholder,
    schema::FILE,
};

/// The outcome of looking a field up.
pub(super) enum Sought {
    /// The text, and where it is from if not from the environment.
    Found(Zeroizing<String>, Option<Box<Origin>>),
    /// It is not set, and need not be.
    Absent,
    /// There is a problem, and it is noted.
    Refused,
}

impl Scope<'_> {
    /// Looks a field up and applies the rules of presence.
    pub(super) fn find(&mut self, field: &'static Field) -> Sought {
        match self.look_up(field) {
            Ok(Some(found)) => self.present(field, found),
            Ok(None) => self.absent(field),
            Err(problem) => self.refuse(*problem),
        }
    }

    fn present(&mut self, field: &'static Field, found: Found) -> Sought {
        if let Some(alias) = found.alias {
            self.warn_of(alias, field);
        }
        if let Some(kind) = wrong(field, &found.text) {
            return self.refuse_found(field, &found, kind);
        }
        if self.provided.is_some() {
            self.provide(field, found.origin().clone());
        }
        match found.text {
            Text::Unicode(text) => Sought::Found(text, found.origin),
            Text::NotUnicode => Sought::Refused,
        }
    }

    fn absent(&mut self, field: &'static Field) -> Sought {
        if field.presence == Presence::Required {
            let mut problem = self.problem(field, Kind::Missing, &self.places());
            if let Some(because) = &self.because {
                problem = problem.hinting(format!("needed because {because} is set"));
            }
            return self.refuse(problem);
        }
        if self.provided.is_some() {
            self.provide(field, if field.has_default() { Origin::Default } else { Origin::Unset });
        }
        Sought::Absent
    }

    /// Says where was looked, the first place first.
    pub(super) fn places(&self) -> String {
        let mut places = String::new();
        for layer in self.layers.iter().rev() {
            if !places.is_empty() {
                places.push_str(", then ");
            }
            places.push_str(&layer.place());
        }
        places
    }

    /// Returns the first variable of the struct being read that is set to something.
    #[inline]
    pub(super) fn first_set(&mut self, schema: &'static Schema) -> Option<String> {
        schema.entries.iter().find_map(|entry| match entry {
            Entry::Field(field) => match self.look_up(field) {
                Ok(None) => None,
                Ok(Some(found)) if found.is_blank() => None,
                Ok(Some(found)) => Some(match (found.origin(), found.alias) {
                    (Origin::File { variable, .. }, _) => variable.clone(),
                    (_, Some(alias)) => self.name_of(alias.variable),
                    (_, None) => self.name_of(field.variable),
                }),
                // What cannot be had is set all the same.
                Err(_) => Some(self.name_of(field.variable)),
            },
            Entry::Nested { name, prefix, schema, .. } => self.first_set_within(name, prefix, schema),
            Entry::Choice { variants } => {
                variants.iter().find_map(|variant| self.first_set_within("", "", variant.schema))
            }
        })
    }

    #[inline]
    fn first_set_within(
        &mut self,
        name: &'static str,
        prefix: &'static str,
        schema: &'static Schema,
    ) -> Option<String> {
        let outer = self.enter(name, prefix, schema);
        let first = self.first_set(schema);
        self.leave(outer);
        first
    }

    /// Asks the sources, the last one first, for every name of the field.
    pub(super) fn look_up(&mut self, field: &'static Field) -> Result<Option<Found>, Box<Problem>> {
        for layer in self.layers.iter().rev() {
            let mut best = self.look_up_name(&**layer, field, field.variable)?;
            if !field.aliases.is_empty() {
                best = self.look_up_aliases(&**layer, field, best)?;
            }
            if best.is_some() {
                return Ok(best);
            }
        }
        Ok(None)
    }

    #[cold]
    fn look_up_aliases(
        &mut self,
        layer: &dyn Layer,
        field: &'static Field,
        mut best: Option<Found>,
    ) -> Result<Option<Found>, Box<Problem>> {
        for alias in field.aliases {
            let other = self.look_up_name(layer, field, alias.variable)?.map(|found| found.by(alias));
            if alias.preferred && other.as_ref().is_some_and(|found| !found.is_blank()) {
                return Ok(other);
            }
            best = self.better(field, best, other)?;
        }
        Ok(best)
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
                let [one_name, other_name] = [&one, &other]
                    .map(|found| self.name_of(found.alias.map_or(field.variable, |alias| alias.variable)));
                let expected = format!("{one_name} and {other_name} to be the same, or only one of them");
                Err(Box::new(self.problem(field, Kind::Conflict, one.origin()).expecting(expected)))
            }
            (one, other) => Ok(one.or(other)),
        }
    }

    /// Looks the field up by one name, or in the file that `NAME_FILE` names.
    #[inline]
    fn look_up_name(
        &mut self,
        layer: &dyn Layer,
        field: &'static Field,
        leaf: &'static str,
    ) -> Result<Option<Found>, Box<Problem>> {
        self.names.truncate(self.prefix);
        self.names.push_str(leaf);
        let mut found = layer.variable(&self.names);
        if found.is_none() {
            let name = Name { variable: &self.names, steps: &self.steps, leaf, field: field.name };
            found = layer.entry(&name).map_err(|failed| self.failed(field, *failed))?;
        }
        if field.file {
            self.names.push_str(FILE);
            if let Some(file) = layer.variable(&self.names) {
                return self.look_into(layer, field, found, &file);
            }
        }
        Ok(found)
    }

    /// Reads the file that `NAME_FILE`, which is set to `file`, names. `direct` is what `NAME` is set to.
    #[cold]
    fn look_into(
        &self,
        layer: &dyn Layer,
        field: &'static Field,
        direct: Option<Found>,
        file: &Found,
    ) -> Result<Option<Found>, Box<Problem>> {
        let variable = &self.names;
        let path = layer::path_in(file, variable).map_err(|failed| self.failed(field, *failed))?;
        match (direct, path) {
            (Some(direct), Some(_)) => {
                let problem = self.problem(field, Kind::Conflict, direct.origin());
                let name = variable.strip_suffix(FILE).unwrap_or(variable);
                Err(Box::new(problem.expecting(format!("{name} or {variable}, not both"))))
            }
            (None, Some(path)) => {
                let shows_path = !field.is_secret() || is_surely_a_path(&path);
                let read = layer::read_named_file(variable.clone(), path);
                read.map(Some).map_err(|failed| {
                    self.failed(field, if shows_path { *failed } else { failed.without_path(layer.place()) })
                })
            }
            (direct, None) => Ok(direct),
        }
    }

    #[cold]
    fn failed(&self, field: &Field, failed: Failed) -> Box<Problem> {
        Box::new(self.problem(field, failed.kind, &failed.origin).failed(failed))
    }

    /// Notes that what was found cannot be the value. Nothing at all is nothing wrong, where nothing is needed.
    #[cold]
    fn refuse_found(&mut self, field: &'static Field, found: &Found, kind: Kind) -> Sought {
        if matches!(kind, Kind::Empty | Kind::Blank) && field.presence != Presence::Required {
            return self.absent(field);
        }
        let mut problem = self.problem(field, kind, found.origin());
        problem = match kind {
            Kind::Empty => problem.hinting("it is set, but to nothing"),
            Kind::Blank => problem.hinting("it is set, but to white space only"),
            Kind::NotUnicode => problem.hinting("it holds bytes that are not UTF-8"),
            _ => problem.expecting("the secret itself, not a text that stands for it"),
        };
        if let Some(alias) = found.alias {
            problem.variable = self.name_of(alias.variable);
        }
        self.refuse(problem)
    }

    #[cold]
    fn warn_of(&mut self, alias: &Alias, field: &Field) {
        if alias.deprecated {
            let (used, instead) = (self.name_of(alias.variable), self.name_of(field.variable));
            self.warnings.push(Warning::deprecated(used, instead));
        }
    }

    #[cold]
    fn refuse(&mut self, problem: Problem) -> Sought {
        self.problems.push(problem);
        Sought::Refused
    }
}

/// Says what keeps a text from being the value of `field`, whatever its type.
fn wrong(field: &Field, text: &Text) -> Option<Kind> {
    match text {
        Text::NotUnicode => Some(Kind::NotUnicode),
        Text::Unicode(_) if field.allow_empty => None,
        Text::Unicode(text) if text.is_empty() => Some(Kind::Empty),
        Text::Unicode(text) if layer::is_blank(text) => Some(Kind::Blank),
        Text::Unicode(text) => {
            let is_wrong = field.secret && !field.allow_placeholder && is_placeholder(field, text);
            is_wrong.then_some(Kind::Placeholder)
        }
    }
}

/// Whether the text, or in a list one of its items, stands for a secret.
fn is_placeholder(field: &Field, text: &str) -> bool {
    if !field.secret_items {
        return placeholder::is(text);
    }
    #[cfg(feature = "json")]
    if field.is_structure(text) {
        return value::has_item(text, placeholder::is);
    }
    match field.format {
        Format::Plain { delimiter } => text.split(delimiter).any(placeholder::is),
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
